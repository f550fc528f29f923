#include "cli/yaml_node.h"

#include "json/escape.h"

#include <algorithm>
#include <array>

namespace dragoman::cli {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words)
{
    return std::ranges::find(words, text) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What JSON has as a number. Others (hexadecimal, dates, 1:30) stay text, which no setting wants as a number.
bool is_number(std::string_view text)
{
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at]))
            ++at;
        return at - begin;
    };
    const std::size_t first = at;
    const std::size_t whole = digits();
    if (whole == 0 || (whole > 1 && text[first] == '0'))
        return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0)
            return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            ++at;
        if (digits() == 0)
            return false;
    }
    return at == text.size();
}

void append_string(std::string& out, std::string_view text)
{
    out += '"';
    json::append_escaped(out, text);
    out += '"';
}

void append_plain(std::string& out, const std::string& text)
{
    std::string number = text; // 1_000_000 is a number, too
    std::erase(number, '_');
    if (is_one_of(text, { "", "~", "null", "Null", "NULL" }))
        out += "null";
    else if (is_one_of(text, { "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON" }))
        out += "true";
    else if (is_one_of(text, { "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF" }))
        out += "false";
    else if (is_digit(text.back()) && is_number(number))
        out += number;
    else
        append_string(out, text);
}

} // namespace

std::size_t size_of(const YamlNode& node)
{
    std::size_t size = 1;
    for (const YamlNode& part : node.parts)
        size += size_of(part);
    return size;
}

void merge(YamlNode& into, const YamlNode& from)
{
    for (std::size_t i = 0; i < from.names.size(); ++i) {
        if (std::ranges::find(into.names, from.names[i]) != into.names.end())
            continue;
        into.names.push_back(from.names[i]);
        into.parts.push_back(from.parts[i]);
    }
}

void append_json(std::string& out, const YamlNode& node)
{
    using Kind = YamlNode::Kind;
    if (node.kind == Kind::plain)
        return append_plain(out, node.text);
    if (node.kind == Kind::quoted)
        return append_string(out, node.text);
    const bool map = node.kind == Kind::map;
    out += map ? '{' : '[';
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
        if (i > 0)
            out += ',';
        if (map) {
            append_string(out, node.names[i]);
            out += ':';
        }
        append_json(out, node.parts[i]);
    }
    out += map ? '}' : ']';
}

} // namespace dragoman::cli
