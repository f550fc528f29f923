#include "translate/tool_arguments.h"

#include "json/document.h"
#include "json/escape.h"
#include "translate/lenient_json.h"

#include <optional>

namespace dragoman::translate {

namespace {

std::string_view trim(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    std::size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string_view without_fence(std::string_view text)
{
    if (!text.starts_with("```"))
        return text;
    std::size_t line_end = text.find('\n');
    if (line_end == text.npos)
        return text;
    text = trim(text.substr(line_end + 1));
    if (text.ends_with("```"))
        text.remove_suffix(3);
    return trim(text);
}

// The text as it is, when it is an object; an object inside a string counts too.
std::optional<std::string> strict_object(std::string_view text, bool inside_string = false)
{
    json::Document document;
    auto root = document.parse(text);
    if (!root)
        return std::nullopt;
    if (root->is(json::Type::object)) {
        std::string out;
        json::append_mended(out, { root->raw().text });
        return out;
    }
    if (auto string = root->string(); string && !inside_string)
        return strict_object(json::unescape(*string), true);
    return std::nullopt;
}

std::optional<std::string> mended_object(std::string_view text)
{
    std::optional<std::string> first = read_lenient_json(text);
    if (!first || !first->starts_with('{'))
        return std::nullopt;
    for (text = trim(text); !text.empty(); text = trim(text)) {
        std::optional<std::string> next = read_lenient_json(text);
        if (!next)
            return std::nullopt;
        if (*first == "{}")
            first = next;
        else if (*next != *first)
            return std::nullopt;
    }
    return first->starts_with('{') ? first : std::nullopt;
}

} // namespace

ToolInput to_tool_input(std::string_view arguments, bool cut_off)
{
    std::string_view text = trim(arguments);
    if (text.empty() || text == "null")
        return { "{}", false };
    if (auto object = strict_object(text))
        return { *object, !text.starts_with('{') };
    if (auto object = cut_off ? std::nullopt : mended_object(without_fence(text))) {
        if (auto checked = strict_object(*object))
            return { *checked, true };
    }
    std::string raw = R"({"_raw_arguments":")";
    json::append_escaped(raw, arguments);
    return { raw + "\"}", true };
}

} // namespace dragoman::translate
