#include "json/grammar.h"

namespace dragoman::json {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits(std::string_view text, std::size_t at)
{
    while (at < text.size() && is_digit(text[at]))
        ++at;
    return at;
}

int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

} // namespace

bool is_number(std::string_view text)
{
    std::size_t at = text.starts_with('-') ? 1 : 0;
    std::size_t end = digits(text, at);
    if (end == at || (text[at] == '0' && end > at + 1))
        return false;
    at = end;
    if (at < text.size() && text[at] == '.') {
        end = digits(text, at + 1);
        if (end == at + 1)
            return false;
        at = end;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            ++at;
        end = digits(text, at);
        if (end == at)
            return false;
        at = end;
    }
    return at == text.size();
}

int code_unit_at(std::string_view text, std::size_t at)
{
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u')
        return -1;
    int unit = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        int value = hex_value(text[i]);
        if (value < 0)
            return -1;
        unit = unit << 4 | value;
    }
    return unit;
}

bool escapes_are_valid(std::string_view text)
{
    std::size_t at = text.find('\\');
    while (at != std::string_view::npos) {
        const bool unit = code_unit_at(text, at) >= 0;
        const char letter = at + 1 < text.size() ? text[at + 1] : '\0';
        if (!unit && std::string_view("\"\\/bfnrt").find(letter) == std::string_view::npos)
            return false;
        at = text.find('\\', at + (unit ? 6 : 2));
    }
    return true;
}

} // namespace dragoman::json
