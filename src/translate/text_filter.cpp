#include "translate/text_filter.h"

#include "json/escape.h"

namespace dragoman::translate {

TextFilter::TextFilter(const AnswerPlan& plan)
    : think_(plan.inline_think, plan.inline_think_opened)
    , stops_(plan.stop_sequences)
{
}

TextFilter::Parts TextFilter::feed(json::RawString delta)
{
    if (stopped_)
        return {};
    if (!think_.active() && !stops_.active() && !joiner_.holding())
        return { {}, delta };
    plain_.clear();
    json::append_unescaped(plain_, joiner_.join(delta));
    return pass(plain_, false);
}

TextFilter::Parts TextFilter::flush()
{
    if (stopped_ || (!think_.active() && !stops_.active() && !joiner_.holding()))
        return {};
    plain_.clear();
    json::append_unescaped(plain_, joiner_.flush());
    return pass(plain_, true);
}

TextFilter::Parts TextFilter::pass(std::string_view text, bool last)
{
    plain_thinking_.clear();
    plain_text_.clear();
    sure_text_.clear();
    if (think_.active()) {
        think_.feed(text, plain_thinking_, plain_text_);
        if (last)
            think_.flush(plain_thinking_, plain_text_);
    } else {
        plain_text_ = text;
    }
    if (auto hit = stops_.feed(plain_text_, sure_text_))
        stopped_ = *hit;
    else if (last)
        stops_.flush(sure_text_);
    thinking_.clear();
    text_.clear();
    json::append_escaped(thinking_, plain_thinking_);
    json::append_escaped(text_, sure_text_);
    return { { thinking_ }, { text_ } };
}

} // namespace dragoman::translate
