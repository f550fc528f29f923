#include "translate/text_filter.h"

#include "json/escape.h"

namespace dragoman::translate {

namespace {

InlineThink::Mode mode_of(const AnswerPlan& plan)
{
    using enum InlineThink::Mode;
    if (plan.inline_think)
        return plan.inline_think_opened ? opened : on;
    return plan.watches_for_thoughts ? watching : off;
}

} // namespace

TextFilter::TextFilter(const AnswerPlan& plan)
    : think_(mode_of(plan))
    , stops_(plan.stop_sequences)
{
}

TextFilter::Parts TextFilter::feed(json::RawString delta)
{
    if (stopped_)
        return {};
    const bool thoughtless = !think_.active() || think_.settles(delta.escaped);
    if (thoughtless && !stops_.active() && !joiner_.holding())
        return { {}, delta };
    std::string& plain = texts().plain;
    plain.clear();
    json::append_unescaped(plain, joiner_.join(delta));
    return pass(plain, false);
}

TextFilter::Parts TextFilter::flush()
{
    if (stopped_ || (!think_.active() && !stops_.active() && !joiner_.holding()))
        return {};
    std::string& plain = texts().plain;
    plain.clear();
    json::append_unescaped(plain, joiner_.flush());
    return pass(plain, true);
}

TextFilter::Texts& TextFilter::texts()
{
    if (!texts_)
        texts_ = std::make_unique<Texts>();
    return *texts_;
}

TextFilter::Parts TextFilter::pass(std::string_view text, bool last)
{
    auto& [plain, plain_thinking, plain_text, sure_text, thinking, escaped_text] = texts();
    plain_thinking.clear();
    plain_text.clear();
    sure_text.clear();
    if (think_.active()) {
        think_.feed(text, plain_thinking, plain_text);
        if (last)
            think_.flush(plain_thinking, plain_text);
    } else {
        plain_text = text;
    }
    if (auto hit = stops_.feed(plain_text, sure_text))
        stopped_ = *hit;
    else if (last)
        stops_.flush(sure_text);
    thinking.clear();
    escaped_text.clear();
    json::append_escaped(thinking, plain_thinking);
    json::append_escaped(escaped_text, sure_text);
    return { { thinking }, { escaped_text } };
}

} // namespace dragoman::translate
