// Reads the fields of an object whose types are known, and remembers the first mistake.
//
// A decoder asks for one field after the other and looks for a mistake only where it matters (before a loop,
// at the end), so that it reads as the list of what it wants. After a mistake all answers are empty.
#pragma once

#include "base/error.h"
#include "json/document.h"
#include "json/members.h"

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
        : members_(object)
        , path_(path)
        , mistake_(mistake)
    {
    }

    bool has(const json::Name& name) const { return members_.find(name).is_there(); } // also null

    // Absent and null are one. A value of another type is a mistake.
    std::optional<json::Value> value(const json::Name& name) const
    {
        const json::Value found = find(name);
        return found.is_there() ? std::optional(found) : std::nullopt;
    }
    json::RawValue raw(const json::Name& name) const
    {
        const json::Value found = find(name);
        return found.is_there() ? found.raw() : json::RawValue {};
    }
    std::optional<json::RawString> string(const json::Name& name) const;
    json::RawString string_or_empty(const json::Name& name) const
    {
        const json::Value found = find(name);
        return found.is_there() ? string_in(found, name.text()) : json::RawString {};
    }
    std::optional<bool> boolean(const json::Name& name) const;
    std::optional<std::int64_t> integer(const json::Name& name) const;
    json::RawValue number(const json::Name& name) const; // as written
    std::optional<json::Object> object(const json::Name& name) const
    {
        const json::Value found = find(name);
        return found.is_there() ? object_in(found, name.text()) : std::nullopt;
    }
    std::optional<json::Array> array(const json::Name& name) const
    {
        const json::Value found = find(name);
        return found.is_there() ? array_in(found, name.text()) : std::nullopt;
    }

    // As above, but absence is a mistake too.
    [[gnu::always_inline]] json::RawString required_string(const json::Name& name) const
    {
        const json::Value found = members_.find(name);
        if (found.is_there() && found.is(json::Type::string) && !mistake_) [[likely]]
            return *found.string();
        complain_of_string(found, name.text());
        return {};
    }

    // No mistake whatever it is: empty when it is no string.
    json::RawString string_if_any(const json::Name& name) const
    {
        const json::Value found = find(name);
        return found.is_there() ? found.string().value_or(json::RawString {}) : json::RawString {};
    }

    void complain(std::string_view name, std::string_view complaint) const;
    const Path& path() const { return path_; }
    Mistake& mistake() const { return mistake_; }

private:
    // One that is there, and not null. Everything that is small enough for registers travels in them: a copy
    // through memory of what was just written costs more than finding it.
    json::Value find(const json::Name& name) const
    {
        const json::Value found = members_.find(name);
        return found.is_there() && !mistake_ && !found.is(json::Type::null) ? found : json::Value();
    }
    json::RawString string_in(json::Value value, std::string_view name) const;
    void complain_of_string(json::Value value, std::string_view name) const;
    std::optional<json::Object> object_in(json::Value value, std::string_view name) const;
    std::optional<json::Array> array_in(json::Value value, std::string_view name) const;

    json::Members members_; // most fields that are asked for are not there
    const Path& path_;
    Mistake& mistake_;
};

} // namespace dragoman::anthropic
