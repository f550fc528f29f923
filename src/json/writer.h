// Appends JSON to a string. Commas are its only concern; what goes between them is the caller's.
//
//   Writer json(out);
//   json.begin_object().key("role").text("user").key("content").string(raw).end_object();
#pragma once

#include "json/pieces.h"
#include "json/raw.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace dragoman::json {

class Writer {
public:
    explicit Writer(std::string& out)
        : out_(out)
    {
    }
    explicit Writer(Pieces& out)
        : out_(out.own)
        , pieces_(&out)
    {
    }

    Writer& begin_object();
    Writer& end_object();
    Writer& begin_array();
    Writer& end_array();

    Writer& key(std::string_view name) { return put_in_quotes(name, true); } // ASCII that needs no escape
    Writer& key(RawString name) { return put_in_quotes(name.escaped, true); } // as it came
    Writer& word(std::string_view value) { return put_in_quotes(value, false); } // ASCII that needs no escape
    Writer& string(RawString value); // as it came
    Writer& text(std::string_view value); // UTF-8, escaped here
    Writer& raw(RawValue value); // any value, verbatim
    Writer& integer(std::int64_t value);
    // JSON of our own up to where a value follows; for what stands before each of thousands.
    Writer& lead(std::string_view fragment);
    Writer& boolean(bool value);
    Writer& null();

    // For a value that is appended to out() by hand: writes the comma that is due, nothing else.
    std::string& begin_value();
    std::string& out() { return out_; }

    // The same for a part of the text that everything is made of, which outlives what is written.
    void append_lasting(std::string_view part)
    {
        if (pieces_)
            pieces_->append_lasting(part);
        else
            out_ += part;
    }

private:
    Writer& open(char bracket);
    Writer& close(char bracket);
    Writer& put_in_quotes(std::string_view inside, bool is_key);

    std::string& out_;
    Pieces* pieces_ = nullptr; // of which out_ is the own text
    bool comma_ = false; // a comma is due before the next key or value
};

// Most names are short: a call that copies one would take longer than the copy.
inline char* copy_short(std::string_view text, char* out)
{
    const std::size_t size = text.size();
    const char* const from = text.data();
    if (size > 16)
        return std::copy_n(from, size, out);
    if (size >= 8) {
        std::memcpy(out, from, 8);
        std::memcpy(out + size - 8, from + size - 8, 8);
    } else if (size >= 4) {
        std::memcpy(out, from, 4);
        std::memcpy(out + size - 4, from + size - 4, 4);
    } else {
        for (std::size_t i = 0; i < size; ++i)
            out[i] = from[i];
    }
    return out + size;
}

inline Writer& Writer::put_in_quotes(std::string_view inside, bool is_key)
{
    const std::size_t before = out_.size();
    const std::size_t size = before + (comma_ ? 1 : 0) + inside.size() + (is_key ? 3 : 2);
    out_.resize_and_overwrite(size, [&](char* data, std::size_t) {
        char* at = data + before;
        *at = ',';
        at += comma_ ? 1 : 0;
        *at++ = '"';
        at = copy_short(inside, at);
        *at++ = '"';
        if (is_key)
            *at = ':';
        return size;
    });
    comma_ = !is_key;
    return *this;
}

} // namespace dragoman::json
