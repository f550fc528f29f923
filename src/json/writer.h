// Appends JSON to a string. Commas are its only concern; what goes between them is the caller's.
//
//   Writer json(out);
//   json.begin_object().key("role").text("user").key("content").string(raw).end_object();
#pragma once

#include "json/raw.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dragoman::json {

class Writer {
public:
    explicit Writer(std::string& out)
        : out_(out)
    {
    }

    Writer& begin_object();
    Writer& end_object();
    Writer& begin_array();
    Writer& end_array();

    Writer& key(std::string_view name); // plain ASCII that needs no escape
    Writer& key(RawString name); // as it came
    Writer& string(RawString value); // as it came
    Writer& text(std::string_view value); // UTF-8, escaped here
    Writer& raw(RawValue value); // any value, verbatim
    Writer& integer(std::int64_t value);
    Writer& boolean(bool value);
    Writer& null();

    // For a value that is appended to out() by hand: writes the comma that is due, nothing else.
    std::string& begin_value();
    std::string& out() { return out_; }

private:
    Writer& open(char bracket);
    Writer& close(char bracket);

    std::string& out_;
    bool comma_ = false; // a comma is due before the next key or value
};

} // namespace dragoman::json
