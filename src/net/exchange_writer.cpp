#include "net/exchange_writer.h"

#include "base/append.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/prefetch.h"
#include "base/recycled.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace dragoman::net {
namespace {

constexpr std::size_t large_chunk = limits::client_buffer; // from here on written piece by piece
constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view reason_of(int status)
{
    struct Reason {
        int status;
        std::string_view text;
    };
    static constexpr std::array<Reason, 31> reasons { { { 200, "OK" }, { 201, "Created" },
        { 202, "Accepted" }, { 204, "No Content" }, { 304, "Not Modified" }, { 400, "Bad Request" },
        { 401, "Unauthorized" }, { 402, "Payment Required" }, { 403, "Forbidden" }, { 404, "Not Found" },
        { 405, "Method Not Allowed" }, { 406, "Not Acceptable" }, { 408, "Request Timeout" },
        { 409, "Conflict" }, { 410, "Gone" }, { 413, "Content Too Large" }, { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" }, { 417, "Expectation Failed" }, { 422, "Unprocessable Content" },
        { 424, "Failed Dependency" }, { 425, "Too Early" }, { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" },
        { 501, "Not Implemented" }, { 502, "Bad Gateway" }, { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" }, { 505, "HTTP Version Not Supported" }, { 529, "Overloaded" } } };
    auto found = std::ranges::find(reasons, status, &Reason::status);
    return found == reasons.end() ? std::string_view("Status") : found->text;
}

// What only the connection can know; an upstream's own are not passed on.
bool is_ours(std::string_view name)
{
    static constexpr std::array<std::string_view, 6> ours { "connection", "content-length", "date",
        "keep-alive", "transfer-encoding", "upgrade" };
    return std::ranges::any_of(ours, [&](std::string_view own) { return same_name(own, name); });
}

// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second by each worker.
std::string_view date_now()
{
    thread_local std::time_t made = 0;
    constexpr std::size_t size = 29;
    thread_local std::array<char, size> text {};
    std::time_t now = std::time(nullptr);
    if (now != made) {
        std::tm parts {};
        gmtime_r(&now, &parts);
        static constexpr std::array<const char*, 7> days { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
        static constexpr std::array<const char*, 12> months { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
            "Aug", "Sep", "Oct", "Nov", "Dec" };
        fmt::format_to_n(text.data(), size, "{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
            days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
            months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
            parts.tm_sec);
        made = now;
    }
    return { text.data(), size };
}

// RFC 9112, 7.1: in front of each chunk.
class ChunkSize {
public:
    explicit ChunkSize(std::size_t size)
        : end_(std::to_chars(text_.data(), text_.data() + digits_max, size, 16).ptr)
    {
        *end_++ = '\r';
        *end_++ = '\n';
    }
    ChunkSize(const ChunkSize&) = delete;
    ChunkSize& operator=(const ChunkSize&) = delete;
    std::string_view text() const { return { text_.data(), end_ }; }

private:
    static constexpr std::size_t digits_max = 2 * sizeof(std::size_t);
    std::array<char, digits_max + 2> text_;
    char* end_;
};

} // namespace

ExchangeWriter::ExchangeWriter(ClientOutput& output, AnswerForm form, const bool& draining)
    : output_(output)
    , form_(form)
    , draining_(draining)
    , sent_before_(output.sent())
{
}

std::string ExchangeWriter::make_head(int status, std::span<const Field> fields, std::string_view framing)
{
    form_.keep_alive = form_.keep_alive && !draining_;
    auto text = recycled::take<std::string>(512);
    const fmt::format_int digits(status);
    append_all(text, "HTTP/1.1 ", std::string_view(digits.data(), digits.size()), " ", reason_of(status),
        "\r\nDate: ", date_now(), "\r\n");
    for (const Field& field : fields) {
        if (is_ours(field.name))
            continue;
        // A model's or a tool's name may end up here: a line break in it must not make a second field.
        if (!is_clean(field)) {
            log::warning(
                "a response field was left out, it holds control characters", { { "field", field.name } });
            continue;
        }
        append_all(text, field.name, ": ", field.value, "\r\n");
    }
    const std::string_view close = form_.keep_alive ? "" : "Connection: close\r\n";
    append_all(text, framing, close, "\r\n");
    return text;
}

Task<Result<void>> ExchangeWriter::whole(int status, std::span<const Field> fields, std::string_view body)
{
    if (state_ != State::unstarted)
        co_return Failure(Error::internal("an answer was begun twice"));
    bool bodiless = status == 204 || status == 304;
    std::array<char, 48> length {};
    const char* end = fmt::format_to(length.data(), FMT_COMPILE("Content-Length: {}\r\n"), body.size());
    head_ = make_head(status, fields, bodiless ? std::string_view() : std::string_view(length.data(), end));
    if (form_.head_only || bodiless)
        body = {};
    state_ = State::streaming;
    std::size_t first = std::min(body.size(), large_chunk);
    std::array<std::string_view, 2> pieces { head_, body.substr(0, first) };
    output_.send(pieces);
    give_back(head_);
    inside_chunk_ = true;
    Result<void> sent;
    if (first < body.size())
        sent = co_await send_large(body.substr(first));
    inside_chunk_ = false;
    if (sent && output_.gone())
        sent = Failure(Error::client_gone());
    else if (sent && output_.unsent() > 0)
        sent = co_await output_.until_unsent(0);
    if (sent)
        state_ = State::ended;
    co_return sent;
}

Result<void> ExchangeWriter::head(int status, std::span<const Field> fields)
{
    if (state_ != State::unstarted)
        return Failure(Error::internal("an answer was begun twice"));
    if (form_.http_1_0)
        form_.keep_alive = false;
    head_ = make_head(status, fields, form_.http_1_0 ? "" : "Transfer-Encoding: chunked\r\n");
    state_ = State::streaming;
    if (output_.gone())
        return Failure(Error::client_gone());
    return {};
}

bool ExchangeWriter::send_chunk(std::string_view bytes)
{
    if (form_.head_only)
        bytes = {};
    bool framed = !form_.http_1_0 && !bytes.empty();
    const ChunkSize size(bytes.size());
    std::array<std::string_view, 4> pieces { head_, framed ? size.text() : "", bytes, framed ? "\r\n" : "" };
    bool sent = output_.send(pieces);
    give_back(head_); // Kept only until it is sent.
    return sent;
}

Task<Result<void>> ExchangeWriter::body(std::string_view bytes)
{
    if (state_ != State::streaming)
        co_return Failure(Error::internal("a body was sent for an answer that is not open"));
    if (broke_inside_chunk())
        co_return Failure(Error::internal("the client did not take what was being written"));
    if (bytes.size() <= large_chunk || form_.head_only) {
        send_chunk(bytes);
    } else {
        const ChunkSize size(bytes.size());
        std::array<std::string_view, 3> pieces { head_, form_.http_1_0 ? "" : size.text(),
            bytes.substr(0, large_chunk) };
        output_.send(pieces);
        head_.clear();
        inside_chunk_ = true;
        Result<void> sent = co_await send_large(bytes.substr(large_chunk));
        inside_chunk_ = false;
        if (!sent)
            co_return sent;
        std::array<std::string_view, 1> tail { form_.http_1_0 ? "" : "\r\n" };
        output_.send(tail);
    }
    Result<void> room = co_await output_.until_unsent(limits::client_buffer);
    co_return room;
}

Task<Result<void>> ExchangeWriter::send_large(std::string_view bytes)
{
    Result<void> room;
    while (room && !bytes.empty()) {
        room = co_await output_.until_unsent(0);
        std::string_view piece = bytes.substr(0, large_chunk);
        output_.send({ &piece, 1 });
        bytes.remove_prefix(piece.size());
    }
    co_return room;
}

// A write that was cancelled between the pieces of a chunk leaves an answer that nothing can make whole
// again: whatever came next would be read as the rest of that chunk.
bool ExchangeWriter::broke_inside_chunk()
{
    if (inside_chunk_)
        abort();
    return inside_chunk_;
}

bool ExchangeWriter::offer(std::string_view bytes)
{
    if (state_ != State::streaming || inside_chunk_
        || output_.unsent() + bytes.size() > limits::client_buffer)
        return false;
    return send_chunk(bytes);
}

void ExchangeWriter::prefetch() const
{
    dragoman::prefetch(*this);
    dragoman::prefetch(output_);
}

Task<Result<void>> ExchangeWriter::end()
{
    if (state_ != State::streaming)
        co_return Failure(Error::internal("an answer was ended that is not open"));
    if (broke_inside_chunk())
        co_return Failure(Error::internal("the client did not take what was being written"));
    bool framed = !form_.http_1_0 && !form_.head_only;
    std::array<std::string_view, 2> pieces { head_, framed ? "0\r\n\r\n" : "" };
    output_.send(pieces);
    give_back(head_);
    state_ = State::ended;
    Result<void> sent = co_await output_.until_unsent(0);
    co_return sent;
}

void ExchangeWriter::abort()
{
    if (state_ == State::unstarted || state_ == State::streaming)
        state_ = State::aborted;
}

void ExchangeWriter::probe()
{
    if (output_.unsent() > 0)
        return; // What is being written is probe enough.
    if (state_ == State::unstarted)
        interim_continue();
    else if (!probe_.empty())
        offer(probe_);
}

void ExchangeWriter::interim_continue()
{
    if (!form_.http_1_0 && state_ == State::unstarted)
        output_.send({ &continue_line, 1 });
}

} // namespace dragoman::net
