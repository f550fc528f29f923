// What a YAML text means, before it is written as JSON: aliases refer to parts of it, merges take from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::cli {

struct YamlNode {
    enum class Kind : std::uint8_t { plain, quoted, list, map };
    Kind kind = Kind::plain;
    std::string text {}; // plain and quoted
    std::vector<std::string> names {}; // of a map, beside `parts`
    std::vector<YamlNode> parts {}; // of a list, a map
};

std::size_t size_of(const YamlNode& node); // how many nodes it is, itself included

// Adds what `from` has and `into` does not.
void merge(YamlNode& into, const YamlNode& from);

// Plain text by its look: null, true, a number, else a string.
void append_json(std::string& out, const YamlNode& node);

} // namespace dragoman::cli
