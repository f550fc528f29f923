#include "net/answer_head.h"

#include <algorithm>

namespace dragoman::net {
namespace {

std::unexpected<Problem> bad(std::string_view why) { return std::unexpected(Problem { 502, why }); }

// "HTTP/1.1 200 OK"; the reason and the blank in front of it may be missing.
Parsed<int> parse_status_line(std::string_view line)
{
    if (!line.starts_with("HTTP/1.1 ") && !line.starts_with("HTTP/1.0 "))
        return bad("it does not begin with an HTTP/1.1 status line");
    std::string_view digits = line.substr(9, 3);
    auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (digits.size() != 3 || !std::ranges::all_of(digits, is_digit) || (line.size() > 12 && line[12] != ' '))
        return bad("its status line has no status");
    int status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    if (status < 100 || status > 599)
        return bad("its status is none of HTTP's");
    return status;
}

} // namespace

std::string_view AnswerHead::field(std::string_view name) const
{
    auto found =
        std::ranges::find_if(fields, [&](const Field& field) { return same_name(field.name, name); });
    return found == fields.end() ? std::string_view() : found->value;
}

Parsed<AnswerHead> parse_answer_head(std::string_view text)
{
    std::size_t line_end = text.find("\r\n");
    Parsed<int> status = parse_status_line(text.substr(0, line_end));
    if (!status)
        return std::unexpected(status.error());
    AnswerHead head;
    head.status = *status;
    std::string_view lines = text.substr(line_end + 2);
    lines.remove_suffix(2);
    Parsed<HeadFields> parsed = parse_fields(lines);
    if (!parsed)
        return std::unexpected(parsed.error());
    head.fields = std::move(parsed->fields);
    head.framing = parsed->framing;
    head.keep_alive = text.starts_with("HTTP/1.1") && !has_token(head.fields, "connection", "close");
    return head;
}

} // namespace dragoman::net
