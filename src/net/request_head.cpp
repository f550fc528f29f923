#include "net/request_head.h"

#include <algorithm>

namespace dragoman::net {
namespace {

constexpr std::size_t method_max = 32;

struct RequestLine {
    std::string_view method;
    std::string_view target;
    bool http_1_0 = false;
};

std::unexpected<Problem> bad(std::string_view why) { return std::unexpected(Problem { 400, why }); }

bool is_version(std::string_view text)
{
    auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() == 8 && text.starts_with("HTTP/") && digit(text[5]) && text[6] == '.'
        && digit(text[7]);
}

bool is_target(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte < 0x7f && c != '#';
    });
}

Parsed<RequestLine> parse_request_line(std::string_view line)
{
    std::size_t first = line.find(' ');
    std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return bad("The request line is not 'METHOD target HTTP/1.1'");
    std::string_view method = line.substr(0, first);
    std::string_view target = line.substr(first + 1, last - first - 1);
    std::string_view version = line.substr(last + 1);
    if (!is_token(method) || method.size() > method_max)
        return bad("The request method is not a valid token");
    if (!is_version(version))
        return bad("The request line names no HTTP version");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return std::unexpected(Problem { 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here" });
    if (!is_target(target))
        return bad("The request target holds characters that do not belong there");
    return RequestLine { method, target, version == "HTTP/1.0" };
}

// "http://host:port/path" is what a proxy would be sent; its authority then counts instead of the Host field.
Parsed<void> take_target(std::string_view target, RequestHead& head)
{
    std::size_t scheme = target.find("://");
    if (target.starts_with('/') || (target == "*" && head.method == "OPTIONS")) {
        head.target = target;
        return {};
    }
    bool http = scheme != std::string_view::npos
        && (same_name(target.substr(0, scheme), "http") || same_name(target.substr(0, scheme), "https"));
    if (!http)
        return bad("The request target is not a path");
    std::string_view rest = target.substr(scheme + 3);
    std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    head.host = rest.substr(0, end);
    head.target = end == rest.size() ? "/" : rest.substr(end);
    if (!head.target.starts_with('/') || !is_authority(head.host))
        return bad("The request target names no valid host");
    return {};
}

Parsed<void> take_host(RequestHead& head)
{
    std::size_t hosts = head.count("host");
    if (hosts > 1)
        return bad("There are two Host fields");
    if (hosts == 0) {
        if (!head.http_1_0)
            return bad("The Host field is missing");
        return {};
    }
    std::string_view host = head.field("host");
    if (!is_authority(host))
        return bad("The Host field is not a host with an optional port");
    if (head.host.empty())
        head.host = host;
    return {};
}

} // namespace

std::optional<std::string_view> RequestHead::given(std::string_view name) const
{
    for (const Field& field : fields)
        if (same_name(field.name, name))
            return field.value;
    return std::nullopt;
}

std::size_t RequestHead::count(std::string_view name) const
{
    auto same = [&](const Field& field) { return same_name(field.name, name); };
    return static_cast<std::size_t>(std::ranges::count_if(fields, same));
}

Parsed<void> check_request_line(std::string_view line)
{
    Parsed<RequestLine> parsed = parse_request_line(line);
    if (!parsed)
        return std::unexpected(parsed.error());
    return {};
}

Parsed<RequestHead> parse_request_head(std::string_view text)
{
    std::size_t line_end = text.find("\r\n");
    Parsed<RequestLine> line = parse_request_line(text.substr(0, line_end));
    if (!line)
        return std::unexpected(line.error());
    RequestHead head;
    head.method = line->method;
    head.http_1_0 = line->http_1_0;
    std::string_view lines = text.substr(line_end + 2);
    lines.remove_suffix(2);
    Parsed<HeadFields> parsed = parse_fields(lines);
    if (!parsed)
        return std::unexpected(parsed.error());
    head.fields = std::move(parsed->fields);
    head.keep_alive = !head.http_1_0 && !has_token(head.fields, "connection", "close");
    head.chunked = parsed->framing.chunked;
    head.content_length = parsed->framing.length;
    if (head.http_1_0 && head.count("transfer-encoding") > 0)
        return bad("HTTP/1.0 knows no Transfer-Encoding");
    if (head.method == "CONNECT" || head.method == "TRACE")
        return std::unexpected(Problem { 405, "This method is not served here" });
    if (auto target = take_target(line->target, head); !target)
        return std::unexpected(target.error());
    if (auto host = take_host(head); !host)
        return std::unexpected(host.error());
    return head;
}

Problem oversized_head(std::string_view text)
{
    if (text.find("\r\n") != std::string_view::npos)
        return { 431, "The header fields are larger than 64 KiB" };
    std::size_t space = text.find(' ');
    if (space > method_max || !is_token(text.substr(0, space)))
        return { 400, "The request method is not a valid token" };
    return { 414, "The request target is too long" };
}

} // namespace dragoman::net
