// The small model of the demonstration: an upstream in OpenRouter's dialect without a network, a key or a
// mind.
//
// It thinks a sentence, answers in text, and, when the client offers a Bash tool and asks about files, calls
// it and tells what came back. Pure: a request body in, an answer out.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace dragoman::gateway {

struct DemoAnswer {
    bool stream = false;
    // With `stream`, the data of one server-sent event each, "[DONE]" last; otherwise one JSON text.
    std::vector<std::string> parts {};
};

// `body` is a Chat Completions request. The Error is for one that is not.
Result<DemoAnswer> demo_answer(std::string_view body);

// What GET /models of the demonstration says.
std::string_view demo_models();

} // namespace dragoman::gateway
