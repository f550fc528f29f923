#include "translate/tools.h"

#include "json/document.h"
#include "json/escape.h"
#include "translate/deferred_tools.h"
#include "translate/defined_tools.h"
#include "translate/schema.h"
#include "translate/server_tools.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

namespace {

using anthropic::Tool;
using route::Quirk;

constexpr std::size_t examples_max = 3;

class ToolWriter {
public:
    ToolWriter(json::Writer& json, const ToolScene& scene)
        : json_(json)
        , scene_(scene)
        , mends_(scene.request.has_surrogate_escapes)
    {
    }

    Result<void> write();
    void write_definition(const Tool& tool);

private:
    bool is_sent(const Tool& tool);
    bool runs_before_the_model(const std::vector<const Tool*>& tools) const;
    void write_tool(const Tool& tool);
    void write_function(const Tool& tool);
    bool takes_strict(const Tool& tool) const;
    void write_description(const Tool& tool);
    void write_schema(const Tool& tool);
    void write_idle_function();
    bool calls_without_tools() const;
    std::string mended(std::string_view text) const;

    json::Writer& json_;
    const ToolScene& scene_;
    bool mends_;
    json::Document scratch_ {}; // for one schema after the other
};

Result<void> ToolWriter::write()
{
    std::vector<const Tool*> tools = active_tools(scene_.request, scene_.target, scene_.notes);
    if (auto possible = refuse_toolsets(tools); !possible)
        return possible;
    std::erase_if(tools, [this](const Tool* tool) { return !is_sent(*tool); });

    if (scene_.plan.web_search)
        scene_.plan.web_search_query = web_search_query(scene_.request);
    if (runs_before_the_model(tools)) {
        append_web_plugin(json_, *tools.front());
        return {};
    }
    if (tools.empty()) {
        if (calls_without_tools())
            write_idle_function();
        return {};
    }
    json_.key("tools").begin_array();
    for (const Tool* tool : tools)
        write_tool(*tool);
    json_.end_array();
    const bool refused = scene_.target.facts && scene_.target.facts->refuses("tool_stream");
    if (scene_.target.has(Quirk::tool_stream) && scene_.request.stream && !refused)
        json_.key("tool_stream").boolean(true);
    append_tool_choice(json_, scene_.request, scene_.target, scene_.names);
    return {};
}

// Notes what has no counterpart.
bool ToolWriter::is_sent(const Tool& tool)
{
    const ServerTool kind = server_tool(tool);
    if (kind == ServerTool::web_search)
        scene_.plan.web_search = true;
    const bool sent = kind == ServerTool::none
        || (scene_.target.has(Quirk::web_tools)
            && (kind == ServerTool::web_search || kind == ServerTool::web_fetch));
    if (!sent)
        scene_.notes.drop("tools." + json::unescape(json::clip(tool.type, 64)));
    return sent;
}

// A search for a model that takes no tools.
bool ToolWriter::runs_before_the_model(const std::vector<const Tool*>& tools) const
{
    const auto& unknown = scene_.request.unknown;
    return tools.size() == 1 && is_web_search_request(scene_.request) && !takes_tools(scene_.target)
        && std::ranges::none_of(unknown,
            [](const anthropic::UnknownField& field) { return json::key_is(field.name, "plugins"); });
}

void ToolWriter::write_tool(const Tool& tool)
{
    const ServerTool kind = server_tool(tool);
    if (kind == ServerTool::none)
        write_function(tool);
    else
        append_server_tool(json_, kind, tool);
}

void ToolWriter::write_function(const Tool& tool)
{
    json_.begin_object().key("type").word("function").key("function").begin_object();
    write_definition(tool);
    if (tool.strict.value_or(false)) {
        if (takes_strict(tool))
            json_.key("strict").boolean(true);
        else
            scene_.notes.drop("tools.strict");
    }
    json_.end_object();
    append_cache_control(json_, scene_.marks.kept(tool.cache_control));
    json_.end_object();
}

bool ToolWriter::takes_strict(const Tool& tool) const
{
    return scene_.target.has(Quirk::strict_tools) && !scene_.target.has(Quirk::no_strict)
        && (scene_.target.has(Quirk::any_strict) || is_strict_when_sent(tool.input_schema, scene_.target));
}

void ToolWriter::write_definition(const Tool& tool)
{
    const auto defined = defined_tool(tool);
    const std::string name = tool.name.empty() && defined ? defined->name : scene_.names.upstream(tool.name);
    json_.key("name").text(name);
    if (defined && tool.input_schema.empty()) {
        json_.key("description").text(defined->description).key("parameters");
        append_schema(json_, { defined->parameters }, scene_.target, scratch_);
    } else {
        write_description(tool);
        write_schema(tool);
    }
}

// Examples have no field of their own: they stand behind the description.
void ToolWriter::write_description(const Tool& tool)
{
    std::optional<json::Array> list;
    if (!tool.input_examples.empty())
        if (auto examples = scratch_.parse(tool.input_examples.text))
            list = examples->array();
    if (tool.description.empty() && (!list || list->empty()))
        return;
    json_.key("description");
    std::string& out = json_.begin_value();
    out += '"';
    if (mends_)
        json::append_mended(out, tool.description);
    else
        json_.append_lasting(tool.description.escaped);
    std::size_t count = 0;
    if (list)
        for (json::Value example : *list) {
            if (count++ == examples_max)
                break;
            json::append_escaped(out, count == 1 ? "\n\nExamples of input:\n" : "\n");
            json::append_escaped(out, mended(example.raw().text));
        }
    out += '"';
}

void ToolWriter::write_schema(const Tool& tool)
{
    const std::string schema = mends_ ? mended(tool.input_schema.text) : std::string();
    json_.key("parameters");
    if (tool.has_plain_schema && !mends_ && !rewrites_schemas(scene_.target)) {
        json_.begin_value();
        json_.append_lasting(tool.input_schema.text); // as append_schema() would, without another look at it
        return;
    }
    append_schema(json_, mends_ ? json::RawValue { schema } : tool.input_schema, scene_.target, scratch_);
}

bool ToolWriter::calls_without_tools() const
{
    if (!scene_.target.has(Quirk::tools_for_calls))
        return false;
    for (const anthropic::Message& message : scene_.request.messages)
        for (const anthropic::Block& block : message.blocks)
            if (block.type == anthropic::BlockType::tool_use)
                return true;
    return false;
}

void ToolWriter::write_idle_function()
{
    json_.key("tools").begin_array().begin_object().key("type").text("function").key("function");
    json_.begin_object().key("name").text("noop").key("description").text("Does nothing. Never call it.");
    json_.key("parameters");
    append_schema(json_, {}, scene_.target, scratch_);
    json_.end_object().end_object().end_array();
}

// Works on whole JSON values too: outside of strings there are no backslashes.
std::string ToolWriter::mended(std::string_view text) const
{
    std::string copy;
    if (mends_)
        json::append_mended(copy, { text });
    else
        copy = text;
    return copy;
}

} // namespace

void append_function(json::Writer& json, const anthropic::Tool& tool, const ToolScene& scene)
{
    ToolWriter(json, scene).write_definition(tool);
}

Result<void> append_tools(json::Writer& json, const ToolScene& scene)
{
    return ToolWriter(json, scene).write();
}

} // namespace dragoman::translate
