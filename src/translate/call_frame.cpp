#include "translate/call_frame.h"

#include "json/escape.h"
#include "translate/image_path.h"
#include "translate/output_format.h"
#include "translate/tool_choice.h"

namespace dragoman::translate {

void describe_answer(AnswerPlan& plan, const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options)
{
    plan.client_model = json::unescape(request.model);
    plan.upstream_model = target.model;
    plan.responses = target.dialect == route::Target::Dialect::responses;
    plan.upstream_name = options.upstream_name;
    plan.sources_footer = options.sources_footer;
    plan.inline_think = options.inline_think;
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
