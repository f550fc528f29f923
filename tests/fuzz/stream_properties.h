// What holds for every answer of an upstream, whatever its dialect.
#pragma once

#include "base/check.h"
#include "json/document.h"
#include "support/answers.h"
#include "support/event_grammar.h"

#include <cstdio>
#include <string>
#include <string_view>

namespace dragoman::fuzz {

inline translate::AnswerPlan stream_plan(unsigned char options)
{
    translate::AnswerPlan plan = test::default_plan();
    plan.inline_think = options & 1;
    if (options & 2)
        plan.stop_sequences = { "</block>", "\n\n", "STOP" };
    plan.hide_thinking = options & 4;
    plan.web_search = options & 8;
    plan.sources_footer = options & 16;
    if (options & 32)
        plan.context_length = 4000;
    return plan;
}

template <class Answer> void check_stream(std::string_view bytes)
{
    if (bytes.empty())
        return;
    auto options = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    translate::AnswerPlan plan = stream_plan(options);

    test::Outcome whole = test::run<Answer>(plan, bytes);
    std::string violation = test::EventGrammar::violation(whole.out, whole.error.has_value());
    if (!violation.empty())
        std::fprintf(stderr, "%s\n%s\n", violation.c_str(), whole.out.c_str());
    CHECK(violation.empty());

    test::Outcome pieces = test::run<Answer>(plan, bytes, 1 + options % 16);
    CHECK(pieces.out == whole.out);
    CHECK(pieces.error.has_value() == whole.error.has_value());

    plan.stream = false;
    test::Outcome message = test::run<Answer>(plan, bytes);
    CHECK(message.error.has_value() == whole.error.has_value());
    if (!message.error)
        CHECK(json::Document().parse(message.out).has_value());
}

} // namespace dragoman::fuzz
