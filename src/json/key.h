// A key of a text that is compared with many names: whether it holds an escape is looked up once.
#pragma once

#include "json/document.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace dragoman::json {

class Key {
public:
    explicit Key(RawString key)
        : key_(key)
        , plain_(key.escaped.find('\\') == std::string_view::npos)
    {
    }

    // As key_is().
    bool is(std::string_view name) const { return plain_ ? key_.escaped == name : key_is(key_, name); }
    bool is_one_of(std::span<const std::string_view> names) const
    {
        return std::ranges::any_of(names, [this](std::string_view name) { return is(name); });
    }

private:
    RawString key_;
    bool plain_;
};

} // namespace dragoman::json
