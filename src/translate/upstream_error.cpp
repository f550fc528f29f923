#include "translate/upstream_error.h"

#include "translate/error.h"
#include "translate/stop_reason.h"

#include <fmt/format.h>

namespace dragoman::translate {

Error upstream_error(std::string_view body, const AnswerPlan& plan, std::string_view provider)
{
    return translate_error({ .body = body }, error_context(plan, provider));
}

Error choice_error(const openai::ChatChoice& choice, const AnswerPlan& plan, std::string_view provider)
{
    if (!choice.error.empty()) {
        std::string body = fmt::format(R"({{"error":{}}})", choice.error.text);
        return upstream_error(body, plan, provider);
    }
    bool overloaded = finish_kind(choice.finish_reason.escaped) == FinishKind::overloaded;
    Error error { .kind = overloaded ? Error::Kind::overloaded : Error::Kind::upstream_failed,
        .source = Error::Source::upstream };
    error.message = fmt::format("{} broke off its answer ({})",
        provider.empty() ? std::string_view(plan.upstream_name) : provider, choice.finish_reason.escaped);
    return error;
}

} // namespace dragoman::translate
