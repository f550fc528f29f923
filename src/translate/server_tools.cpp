#include "translate/server_tools.h"

#include "json/document.h"
#include "json/escape.h"

#include <cstddef>
#include <string_view>

namespace dragoman::translate {

namespace {

constexpr std::string_view query_words = "Perform a web search for the query:";
constexpr std::size_t query_max = 200;

void append_if_any(json::Writer& json, std::string_view name, json::RawValue value)
{
    if (!value.empty())
        json.key(name).raw(value);
}

bool is_empty_list(json::RawValue value) { return value.empty() || value.text == "[]"; }

// One of the two lists at most: upstreams take either.
void append_domains(
    json::Writer& json, const anthropic::Tool& tool, std::string_view allowed, std::string_view blocked)
{
    if (!is_empty_list(tool.allowed_domains))
        json.key(allowed).raw(tool.allowed_domains);
    else if (!is_empty_list(tool.blocked_domains))
        json.key(blocked).raw(tool.blocked_domains);
}

std::string_view trim(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

json::RawString last_user_text(const anthropic::MessagesRequest& request)
{
    for (std::size_t m = request.messages.size(); m-- > 0;) {
        const anthropic::Message& message = request.messages[m];
        if (message.role != anthropic::Role::user)
            continue;
        for (std::size_t b = message.blocks.size(); b-- > 0;)
            if (message.blocks[b].type == anthropic::BlockType::text
                && !json::is_blank(message.blocks[b].text))
                return message.blocks[b].text;
    }
    return {};
}

Error refuse_toolset(const anthropic::Tool& tool)
{
    if (json::key_is(tool.type, "mcp_toolset"))
        return Error::bad_request(
            "tools: mcp_toolset needs Anthropic's MCP connector, which is not available "
            "here; configure the MCP servers in the client");
    return Error::bad_request("tools: " + json::unescape(json::clip(tool.type, 64))
        + ": toolset not supported by this upstream; declare its tools one by one");
}

} // namespace

ServerTool server_tool(const anthropic::Tool& tool)
{
    const std::string type = json::unescape(tool.type);
    if (type.empty() || type == "custom")
        return ServerTool::none;
    if (type == "mcp_toolset" || type.starts_with("computer_toolset") || type.starts_with("browser_toolset"))
        return ServerTool::toolset;
    for (std::string_view own : { "bash_", "text_editor_", "memory_", "computer_" })
        if (type.starts_with(own))
            return ServerTool::none;
    if (type.starts_with("web_search_"))
        return ServerTool::web_search;
    if (type.starts_with("web_fetch_"))
        return ServerTool::web_fetch;
    if (type.starts_with("tool_search_tool_"))
        return ServerTool::tool_search;
    const bool is_known = type.starts_with("code_execution_") || type.starts_with("advisor_");
    return is_known || tool.input_schema.empty() ? ServerTool::without_counterpart : ServerTool::none;
}

Result<void> refuse_toolsets(std::span<const anthropic::Tool* const> tools)
{
    for (const anthropic::Tool* tool : tools)
        if (server_tool(*tool) == ServerTool::toolset)
            return Failure(refuse_toolset(*tool));
    return {};
}

void append_server_tool(json::Writer& json, ServerTool kind, const anthropic::Tool& tool)
{
    const bool searches = kind == ServerTool::web_search;
    json.begin_object().key("type").text(searches ? "openrouter:web_search" : "openrouter:web_fetch");
    const bool has_parameters = !tool.max_uses.empty() || !is_empty_list(tool.allowed_domains)
        || !is_empty_list(tool.blocked_domains) || (searches && !tool.user_location.empty());
    if (has_parameters) {
        json.key("parameters").begin_object();
        append_if_any(json, "max_uses", tool.max_uses);
        append_domains(json, tool, "allowed_domains", searches ? "excluded_domains" : "blocked_domains");
        if (searches)
            append_if_any(json, "user_location", tool.user_location);
        json.end_object();
    }
    json.end_object();
}

bool is_web_search_request(const anthropic::MessagesRequest& request)
{
    return request.tools.size() == 1 && server_tool(request.tools.front()) == ServerTool::web_search;
}

bool takes_tools(const route::Target& target) { return !target.facts || target.facts->supports("tools"); }

void append_web_plugin(json::Writer& json, const anthropic::Tool& tool)
{
    json.key("plugins").begin_array().begin_object().key("id").text("web");
    append_if_any(json, "max_uses", tool.max_uses);
    append_domains(json, tool, "include_domains", "exclude_domains");
    append_if_any(json, "user_location", tool.user_location);
    json.end_object().end_array();
}

std::string web_search_query(const anthropic::MessagesRequest& request)
{
    const std::string text = json::unescape(last_user_text(request));
    const auto found = text.find(query_words);
    if (found != std::string::npos)
        return std::string(trim(std::string_view(text).substr(found + query_words.size())));
    const std::string escaped = json::escape(trim(text));
    return json::unescape(json::clip({ escaped }, query_max));
}

} // namespace dragoman::translate
