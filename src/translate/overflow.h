// Recognises, in the words of some twenty vendors, that a request was larger than the model's window.
//
// Clients compact a conversation when they are told so in one exact sentence with two numbers; any other
// wording ends the session. A text about rates or quotas also speaks of tokens and limits but is never an
// overflow.
#pragma once

#include "openai/error_body.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::translate {

struct OverflowContext {
    int status = 0;
    std::optional<std::uint64_t> context_length {};
    std::uint64_t max_tokens = 0;
    std::uint64_t estimated_input = 0;
};

struct Overflow {
    enum class Kind : std::uint8_t {
        input, // `input` alone, or whatever the vendor compared, is more than `limit`
        sum, // `input` fits into the window of `limit`, and `output` beside it does not
        output, // an answer may have `limit` tokens, `output` were asked for
    };
    Kind kind = Kind::input;
    std::uint64_t input = 0;
    std::uint64_t output = 0;
    std::uint64_t limit = 0;
};

// nullopt when `body` is about something else.
std::optional<Overflow> find_overflow(const openai::ErrorBody& body, const OverflowContext& context);

// The sentence that clients act upon.
std::string overflow_sentence(const Overflow& overflow);

// Both at once.
std::optional<std::string> overflow_message(const openai::ErrorBody& body, const OverflowContext& context);

// Whether lower-case `text` is one of the wordings. A 400 makes "too many tokens" one too.
bool is_overflow_wording(std::string_view text, int status);

} // namespace dragoman::translate
