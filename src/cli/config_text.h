// The text of a configuration file: a new one with comments, or an existing one with some settings changed
// and everything else byte for byte as it was. Pure.
#pragma once

#include "config/config.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::cli {

// One line of the file: `key = value` below [table], the value as TOML writes it.
struct Setting {
    std::string table {};
    std::string key {};
    std::string value {};
    bool operator==(const Setting&) const = default;
};

// What somebody chose. Settings of [models], [server], [log] and [upstreams.NAME], and nothing else.
struct Choices {
    std::string upstream = "openrouter"; // NAME
    std::vector<Setting> settings {};
    std::vector<config::ModelMapping> map {};

    void set(std::string table, std::string key, std::string value);
    const std::string* find(std::string_view table, std::string_view key) const;
};

std::string toml_string(std::string_view text);

std::string new_config_text(const Choices& choices);

// nullopt when the file is written in a way that cannot be edited line by line. What comes out still has to
// be loaded before it is trusted.
std::optional<std::string> edited_config_text(std::string_view text, const Choices& choices);

// Without the line of that key; as it was when there is none.
std::string without_setting(std::string_view text, std::string_view table, std::string_view key);

} // namespace dragoman::cli
