// Slices of JSON text that travel without ever being decoded.
//
// dragoman moves strings from one JSON envelope to another, so the escaped text on the way in is already the
// escaped text on the way out. Joining two of them is plain concatenation. Both types borrow: they are valid
// as long as the text they were cut from.
#pragma once

#include <string_view>

namespace dragoman::json {

// The inside of a JSON string literal: no quotes, escapes as they came.
struct RawString {
    std::string_view escaped {};

    bool empty() const { return escaped.empty(); }
    bool operator==(const RawString&) const = default;
};

// Any complete JSON value, verbatim. Empty when there is none.
struct RawValue {
    std::string_view text {};

    bool empty() const { return text.empty(); }
    bool operator==(const RawValue&) const = default;
};

} // namespace dragoman::json
