// Reads the fields of an object whose types are known, and remembers the first mistake.
//
// A decoder asks for one field after the other and looks for a mistake only where it matters (before a loop,
// at the end), so that it reads as the list of what it wants. After a mistake all answers are empty.
#pragma once

#include "base/error.h"
#include "json/document.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::anthropic {

// Where a value is: a chain of names and positions on the stack, spelled out only when something is wrong.
class Path {
public:
    Path() = default;
    Path(const Path& parent, std::string_view name)
        : parent_(&parent)
        , name_(name)
    {
    }
    Path(const Path& parent, std::size_t position)
        : parent_(&parent)
        , position_(position)
    {
    }

    std::string text() const; // "messages.3.content.0"

private:
    const Path* parent_ = nullptr;
    std::string_view name_ {};
    std::size_t position_ = 0;
};

// The first thing that was wrong with a request.
class Mistake {
public:
    explicit operator bool() const { return error_.has_value(); }
    void at(const Path& path, std::string_view complaint); // "messages: expected an array"
    Error take() { return std::move(*error_); }

private:
    std::optional<Error> error_ {};
};

class Fields {
public:
    Fields(json::Object object, const Path& path, Mistake& mistake)
        : object_(object)
        , letters_(object.first_letters())
        , path_(path)
        , mistake_(mistake)
    {
    }

    // Absent and null are one. A value of another type is a mistake.
    std::optional<json::Value> value(std::string_view name) const;
    json::RawValue raw(std::string_view name) const;
    std::optional<json::RawString> string(std::string_view name) const;
    json::RawString string_or_empty(std::string_view name) const;
    std::optional<bool> boolean(std::string_view name) const;
    std::optional<std::int64_t> integer(std::string_view name) const;
    json::RawValue number(std::string_view name) const; // as written
    std::optional<json::Object> object(std::string_view name) const;
    std::optional<json::Array> array(std::string_view name) const;

    // As above, but absence is a mistake too.
    json::RawString required_string(std::string_view name) const;

    // No mistake whatever it is: empty when it is no string.
    json::RawString string_if_any(std::string_view name) const;

    void complain(std::string_view name, std::string_view complaint) const;
    const Path& path() const { return path_; }
    Mistake& mistake() const { return mistake_; }

private:
    json::Object object_;
    json::FirstLetters letters_; // most fields that are asked for are not there
    const Path& path_;
    Mistake& mistake_;
};

} // namespace dragoman::anthropic
