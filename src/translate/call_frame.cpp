#include "translate/call_frame.h"

#include "json/escape.h"
#include "translate/image_path.h"
#include "translate/output_format.h"
#include "translate/schema.h"
#include "translate/tool_choice.h"

#include <algorithm>

namespace dragoman::translate {

namespace {

void note_schema(AnswerPlan& plan, const anthropic::Tool& tool)
{
    if (!tool.input_schema.empty())
        plan.tool_schemas.try_emplace(json::unescape(tool.name), tool.input_schema.text);
}

void note_schemas(AnswerPlan& plan, const anthropic::MessagesRequest& request)
{
    for (const anthropic::Tool& tool : request.tools)
        note_schema(plan, tool);
    for (const anthropic::Message& message : request.messages)
        for (const anthropic::Block& block : message.blocks)
            for (const anthropic::Tool& tool : block.details->definition)
                note_schema(plan, tool);
}

bool some_map_is_text(const anthropic::MessagesRequest& request, const route::Target& target)
{
    return target.has(route::Quirk::closed_schemas)
        && std::ranges::any_of(request.tools,
            [&](const anthropic::Tool& tool) { return writes_maps_as_text(tool.input_schema, target); });
}

} // namespace

void describe_answer(AnswerPlan& plan, const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options)
{
    plan.client_model = json::unescape(request.model);
    plan.upstream_model = target.model;
    plan.responses = target.dialect == route::Target::Dialect::responses;
    plan.upstream_name = options.upstream_name;
    plan.sources_footer = options.sources_footer;
    plan.inline_think_opened = target.has(route::Quirk::opened_think);
    plan.inline_think = plan.inline_think_opened || target.has(route::Quirk::inline_think);
    plan.watches_for_thoughts = options.watches_for_thoughts && !plan.inline_think;
    plan.text_tool_calls = target.has(route::Quirk::text_tool_calls);
    plan.coerce_arguments = target.has(route::Quirk::coerce_arguments)
        || target.has(route::Quirk::strict_schemas) || some_map_is_text(request, target);
    if (plan.text_tool_calls || plan.coerce_arguments)
        note_schemas(plan, request);
    plan.last_image = last_image_path(request);
}

std::string system_appendix(
    const anthropic::MessagesRequest& request, const route::Target& target, const ToolNames& names)
{
    std::string format = format_instruction(request, target);
    std::string tool = tool_choice_instruction(request, target, names);
    if (!format.empty() && !tool.empty())
        return tool + "\n\n" + format;
    return tool + format;
}

} // namespace dragoman::translate
