// Reading an object that came from outside, tolerantly: a field that is missing or has another type is
// absent, and so is everything inside it. For files and answers that are read once; not for the path of a
// request.
#pragma once

#include "json/document.h"
#include "json/escape.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::json {

// Borrows from the document.
class Entry {
public:
    explicit Entry(std::optional<Object> object)
        : object_(object)
    {
    }

    std::optional<Value> value(std::string_view name) const
    {
        return object_ ? object_->find(name) : std::nullopt;
    }
    Entry entry(std::string_view name) const
    {
        const auto found = value(name);
        return Entry(found ? found->object() : std::nullopt);
    }
    std::optional<std::string> text(std::string_view name) const
    {
        const auto found = value(name);
        const auto string = found ? found->string() : std::nullopt;
        return string ? std::optional(unescape(*string)) : std::nullopt;
    }
    std::optional<bool> boolean(std::string_view name) const
    {
        const auto found = value(name);
        return found ? found->boolean() : std::nullopt;
    }
    std::optional<std::int64_t> integer(std::string_view name) const
    {
        const auto found = value(name);
        return found ? found->integer() : std::nullopt;
    }
    std::optional<std::uint64_t> positive(std::string_view name) const
    {
        const auto number = integer(name);
        return number && *number > 0 ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
    }
    std::optional<std::uint64_t> first_positive(std::span<const std::string_view> names) const
    {
        for (const auto name : names)
            if (const auto number = positive(name))
                return number;
        return std::nullopt;
    }
    std::optional<std::vector<std::string>> texts(std::string_view name) const
    {
        const auto found = value(name);
        const auto array = found ? found->array() : std::nullopt;
        if (!array)
            return std::nullopt;
        std::vector<std::string> result;
        for (const auto element : *array)
            if (const auto string = element.string())
                result.push_back(unescape(*string));
        return result;
    }
    // Prices are strings, so that no reader rounds them; numbers are understood too.
    std::optional<double> price(std::string_view name) const
    {
        const auto found = value(name);
        if (!found)
            return std::nullopt;
        double result = 0;
        if (const auto string = found->string()) {
            const auto digits = string->escaped;
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result);
            if (error != std::errc {} || end != digits.data() + digits.size())
                return std::nullopt;
        } else if (const auto number = found->number()) {
            result = *number;
        } else {
            return std::nullopt;
        }
        return result >= 0 && result < 1e6 ? std::optional(result) : std::nullopt;
    }
    explicit operator bool() const { return object_.has_value(); }

private:
    std::optional<Object> object_;
};

} // namespace dragoman::json
