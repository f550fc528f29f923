// Tools that a server runs: what OpenRouter has in place of Anthropic's, and Claude Code's search request.
// https://openrouter.ai/docs/guides/features/server-tools
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "json/writer.h"
#include "route/model_facts.h"

#include <cstdint>
#include <span>
#include <string>

namespace dragoman::translate {

enum class ServerTool : std::uint8_t {
    none, // the client's own, or one that Anthropic defines and the client runs
    web_search,
    web_fetch,
    tool_search, // done without: all tools are sent at once
    without_counterpart, // code execution, advisor, and what is newer than this program
    toolset, // stands for several tools whose parameters are not public, or for an MCP server
};

ServerTool server_tool(const anthropic::Tool& tool);

// An error if one of the tools is a ServerTool::toolset.
Result<void> refuse_toolsets(std::span<const anthropic::Tool* const> tools);

// The OpenRouter tool in place of web_search or web_fetch, as an element of "tools".
void append_server_tool(json::Writer& json, ServerTool kind, const anthropic::Tool& tool);

// A request of Claude Code's own WebSearch: one web_search_* tool and nothing else, whatever its tool_choice.
bool is_web_search_request(const anthropic::MessagesRequest& request);

// Whether the target can be given tools at all; otherwise a search is made before it sees the request.
bool takes_tools(const route::Target& target);

// OpenRouter's "web" plugin, which searches for models without tools: the "plugins" field.
void append_web_plugin(json::Writer& json, const anthropic::Tool& tool);

// "…" of the last user text "Perform a web search for the query: …"; otherwise that text, clipped. Plain
// text.
std::string web_search_query(const anthropic::MessagesRequest& request);

} // namespace dragoman::translate
