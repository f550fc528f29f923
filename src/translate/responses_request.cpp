#include "translate/responses_request.h"

#include "json/escape.h"
#include "json/writer.h"
#include "translate/cache_control.h"
#include "translate/conversation_turns.h"
#include "translate/image_path.h"
#include "translate/output_format.h"
#include "translate/parameters.h"
#include "translate/responses_input.h"
#include "translate/responses_parameters.h"
#include "translate/responses_tools.h"
#include "translate/tool_choice.h"

namespace dragoman::translate {

namespace {

void describe_answer(AnswerPlan& plan, const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options)
{
    plan.client_model = json::unescape(request.model);
    plan.upstream_model = target.model;
    plan.upstream_name = options.upstream_name;
    plan.sources_footer = options.sources_footer;
    plan.inline_think = options.inline_think;
    plan.last_image = last_image_path(request);
}

// Sentences for what the model cannot be bound to otherwise.
std::string appendix(
    const anthropic::MessagesRequest& request, const route::Target& target, const ToolNames& names)
{
    std::string tool = tool_choice_instruction(request, target, names);
    const std::string format = format_instruction(request, target);
    if (!tool.empty() && !format.empty())
        tool += "\n\n";
    return tool + format;
}

} // namespace

Result<UpstreamCall> to_responses(const anthropic::MessagesRequest& request, const route::Target& target,
    const ClientHeaders& headers, const Options& options)
{
    if (auto possible = refuse_untranslatable(request); !possible)
        return Failure(possible.error());

    ToolNames names(request, target);
    ToolIds ids(request, target);
    CacheMarks marks(request, target);
    UpstreamCall call;
    const Turns found = find_turns(request, call.notes);
    if (found.turns.empty())
        return Failure(
            Error::bad_request("messages: at least one message must have content that is not empty"));

    describe_answer(call.plan, request, target, options);
    call.body.reserve(request.body_bytes + request.body_bytes / 8 + 4096);
    json::Writer json(call.body);
    json.begin_object();
    append_responses_parameters(json, { request, target, headers, options, call });
    const InputScene scene { request, target, names, ids, options.upstream_name, call.notes };
    append_instructions(json, scene, found.leading, appendix(request, target, names));
    if (auto written = append_responses_tools(json, { request, target, names, marks, call.notes, call.plan });
        !written)
        return Failure(written.error());
    json.key("input");
    write_input(json, scene, found.turns);
    json.end_object();

    names.describe(call.plan);
    call.plan.used_tool_ids = ids.used();
    return call;
}

} // namespace dragoman::translate
