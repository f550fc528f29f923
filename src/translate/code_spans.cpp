#include "translate/code_spans.h"

namespace dragoman::translate {

namespace {

constexpr std::size_t fence_min = 3;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

} // namespace

void CodeSpans::feed(std::string_view text)
{
    for (const char c : text)
        take(c);
}

bool CodeSpans::covers(char next) const
{
    if (next == '`' && run_ > 0)
        return true;
    CodeSpans there = *this;
    there.end_run();
    return there.fence_ > 0 || there.opening_ > 0 || there.span_ > 0;
}

void CodeSpans::take(char c)
{
    if (c == '\n')
        return end_line();
    if (c == '`' || (c == '~' && (line_start_ || (run_ > 0 && run_mark_ == '~')))) {
        if (run_ > 0 && run_mark_ != c)
            end_run();
        if (run_++ == 0)
            run_begins_line_ = line_start_;
        run_mark_ = c;
        line_start_ = false;
        return;
    }
    end_run();
    if (is_blank(c))
        return;
    line_start_ = false;
    closing_ = false;
}

void CodeSpans::end_run()
{
    const std::size_t run = run_;
    run_ = 0;
    if (run == 0)
        return;
    closing_ = false;
    if (fence_ > 0)
        closing_ = run_begins_line_ && run_mark_ == fence_mark_ && run >= fence_;
    else if (run_begins_line_ && run >= fence_min)
        opening_ = run;
    else if (run_mark_ == '`' && opening_ > 0 && fence_mark_ == '`')
        opening_ = 0; // a span after all: no fence has backticks behind it
    else if (run_mark_ == '`')
        span_ = span_ == 0 ? run : span_ == run ? 0 : span_;
    if (opening_ > 0 && run_begins_line_)
        fence_mark_ = run_mark_;
}

void CodeSpans::end_line()
{
    end_run();
    if (closing_)
        fence_ = 0;
    if (opening_ > 0)
        fence_ = opening_;
    opening_ = 0;
    span_ = 0;
    closing_ = false;
    line_start_ = true;
}

} // namespace dragoman::translate
