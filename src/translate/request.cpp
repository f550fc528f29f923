#include "translate/request.h"

#include "json/writer.h"
#include "translate/call_frame.h"
#include "translate/conversation.h"
#include "translate/parameters.h"
#include "translate/taken_fields.h"
#include "translate/token_limits.h"
#include "translate/tools.h"

namespace dragoman::translate {

Result<UpstreamCall> to_chat(const anthropic::MessagesRequest& request, const route::Target& target,
    const ClientHeaders& headers, const Options& options, std::string room)
{
    if (auto possible = refuse_untranslatable(request); !possible)
        return Failure(possible.error());

    const std::uint64_t input = rough_input_tokens(request);
    if (auto fits = refuse_overflow(request, target, input); !fits)
        return Failure(fits.error());
    ToolNames names(request, target);
    ToolIds ids(request, target);
    CacheMarks marks(request, target);
    ReasoningHistory reasoning(request, target);
    ChatStyle style(target);
    std::string appendix = system_appendix(request, target, names);

    UpstreamCall call;
    describe_answer(call.plan, request, target, options);
    call.body.own = std::move(room);
    json::Writer json(call.body);
    json.begin_object();
    append_taken_fields(json, target, call.notes, [&](json::Writer& fields) {
        append_parameters(fields, { request, target, headers, options, marks, input, call });
    });
    if (auto written = append_tools(json, { request, target, names, marks, call.notes, call.plan }); !written)
        return Failure(written.error());
    json.key("messages");
    Scene scene { request, target, style, names, ids, marks, reasoning, appendix, call.notes };
    if (auto written = write_messages(json, scene); !written)
        return Failure(written.error());
    json.end_object();

    std::move(names).describe(call.plan);
    call.plan.used_tool_ids = ids.used();
    return call;
}

} // namespace dragoman::translate
