#include "translate/messages_tools_edit.h"

#include "json/escape.h"
#include "json/writer.h"
#include "translate/deferred_tools.h"
#include "translate/messages_json.h"
#include "translate/messages_refused_edit.h"
#include "translate/messages_scope.h"
#include "translate/messages_server_tools.h"
#include "translate/schema.h"

#include <algorithm>
#include <vector>

namespace dragoman::translate {

namespace {

using json::Field;
using json::Object;
using json::Type;
using json::Value;

// What the vendor does not take in a schema it does not take in this dialect either.
void rewrite_schema(JsonEdits& edits, const Object& tool, const route::Target& target)
{
    const auto schema = rewrites_schemas(target) ? tool.find("input_schema") : std::nullopt;
    if (!schema)
        return;
    std::string rewritten;
    json::Writer json(rewritten);
    json::Document scratch;
    append_schema(json, schema->raw(), target, scratch);
    edits.replace(*schema, std::move(rewritten));
}

// The tool as it is declared to an upstream that knows nothing of deferral.
std::string undeferred(const anthropic::Tool& tool, const route::Target& target)
{
    json::Document document;
    auto root = document.parse(tool.raw.text);
    if (!root || !root->is(Type::object))
        return std::string(tool.raw.text);
    JsonEdits edits(tool.raw.text);
    edits.remove_fields(*root->object(), [&](const Field& field) {
        return json::key_is(field.key, "defer_loading") || is_refused_of_tool(field, target);
    });
    rewrite_schema(edits, *root->object(), target);
    if (auto mark = object_at(*root->object(), "cache_control"))
        edits.remove_fields(*mark, [](const Field& field) { return json::key_is(field.key, "scope"); });
    return edits.apply().text();
}

} // namespace

void ToolsEditor::edit_tool(const Value& value, const anthropic::Tool* decoded)
{
    const auto tool = value.object();
    if (!tool)
        return;
    if (auto known = decoded ? in_known_form(*decoded, target_) : std::nullopt)
        return edits_.replace(value, std::move(*known));
    remove_scope(tool->find("cache_control").value_or(Value()), edits_, notes_);
    rewrite_schema(edits_, *tool, target_);
}

// The tools anew, where some of them were deferred.
std::string ToolsEditor::rewritten_tools()
{
    std::string active;
    json::Writer json(active);
    json.begin_array();
    for (const anthropic::Tool* tool : active_tools(request_, target_, notes_))
        if (is_left_out(*tool, request_, target_))
            notes_.drop("tools." + json::unescape(json::clip(tool->type, 64)));
        else if (auto known = in_known_form(*tool, target_))
            json.raw({ *known });
        else
            json.raw({ undeferred(*tool, target_) });
    json.end_array();
    return active;
}

bool ToolsEditor::edit(const Value& tools)
{
    auto list = tools.array();
    if (!list || rules_.own_api)
        return false;
    const bool deferred = std::any_of(request_.tools.begin(), request_.tools.end(),
        [](const anthropic::Tool& tool) { return tool.defer_loading || is_placeholder(tool); });
    if (deferred && !rules_.deferred_tools) {
        std::string active = rewritten_tools();
        const bool none = active == "[]";
        edits_.replace(tools, std::move(active));
        return none && !rules_.all_tools;
    }
    const bool marked = std::ranges::any_of(
        request_.tools, [](const anthropic::Tool& tool) { return bool(tool.cache_control); });
    const bool known = !request_.tools.empty() && holds(tools, request_.tools.front().raw);
    const bool looks = known && looks_at_tools(request_, target_);
    if (known && !looks && !marked && !rewrites_schemas(target_))
        return false;
    std::vector<std::size_t> unwanted;
    std::size_t position = 0;
    for (Value value : *list) {
        const std::size_t here = position++;
        const anthropic::Tool* decoded = looks ? &request_.tools[here] : nullptr;
        if (decoded != nullptr && is_left_out(*decoded, request_, target_)) {
            unwanted.push_back(here);
            notes_.drop("tools." + json::unescape(json::clip(decoded->type, 64)));
        } else {
            edit_tool(value, decoded);
        }
    }
    return !unwanted.empty() && edits_.remove_elements(*list, unwanted);
}

} // namespace dragoman::translate
