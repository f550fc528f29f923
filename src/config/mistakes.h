// What is wrong with a configuration, collected until everything has been looked at. A place is what a person
// can find again: "config.toml:3:1", ".env:4", "PORT", "--port". Never holds a key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dragoman::config {

struct Placed {
    std::string text {};
    std::string place {};
};

struct Mistakes {
    std::vector<std::string> mistakes {};
    std::vector<std::string> warnings {};

    void add(std::string_view place, std::string_view what)
    {
        mistakes.push_back(std::string(place).append(": ").append(what));
    }
    void warn(std::string_view place, std::string_view what)
    {
        warnings.push_back(std::string(place).append(": ").append(what));
    }
};

} // namespace dragoman::config
