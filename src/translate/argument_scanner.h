// Follows a tool's arguments, JSON inside JSON strings, to know where their value ends.
//
// Deltas cut the arguments anywhere, but never inside an escape of the outer string. Only brackets and quotes
// are looked at: text that is no JSON simply never becomes complete.
#pragma once

#include "json/raw.h"

#include <cstddef>
#include <cstdint>

namespace dragoman::translate {

class ArgumentScanner {
public:
    // Reads up to the end of the value; returns the bytes of `piece` that belong to it.
    std::size_t feed(json::RawString piece);

    bool complete() const { return complete_; }

    // So far there is nothing but `{}`, or its beginning: servers that announce `{}` and then send the real
    // arguments are still possible.
    bool may_be_placeholder() const { return significant_ <= 1 || (significant_ == 2 && complete_); }
    bool is_empty_object() const { return significant_ == 2 && complete_; }

    // White space at the end of what was fed, in characters.
    std::size_t blank_run() const { return blank_run_; }

private:
    void take(char c);

    int depth_ = 0;
    bool in_string_ = false;
    bool after_backslash_ = false;
    bool complete_ = false;
    bool object_ = false;
    std::uint8_t significant_ = 0; // characters that are not white space; stops counting at 3
    std::size_t blank_run_ = 0;
};

} // namespace dragoman::translate
