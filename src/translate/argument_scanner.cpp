#include "translate/argument_scanner.h"

#include "json/grammar.h"

#include <string_view>

namespace dragoman::translate {

namespace {

struct Character {
    char value; // every character beyond ASCII is as good as 'x'
    std::size_t size;
};

Character character_at(std::string_view text, std::size_t at)
{
    char c = text[at];
    if (c != '\\' || at + 1 >= text.size())
        return { static_cast<unsigned char>(c) < 0x80 ? c : 'x', 1 };
    switch (text[at + 1]) {
    case 'n':
    case 'r':
    case 't':
    case 'f':
    case 'b':
        return { ' ', 2 };
    case 'u': {
        int unit = json::code_unit_at(text, at);
        return { unit >= 0 && unit < 0x80 ? static_cast<char>(unit) : 'x', 6 };
    }
    default:
        return { text[at + 1], 2 };
    }
}

} // namespace

std::size_t ArgumentScanner::feed(json::RawString piece)
{
    std::string_view text = piece.escaped;
    std::size_t at = 0;
    while (at < text.size() && !complete_) {
        auto [c, size] = character_at(text, at);
        take(c);
        at += size;
    }
    return at < text.size() ? at : text.size();
}

void ArgumentScanner::take(char c)
{
    if (c == ' ' || json::is_white_space(c)) {
        ++blank_run_;
        after_backslash_ = false;
        return;
    }
    blank_run_ = 0;
    if (significant_ < 3)
        ++significant_;
    if (significant_ == 1)
        object_ = c == '{';
    if (!object_)
        significant_ = 3;
    if (in_string_) {
        if (after_backslash_)
            after_backslash_ = false;
        else if (c == '\\')
            after_backslash_ = true;
        else if (c == '"')
            in_string_ = false;
    } else if (c == '"') {
        in_string_ = true;
    } else if (c == '{' || c == '[') {
        ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
        complete_ = true;
    }
}

} // namespace dragoman::translate
