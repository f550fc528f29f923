#include "json/grammar.h"

#include <cstring>

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

bool escapes_are_valid(RawString string, bool& surrogate)
{
    const char* at = string.escaped.data();
    const char* end = at + string.escaped.size();
    while (at < end) {
        at = static_cast<const char*>(std::memchr(at, '\\', static_cast<std::size_t>(end - at)));
        if (!at)
            return true;
        if (end - at < 2)
            return false;
        switch (at[1]) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't':
            at += 2;
            break;
        case 'u': {
            int unit = code_unit_at({ at, static_cast<std::size_t>(end - at) }, 0);
            if (unit < 0)
                return false;
            surrogate |= is_high_surrogate(unit) || is_low_surrogate(unit);
            at += 6;
            break;
        }
        default:
            return false;
        }
    }
    return true;
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

} // namespace dragoman::json
