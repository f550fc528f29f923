#include "translate/messages_server_tools.h"

#include "json/escape.h"
#include "json/writer.h"
#include "translate/block_text.h"
#include "translate/defined_tools.h"
#include "translate/json_edits.h"
#include "translate/server_tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::BlockType;
using anthropic::Tool;
using json::Field;
using route::Quirk;

constexpr std::string_view first_search = "web_search_20250305"; // which vendors have taken over
constexpr std::string_view by_words = "tool_search_tool_bm25";
constexpr std::string_view by_expressions = "tool_search_tool_regex";

bool is_special(const Tool& tool) { return !tool.type.empty() && !json::key_is(tool.type, "custom"); }

bool searches_by_itself(ServerTool kind, const route::Target& target)
{
    return kind == ServerTool::web_search && target.has(Quirk::server_search);
}

// The tool as it was written, but for what `edit` changes in it.
template <class Edit> std::string edited(const Tool& tool, Edit edit)
{
    json::Document document;
    const auto root = document.parse(tool.raw.text);
    const auto object = root ? root->object() : std::nullopt;
    if (!object)
        return std::string(tool.raw.text);
    JsonEdits edits(tool.raw.text);
    edit(edits, *object);
    return edits.apply().text();
}

// What later versions of the tool have besides stays with Anthropic.
std::string as_first_search(const Tool& tool)
{
    return edited(tool, [](JsonEdits& edits, const json::Object& object) {
        edits.replace(*object.find("type"), '"' + std::string(first_search) + '"');
        edits.remove_fields(object, [](const Field& field) {
            return json::key_is(field.key, "allowed_callers")
                || json::key_is(field.key, "response_inclusion");
        });
    });
}

bool is_search_by_words(const Tool& tool)
{
    return is_special(tool) && json::unescape(tool.type).starts_with(by_words);
}

bool searches_tools_only_by_expressions(const Tool& tool, const route::Target& target)
{
    return target.has(Quirk::regex_tool_search) && is_special(tool)
        && server_tool(tool) == ServerTool::tool_search;
}

// The other search for tools: the model writes an expression where it would have written words.
std::string as_search_by_expressions(const Tool& tool)
{
    const std::string version = json::unescape(tool.type).substr(by_words.size());
    return edited(tool, [&](JsonEdits& edits, const json::Object& object) {
        edits.replace(*object.find("type"), fmt::format("\"{}{}\"", by_expressions, version));
        if (const auto name = object.find("name"))
            edits.replace(*name, fmt::format("\"{}\"", by_expressions));
    });
}

// A tool of the client's that has no schema because everybody at Anthropic knows it.
std::optional<std::string> spelled_out(const Tool& tool)
{
    const auto defined = defined_tool(tool);
    if (!defined || !tool.input_schema.empty())
        return std::nullopt;
    std::string out;
    json::Writer json(out);
    json.begin_object().key("name");
    if (tool.name.empty())
        json.text(defined->name);
    else
        json.string(tool.name);
    json.key("description").text(defined->description);
    json.key("input_schema").raw({ defined->parameters }).end_object();
    return out;
}

} // namespace

bool takes_all_tools(const route::Target& target)
{
    return target.has(Quirk::first_party) || target.has(Quirk::server_tools)
        || !target.has(Quirk::vendor_messages);
}

bool searches_no_tools(const route::Target& target)
{
    return target.has(Quirk::regex_tool_search) && !target.has(Quirk::tool_references);
}

bool looks_at_tools(const anthropic::MessagesRequest& request, const route::Target& target)
{
    return !takes_all_tools(target) || std::ranges::any_of(request.tools, [&](const Tool& tool) {
        return searches_tools_only_by_expressions(tool, target);
    });
}

bool is_left_out(const Tool& tool, const anthropic::MessagesRequest& request, const route::Target& target)
{
    if (searches_tools_only_by_expressions(tool, target)) {
        const bool is_there_twice =
            is_search_by_words(tool) && std::ranges::any_of(request.tools, [&](const Tool& other) {
                return searches_tools_only_by_expressions(other, target) && !is_search_by_words(other);
            });
        return is_there_twice || searches_no_tools(target);
    }
    if (takes_all_tools(target) || !is_special(tool))
        return false;
    const ServerTool kind = server_tool(tool);
    return kind != ServerTool::none && !searches_by_itself(kind, target);
}

std::optional<std::string> in_known_form(const Tool& tool, const route::Target& target)
{
    if (searches_tools_only_by_expressions(tool, target) && is_search_by_words(tool))
        return as_search_by_expressions(tool);
    if (takes_all_tools(target) || !is_special(tool))
        return std::nullopt;
    if (server_tool(tool) == ServerTool::web_search && !json::key_is(tool.type, first_search))
        return as_first_search(tool);
    return spelled_out(tool);
}

Result<void> refuse_lost_tools(
    const anthropic::MessagesRequest& request, const route::Target& target, std::string_view upstream_name)
{
    if (takes_all_tools(target))
        return {};
    std::vector<const Tool*> tools;
    for (const Tool& tool : request.tools)
        tools.push_back(&tool);
    if (auto possible = refuse_toolsets(tools); !possible)
        return possible;
    if (!is_web_search_request(request) || target.has(Quirk::server_search))
        return {};
    Error error = Error::bad_request(fmt::format(
        "tools: {} does not search the web; a route for the scenario web_search can send searches "
        "to an upstream that does",
        upstream_name.empty() ? "this upstream" : upstream_name));
    error.should_retry = false;
    return Failure(std::move(error));
}

bool is_foreign_work(const Block& block, const route::Target& target)
{
    if (searches_no_tools(target))
        return block.type == BlockType::server_tool_use
            ? json::unescape(block.name).starts_with("tool_search_tool_")
            : json::key_is(block.type_name, "tool_search_tool_result");
    if (takes_all_tools(target))
        return false;
    if (block.type == BlockType::server_tool_use)
        return !target.has(Quirk::server_search) || !json::key_is(block.name, "web_search");
    return block.type == BlockType::server_tool_result
        && !(target.has(Quirk::server_search) && json::key_is(block.type_name, "web_search_tool_result"));
}

std::string told_as_text(
    const Block& block, const anthropic::MessagesRequest& request, const route::Target& target, Notes& notes)
{
    if (!speaks(block, anthropic::Role::assistant))
        return {};
    std::string out;
    json::Writer json(out);
    json.begin_object().key("type").word("text").key("text");
    json.begin_value() += '"';
    const ChatStyle style(target);
    const ToolNames names(request, target);
    TextWriter text(json, nullptr);
    BlockText(style, names, notes).say_server_tool(text, block);
    json.out() += '"';
    json.end_object();
    return out;
}

} // namespace dragoman::translate
