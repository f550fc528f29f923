// Which of the declared tools the upstream gets to see, and in which order.
//
// A client with hundreds of tools declares most of them with defer_loading: the model finds them by a search
// tool, and only then are they wanted. Here they stay away until the history refers to them (a
// tool_reference in a result, a tool_addition, or a call), and are then added behind all others in the order
// of those references, so that what an upstream has cached of the tools stays the beginning of the list.
//
// Searching at the server has no counterpart: whoever declares such a search gets all tools at once.
// https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/tool-search-tool
#pragma once

#include "anthropic/messages_request.h"
#include "route/model_facts.h"
#include "translate/notes.h"

#include <cstddef>
#include <vector>

namespace dragoman::translate {

// More tools than this are refused by most upstreams other than Anthropic's.
inline constexpr std::size_t tools_max = 128;

// Claude Code declares a tool that only says that others were deferred. Nobody shall call it.
bool is_placeholder(const anthropic::Tool& tool);

// Tools run by a server, and toolsets, are in the list too: what becomes of them is the caller's affair. With
// more tools than the target takes, those that the history called stay, then those that come first.
std::vector<const anthropic::Tool*> active_tools(
    const anthropic::MessagesRequest& request, const route::Target& target, Notes& notes);

} // namespace dragoman::translate
