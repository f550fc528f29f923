#include "translate/responses_request.h"

#include "json/writer.h"
#include "translate/cache_control.h"
#include "translate/call_frame.h"
#include "translate/conversation_turns.h"
#include "translate/parameters.h"
#include "translate/responses_input.h"
#include "translate/responses_parameters.h"
#include "translate/responses_tools.h"
#include "translate/taken_fields.h"
#include "translate/token_limits.h"

namespace dragoman::translate {

Result<UpstreamCall> to_responses(const anthropic::MessagesRequest& request, const route::Target& target,
    const ClientHeaders& headers, const Options& options, std::string room)
{
    if (auto possible = refuse_untranslatable(request); !possible)
        return Failure(possible.error());

    if (auto fits = refuse_overflow(request, target); !fits)
        return Failure(fits.error());
    ToolNames names(request, target);
    ToolIds ids(request, target);
    CacheMarks marks(request, target);
    UpstreamCall call;
    const Turns found = find_turns(request, call.notes);
    if (found.turns.empty())
        return Failure(
            Error::bad_request("messages: at least one message must have content that is not empty"));

    describe_answer(call.plan, request, target, options);
    call.body.own = std::move(room);
    json::Writer json(call.body);
    json.begin_object();
    append_taken_fields(json, target, call.notes, [&](json::Writer& fields) {
        append_responses_parameters(fields, { request, target, headers, options, call });
    });
    const InputScene scene { request, target, names, ids, options.upstream_name, call.notes };
    append_instructions(json, scene, found.leading, system_appendix(request, target, names));
    if (auto written = append_responses_tools(json, { request, target, names, marks, call.notes, call.plan });
        !written)
        return Failure(written.error());
    json.key("input");
    write_input(json, scene, found.turns);
    json.end_object();

    std::move(names).describe(call.plan);
    call.plan.used_tool_ids = ids.used();
    return call;
}

} // namespace dragoman::translate
