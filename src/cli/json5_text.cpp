#include "cli/json5_text.h"

#include "json/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace dragoman::cli {
namespace {

constexpr int depth_max = 64;

bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

// Letters of other languages may stand in a name, too: every byte beyond ASCII is taken for one.
bool is_of_name(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

// Goes through the text once; what is read is appended to `out_` as JSON. Every function says whether it
// could read what it is for.
class Reader {
public:
    explicit Reader(std::string_view text)
        : text_(text)
    {
        if (text_.starts_with("\xef\xbb\xbf"))
            at_ = 3;
    }
    Result<std::string> read();

private:
    bool value(int depth);
    bool object(int depth);
    bool array(int depth);
    bool key();
    bool string();
    bool escape();
    bool digits_of_escape(std::size_t count, std::string_view prefix);
    bool number();
    bool word();
    bool skip();
    bool skip_comment();
    bool fail(std::string_view what);
    bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
    bool take(char c);

    std::string_view text_;
    std::size_t at_ = 0;
    std::string out_ {};
    std::optional<Error> error_ {};
};

bool Reader::fail(std::string_view what)
{
    const auto before = text_.substr(0, std::min(at_, text_.size()));
    if (!error_)
        error_ = Error::bad_request(fmt::format("line {}: {}", std::ranges::count(before, '\n') + 1, what));
    return false;
}

bool Reader::take(char c)
{
    if (!is_at(c))
        return false;
    ++at_;
    return true;
}

bool Reader::skip_comment()
{
    if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
        return true;
    }
    const std::size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos)
        return fail("a comment does not end");
    at_ = end + 2;
    return true;
}

// Blanks and comments.
bool Reader::skip()
{
    while (at_ < text_.size()) {
        const std::string_view rest = text_.substr(at_);
        if (std::isspace(static_cast<unsigned char>(rest.front())) != 0)
            ++at_;
        else if (rest.starts_with("\xc2\xa0"))
            at_ += 2; // a no-break space, out of a web page
        else if (!rest.starts_with("//") && !rest.starts_with("/*"))
            return true;
        else if (!skip_comment())
            return false;
    }
    return true;
}

bool Reader::value(int depth)
{
    if (depth > depth_max)
        return fail("too many brackets inside each other");
    if (!skip())
        return false;
    if (at_ == text_.size())
        return fail("a value is missing");
    const char c = text_[at_];
    if (c == '{')
        return object(depth);
    if (c == '[')
        return array(depth);
    if (c == '"' || c == '\'')
        return string();
    if (c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9'))
        return number();
    return word();
}

bool Reader::object(int depth)
{
    ++at_;
    out_ += '{';
    for (bool first = true;; first = false) {
        if (!skip())
            return false;
        if (take('}'))
            return out_ += '}', true;
        if (!first)
            out_ += ',';
        if (!key() || !skip())
            return false;
        if (!take(':'))
            return fail("a ':' is missing behind a name");
        out_ += ':';
        if (!value(depth + 1) || !skip())
            return false;
        if (!take(',') && !is_at('}'))
            return fail("a ',' or '}' is missing");
    }
}

bool Reader::array(int depth)
{
    ++at_;
    out_ += '[';
    for (bool first = true;; first = false) {
        if (!skip())
            return false;
        if (take(']'))
            return out_ += ']', true;
        if (!first)
            out_ += ',';
        if (!value(depth + 1) || !skip())
            return false;
        if (!take(',') && !is_at(']'))
            return fail("a ',' or ']' is missing");
    }
}

bool Reader::key()
{
    if (is_at('"') || is_at('\''))
        return string();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_of_name(text_[at_]))
        ++at_;
    if (begin == at_)
        return fail("a name is missing");
    out_.append("\"").append(text_.substr(begin, at_ - begin)).append("\"");
    return true;
}

bool Reader::string()
{
    const char quote = text_[at_++];
    out_ += '"';
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '\n')
            return fail("a string does not end on its line");
        if (c == '\\') {
            if (!escape())
                return false;
            continue;
        }
        ++at_;
        if (c == quote)
            return out_ += '"', true;
        json::append_escaped(out_, std::string_view(&c, 1));
    }
    return fail("a string does not end");
}

bool Reader::digits_of_escape(std::size_t count, std::string_view prefix)
{
    const std::string_view digits = text_.substr(at_, count);
    if (digits.size() < count || !std::ranges::all_of(digits, is_hex))
        return fail("a character cannot be read: digits are missing behind \\");
    at_ += count;
    out_.append(prefix).append(digits);
    return true;
}

bool Reader::escape()
{
    if (at_ + 1 >= text_.size())
        return fail("a string does not end");
    const char c = text_[at_ + 1];
    at_ += 2;
    if (c == 'x')
        return digits_of_escape(2, "\\u00");
    if (c == 'u')
        return digits_of_escape(4, "\\u");
    if (c == '\n' || (c == '\r' && (take('\n') || true)))
        return true; // goes on in the next line
    if (std::string_view("\"\\/bfnrt").contains(c))
        out_.append("\\").append(1, c);
    else if (c == 'v' || c == '0')
        out_.append(c == 'v' ? "\\u000b" : "\\u0000");
    else
        json::append_escaped(out_, std::string_view(&c, 1));
    return true;
}

// As JSON writes it: without '+', with a digit on both sides of the point.
bool Reader::number()
{
    const bool negative = is_at('-');
    if (negative || is_at('+'))
        ++at_;
    const std::size_t begin = at_;
    while (at_ < text_.size()
        && (is_of_name(text_[at_]) || text_[at_] == '.'
            || ((text_[at_] == '+' || text_[at_] == '-') && (text_[at_ - 1] | 0x20) == 'e')))
        ++at_;
    const std::string_view digits = text_.substr(begin, at_ - begin);
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        std::uint64_t number = 0;
        const char* const end = digits.data() + digits.size();
        const auto read = std::from_chars(digits.data() + 2, end, number, 16);
        if (read.ec != std::errc {} || read.ptr != end)
            return fail("a number cannot be read");
        out_ += fmt::format("{}{}", negative ? "-" : "", number);
        return true;
    }
    double number = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number);
    const bool is_word = !digits.empty() && std::isalpha(static_cast<unsigned char>(digits.front())) != 0;
    if (is_word || read.ec != std::errc {} || read.ptr != end)
        return fail("a number cannot be read"); // Infinity and NaN among them, which no setting means
    const bool plain = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (plain && (digits.size() == 1 || digits.front() != '0'))
        out_.append(negative ? "-" : "").append(digits);
    else
        out_ += fmt::format("{}{}", negative ? "-" : "", number);
    return true;
}

bool Reader::word()
{
    for (const std::string_view known : { "true", "false", "null" }) {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with(known) && (rest.size() == known.size() || !is_of_name(rest[known.size()]))) {
            at_ += known.size();
            out_ += known;
            return true;
        }
    }
    return fail("something stands here that is no value; text needs quotes");
}

Result<std::string> Reader::read()
{
    if (value(0) && skip() && at_ < text_.size())
        fail("something follows the end of the configuration");
    if (error_)
        return Failure(*error_);
    return std::move(out_);
}

} // namespace

Result<std::string> json_of_json5(std::string_view text) { return Reader(text).read(); }

} // namespace dragoman::cli
