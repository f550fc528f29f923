#include "json/writer.h"

#include "json/escape.h"

#include <charconv>

namespace dragoman::json {

std::string& Writer::begin_value()
{
    if (comma_)
        out_ += ',';
    comma_ = true;
    return out_;
}

Writer& Writer::open(char bracket)
{
    const std::size_t before = out_.size();
    const std::size_t size = before + (comma_ ? 2 : 1);
    out_.resize_and_overwrite(size, [&](char* data, std::size_t) {
        data[before] = ',';
        data[size - 1] = bracket;
        return size;
    });
    comma_ = false;
    return *this;
}

Writer& Writer::close(char bracket)
{
    out_ += bracket;
    comma_ = true;
    return *this;
}

Writer& Writer::begin_object() { return open('{'); }
Writer& Writer::end_object() { return close('}'); }
Writer& Writer::begin_array() { return open('['); }
Writer& Writer::end_array() { return close(']'); }

Writer& Writer::string(RawString value) { return put_in_quotes(value.escaped, false); }

Writer& Writer::text(std::string_view value)
{
    begin_value() += '"';
    append_escaped(out_, value);
    out_ += '"';
    return *this;
}

Writer& Writer::raw(RawValue value)
{
    begin_value().append(value.text);
    return *this;
}

Writer& Writer::lead(std::string_view fragment)
{
    begin_value().append(fragment);
    comma_ = false;
    return *this;
}

Writer& Writer::integer(std::int64_t value)
{
    char digits[24];
    auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    begin_value().append(digits, end);
    return *this;
}

Writer& Writer::boolean(bool value)
{
    begin_value() += value ? "true" : "false";
    return *this;
}

Writer& Writer::null()
{
    begin_value() += "null";
    return *this;
}

} // namespace dragoman::json
