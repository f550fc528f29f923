#include "translate/messages_thinking_edit.h"

#include "translate/messages_json.h"
#include "translate/messages_refused_edit.h"
#include "translate/thinking_request.h"
#include "translate/token_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace dragoman::translate {

namespace {

using anthropic::ThinkingType;
using json::Field;
using json::Object;
using json::Value;
using route::Quirk;

// Thinking tokens for endpoints that know budgets only.
std::uint64_t budget_of(std::string_view effort)
{
    if (effort == "low")
        return 4000;
    if (effort == "medium")
        return 8000;
    if (effort == "xhigh" || effort == "max")
        return 32000;
    return 16000;
}

} // namespace

ThinkingEditor::ThinkingEditor(const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options, JsonEdits& edits, Notes& notes)
    : request_(request)
    , target_(target)
    , options_(options)
    , edits_(edits)
    , notes_(notes)
    , own_api_(target.has(Quirk::first_party))
    , imitation_(target.has(Quirk::vendor_messages))
    , takes_effort_(!imitation_ || target.has(Quirk::effort_config))
    , thinks_(!target.facts || target.facts->thinks())
    , stopped_(target.has(Quirk::no_thoughts_back) && request.thinking.type == ThinkingType::enabled
          && continues_a_call(request))
    , max_tokens_(tokens_to_send())
{
}

// The newest message that sets an effort of its own counts; elsewhere the request has only one.
std::string_view ThinkingEditor::wanted_effort() const
{
    std::string_view effort = request_.output_config.effort.escaped;
    for (const anthropic::Message& message : request_.messages)
        if (!message.effort.empty())
            effort = message.effort.escaped;
    return effort;
}

// Of the client; 0 when it named none.
std::uint64_t ThinkingEditor::asked_tokens() const
{
    return request_.max_tokens && *request_.max_tokens > 0 ? static_cast<std::uint64_t>(*request_.max_tokens)
                                                           : 0;
}

std::uint64_t ThinkingEditor::tokens_to_send() const
{
    const std::uint64_t asked = asked_tokens();
    const bool refused = options_.most_output > 0 && asked > options_.most_output;
    const bool lowered = target_.facts && target_.facts->max_output && asked > *target_.facts->max_output;
    if (request_.max_tokens && !refused && (!lowered || own_api_))
        return asked;
    return token_limit(request_, target_, options_, 0).max_tokens; // which looks at the whole request
}

void ThinkingEditor::edit_max_tokens(const Value& value)
{
    if (!value.is(json::Type::null) && max_tokens_ == asked_tokens()) // null is as good as absent
        return;
    edits_.replace(value, std::to_string(max_tokens_));
    notes_.repair("max_tokens");
}

void ThinkingEditor::edit(const Value& value)
{
    auto object = value.object();
    if (!object || (own_api_ && !stopped_ && options_.most_output == 0))
        return;
    if (stopped_)
        return edits_.replace(value, R"({"type":"disabled"})");
    if (own_api_)
        return edit_budget(value, *object);
    const ThinkingType type = request_.thinking.type;
    if (type == ThinkingType::between_tools)
        return edits_.replace(value, R"({"type":"disabled"})");
    if (imitation_ && (type == ThinkingType::adaptive || type == ThinkingType::enabled)
        && target_.has(Quirk::adaptive_thinking))
        return edits_.replace(value, R"({"type":"adaptive"})");
    if (imitation_ && type == ThinkingType::adaptive) {
        // Nobody asked for this very budget: the answer has its share in any case.
        const std::uint64_t budget =
            budget_beside_answer(budget_of(wanted_effort()), max_tokens_, max_tokens_ + 1);
        return edits_.replace(value,
            budget == 0 ? R"({"type":"disabled"})"
                        : fmt::format(R"({{"type":"enabled","budget_tokens":{}}})", budget));
    }
    edits_.remove_fields(*object, [&](const Field& field) {
        return json::key_is(field.key, "block_binding") || (imitation_ && json::key_is(field.key, "display"));
    });
    if (auto display = object->find("display"); display && string_at(*object, "display") == "updates")
        edits_.replace(*display, R"("summarized")");
    edit_budget(value, *object);
}

// It has to leave room for the answer.
void ThinkingEditor::edit_budget(const Value& value, const Object& thinking)
{
    const auto field = thinking.find("budget_tokens");
    const auto budget = field ? field->integer() : std::nullopt;
    if (!budget || *budget <= 0 || max_tokens_ == 0)
        return;
    const auto wanted = static_cast<std::uint64_t>(*budget);
    const std::uint64_t fitting = budget_beside_answer(wanted, max_tokens_, asked_tokens());
    if (fitting == 0)
        edits_.replace(value, R"({"type":"disabled"})");
    else if (fitting != wanted)
        edits_.replace(*field, std::to_string(fitting));
}

// The effort for endpoints that know it by its words only; none where thinking is off, which counts more.
std::string_view ThinkingEditor::sent_effort() const
{
    if (!thinks_ || !takes_effort_)
        return {};
    const std::string_view effort = wanted_effort();
    if (!imitation_)
        return effort;
    constexpr std::string_view known[] = { "minimal", "low", "medium", "high", "xhigh", "max" };
    const ThinkingType type = request_.thinking.type;
    const bool off = type == ThinkingType::disabled || type == ThinkingType::between_tools;
    return off || std::ranges::find(known, effort) == std::end(known) ? std::string_view {} : effort;
}

} // namespace dragoman::translate
