#include "translate/lenient_json.h"

#include "json/escape.h"
#include "json/grammar.h"

#include <algorithm>
#include <array>

namespace dragoman::translate {

namespace {

// Arguments that nest deeper are nobody's tool call; the bound keeps the recursion harmless.
constexpr int depth_max = 64;

struct Literal {
    std::string_view read;
    std::string_view written;
};

constexpr std::array literals { Literal { "true", "true" }, Literal { "false", "false" },
    Literal { "null", "null" }, Literal { "True", "true" }, Literal { "False", "false" },
    Literal { "None", "null" }, Literal { "undefined", "null" } };

bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$'
        || c == '-';
}

class Reader {
public:
    Reader(std::string_view text, std::string& out)
        : text_(text)
        , out_(out)
    {
    }

    bool value(int depth);
    std::string_view rest() const { return text_.substr(at_); }

private:
    bool object(int depth);
    bool array(int depth);
    bool key();
    bool string();
    bool word();
    bool escape();

    bool at_end() const { return at_ >= text_.size(); }
    char peek() const { return text_[at_]; }
    void skip_blanks()
    {
        while (!at_end() && json::is_white_space(peek()))
            ++at_;
    }

    std::string_view text_;
    std::string& out_;
    std::size_t at_ = 0;
};

bool Reader::value(int depth)
{
    skip_blanks();
    if (at_end() || depth > depth_max)
        return false;
    switch (peek()) {
    case '{':
        return object(depth);
    case '[':
        return array(depth);
    case '"':
    case '\'':
        return string();
    default:
        return word();
    }
}

bool Reader::object(int depth)
{
    ++at_;
    out_ += '{';
    for (bool first = true;;) {
        skip_blanks();
        if (at_end() || peek() == '}') {
            at_ += at_end() ? 0 : 1;
            out_ += '}';
            return true;
        }
        if (peek() == ',') {
            ++at_;
            continue;
        }
        if (!first)
            out_ += ',';
        first = false;
        if (!key())
            return false;
        skip_blanks();
        if (at_end()) {
            out_ += ":null";
            continue;
        }
        if (peek() != ':')
            return false;
        ++at_;
        out_ += ':';
        skip_blanks();
        if (at_end())
            out_ += "null";
        else if (!value(depth + 1))
            return false;
        skip_blanks();
        if (!at_end() && peek() != ',' && peek() != '}')
            return false;
    }
}

bool Reader::array(int depth)
{
    ++at_;
    out_ += '[';
    for (bool first = true;;) {
        skip_blanks();
        if (at_end() || peek() == ']') {
            at_ += at_end() ? 0 : 1;
            out_ += ']';
            return true;
        }
        if (peek() == ',') {
            ++at_;
            continue;
        }
        if (!first)
            out_ += ',';
        first = false;
        if (!value(depth + 1))
            return false;
        skip_blanks();
        if (!at_end() && peek() != ',' && peek() != ']')
            return false;
    }
}

bool Reader::key()
{
    if (peek() == '"' || peek() == '\'')
        return string();
    std::size_t begin = at_;
    while (!at_end() && is_name(peek()))
        ++at_;
    if (at_ == begin)
        return false;
    out_.append("\"").append(text_.substr(begin, at_ - begin)).append("\"");
    return true;
}

bool Reader::string()
{
    char quote = text_[at_++];
    out_ += '"';
    while (!at_end() && peek() != quote) {
        if (peek() == '\\') {
            if (!escape())
                return false;
            continue;
        }
        json::append_escaped(out_, text_.substr(at_, 1));
        ++at_;
    }
    at_ += at_end() ? 0 : 1;
    out_ += '"';
    return true;
}

// An escape that JSON does not know stands for its two characters: "\d" in a pattern.
bool Reader::escape()
{
    if (at_ + 1 >= text_.size()) {
        ++at_; // The text ends in the middle of an escape.
        return true;
    }
    char letter = text_[at_ + 1];
    std::size_t size = letter == 'u' ? 6 : 2;
    bool known = letter == 'u' ? json::code_unit_at(text_, at_) >= 0
                               : std::string_view("\"\\/bfnrt").find(letter) != std::string_view::npos;
    if (letter == '\'') {
        out_ += '\'';
    } else if (known) {
        out_.append(text_.substr(at_, size));
    } else {
        out_ += "\\\\";
        at_ += 1;
        return true;
    }
    at_ += size;
    return true;
}

bool Reader::word()
{
    std::size_t begin = at_;
    while (!at_end() && (is_name(peek()) || peek() == '.' || peek() == '+'))
        ++at_;
    std::string_view word = text_.substr(begin, at_ - begin);
    if (json::is_number(word)) {
        out_ += word;
        return true;
    }
    for (const Literal& literal : literals) {
        // Cut off in the middle, a literal has still one reading only.
        bool cut = at_end() && word.size() > 1 && literal.read.starts_with(word);
        if (word == literal.read || cut) {
            out_ += literal.written;
            return true;
        }
    }
    return false;
}

} // namespace

std::optional<std::string> read_lenient_json(std::string_view& text)
{
    std::string out;
    Reader reader(text, out);
    if (!reader.value(0))
        return std::nullopt;
    text = reader.rest();
    return out;
}

} // namespace dragoman::translate
