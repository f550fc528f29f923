#include "net/client_connection.h"

#include "base/log.h"
#include "base/recycled.h"
#include "base/spare_buffer.h"
#include "net/request_head.h"

#include <cerrno>
#include <exception>
#include <sys/socket.h>

namespace dragoman::net {
namespace {

constexpr std::size_t first_read = 4 * limits::KiB;
constexpr std::size_t large_read = 64 * limits::KiB;
constexpr auto linger_time = std::chrono::seconds(3);
constexpr auto probe_every = std::chrono::seconds(5);
constexpr int overload_retry_s = 2;
constexpr std::size_t blank_lines_max = 4; // in front of a request, as old clients leave them

constexpr Problem bad_line { 400,
    "The request head has a line that does not end in CRLF, or no line at all" };
constexpr Problem late_head { 408, "The request head took too long to arrive" };

Error::Kind kind_of(int status)
{
    switch (status) {
    case 405:
        return Error::Kind::method_not_allowed;
    case 413:
        return Error::Kind::too_large;
    case 415:
        return Error::Kind::unsupported_media;
    case 500:
        return Error::Kind::internal;
    case 529:
        return Error::Kind::overloaded;
    default:
        return Error::Kind::bad_request;
    }
}

Error error_of(const Problem& problem)
{
    Error error { .kind = kind_of(problem.status), .source = Error::Source::client };
    error.message = problem.why;
    if (problem.status >= 500 && problem.status != 505)
        error.source = Error::Source::self;
    if (problem.status == 529)
        error.retry_after_s = overload_retry_s;
    return error;
}

} // namespace

ClientConnection::ClientConnection(
    const WorkerServices& services, std::shared_ptr<ClientOutput> output, std::string peer)
    : services_(services)
    , output_(std::move(output))
    , phase_since_(Clock::now())
    , peer_(std::move(peer))
{
}

void ClientConnection::enter(Phase phase)
{
    phase_ = phase;
    phase_since_ = Clock::now();
    body_in_window_ = 0;
    overdue_ = false;
}

// An idle connection waits here, and has no other frame.
Task<void> ClientConnection::serve()
{
    Next next = Next::request;
    while (next == Next::request) {
        begin_head();
        Parsed<Head> head = look_for_head();
        while (head == Head::more) {
            bool usable = co_await readable();
            head = look_further(usable);
        }
        if (!head)
            next = co_await refuse(head.error(), nullptr, false);
        else if (*head == Head::complete)
            next = co_await serve_one();
        else
            next = Next::close;
    }
    if (next == Next::linger)
        co_await linger();
}

Task<bool> ClientConnection::read_more()
{
    for (;;) {
        bool usable = co_await readable();
        if (!usable)
            co_return false;
        ssize_t got = take_some();
        if (got > 0)
            co_return true;
        if (got < 0 && errno == EAGAIN)
            continue;
        input_ended_ = true;
        co_return false;
    }
}

ssize_t ClientConnection::take_some()
{
    borrow_spare(in_);
    const std::size_t space = reads_much_ ? large_read : first_read;
    const ssize_t got = take(in_, space);
    reads_much_ = got == static_cast<ssize_t>(space);
    return got;
}

void ClientConnection::begin_head()
{
    search_ = {};
    reads_much_ = false; // A body is read to where it belongs.
    if (!in_.empty())
        enter(Phase::head);
    else if (phase_ != Phase::fresh)
        enter(Phase::idle);
}

Parsed<ClientConnection::Head> ClientConnection::look_for_head()
{
    while (in_.starts_with("\r\n") && search_.blank_lines++ < blank_lines_max)
        in_.erase(0, 2);
    HeadScanner& scanner = search_.scanner;
    HeadScanner::State state = scanner.scan(in_);
    bool complete = state == HeadScanner::State::complete;
    bool too_large = (complete ? scanner.size() : in_.size()) > limits::http_head;
    bool is_read_next = complete && !too_large; // and its first line with it
    if (std::string_view first = scanner.first_line(in_);
        !is_read_next && !search_.line_is_good && !first.empty()) {
        Parsed<void> line = check_request_line(first);
        if (!line)
            return std::unexpected(line.error());
        search_.line_is_good = true;
    }
    if (state == HeadScanner::State::bad || (complete && scanner.size() == 2))
        return std::unexpected(bad_line);
    if (too_large)
        return std::unexpected(oversized_head(in_));
    if (complete)
        return Head::complete;
    return input_ended_ ? Head::end : Head::more;
}

Parsed<ClientConnection::Head> ClientConnection::look_further(bool usable)
{
    if (usable) {
        ssize_t got = take_some();
        if (got < 0 && errno == EAGAIN)
            return Head::more;
        input_ended_ = got <= 0;
        if (got > 0) {
            if (is_idle())
                enter(Phase::head);
            return look_for_head();
        }
    }
    if (overdue_ && phase_ == Phase::head)
        return std::unexpected(late_head);
    return Head::end;
}

Task<ClientConnection::Next> ClientConnection::serve_one()
{
    ClientRequest request(
        { services_.shared.body_bytes, services_.shared.options.bodies_in_memory }, services_.buffers);
    Next next = co_await take_request(request);
    if (next != Next::answer)
        co_return next;
    Counted live(services_.shared.live_exchanges);
    AnswerForm form { .http_1_0 = request.head.http_1_0,
        .head_only = request.head.method == "HEAD",
        .keep_alive = request.head.keep_alive };
    ExchangeWriter writer(*output_, form, services_.draining);
    begin_answer(writer);
    try {
        co_await services_.handler.handle(request, writer);
    } catch (const std::exception& error) {
        note_failure(error);
    }
    writer_ = nullptr;
    if (output_->gone() || writer.started())
        co_return after(writer, request.head);
    Problem problem { 500, handler_failed_ ? "An internal error occurred" : "The request was not answered" };
    co_return co_await refuse(problem, &request.head, true);
}

// Next::answer: it is there, and nothing was said yet.
Task<ClientConnection::Next> ClientConnection::take_request(ClientRequest& request)
{
    request.head_text = recycled::copy(std::string_view(in_).substr(0, search_.scanner.size()));
    in_.erase(0, search_.scanner.size());
    Parsed<RequestHead> head = parse_request_head(request.head_text);
    if (!head)
        co_return co_await refuse(head.error(), nullptr, false);
    request.head = std::move(*head);
    request.head.peer = peer_;
    std::optional<Refusal> refusal = services_.handler.admit(request.head);
    if (refusal)
        co_return co_await send_refusal(*refusal, &request.head, false);

    enter(Phase::body);
    if (Parsed<void> expected = expect_body(request); !expected)
        co_return co_await refuse(expected.error(), &request.head, false);
    Parsed<bool> body = co_await read_body(request);
    if (!body)
        co_return co_await refuse(body.error(), &request.head, false);
    if (!*body)
        co_return Next::close;
    Parsed<void> decoded = decode_body(request);
    if (!decoded)
        co_return co_await refuse(decoded.error(), &request.head, true);
    return_spare(in_); // A long answer needs no input buffer.
    co_return Next::answer;
}

Task<ClientConnection::Next> ClientConnection::refuse(
    Problem problem, const RequestHead* head, bool body_is_read)
{
    Refusal refusal = services_.handler.refusal(problem.status, error_of(problem), head);
    Next next = co_await send_refusal(refusal, head, body_is_read);
    co_return next;
}

// A refused request's body is still on its way. Either it is read and dropped, or the connection ends: its
// bytes must never be taken for the next request.
Task<ClientConnection::Next> ClientConnection::send_refusal(
    const Refusal& refusal, const RequestHead* head, bool body_is_read)
{
    bool short_body = head && !head->chunked && head->content_length.value_or(0) <= limits::drained_body
        && head->count("expect") == 0 && phase_ != Phase::body;
    bool keep = head && head->keep_alive && (body_is_read || short_body);
    AnswerForm form {
        .http_1_0 = head && head->http_1_0, .head_only = head && head->method == "HEAD", .keep_alive = keep
    };
    ExchangeWriter writer(*output_, form, services_.draining);
    std::vector<Field> fields;
    for (const auto& [name, value] : refusal.fields)
        fields.push_back({ name, value });
    enter(Phase::answer);
    Result<void> sent = co_await writer.whole(refusal.status, fields, refusal.body);
    if (!sent)
        co_return Next::close;
    if (!writer.keep_alive() || services_.draining)
        co_return Next::linger;
    if (!body_is_read) {
        bool dropped = co_await drop_body(*head);
        if (!dropped)
            co_return Next::close;
    }
    co_return Next::request;
}

Task<bool> ClientConnection::drop_body(const RequestHead& head)
{
    std::uint64_t left = head.content_length.value_or(0);
    enter(Phase::body);
    for (;;) {
        std::size_t here = static_cast<std::size_t>(std::min<std::uint64_t>(left, in_.size()));
        in_.erase(0, here);
        left -= here;
        if (left == 0)
            co_return true;
        bool more = co_await read_more();
        if (!more)
            co_return false;
        body_in_window_ += in_.size();
    }
}

void ClientConnection::begin_answer(ExchangeWriter& writer)
{
    services_.shared.begun_exchanges.fetch_add(1, std::memory_order_relaxed);
    writer_ = &writer;
    handler_failed_ = false;
    enter(Phase::answer);
    watch_client();
}

void ClientConnection::note_failure(const std::exception& error)
{
    const auto* code = dynamic_cast<const boost::system::system_error*>(&error);
    bool cancelled = code ? code->code() == boost::asio::error::operation_aborted
                          : output_->gone(); // while it waited for several things at once
    handler_failed_ = !cancelled;
    if (handler_failed_)
        log::error("an exchange failed", { { "why", error.what() } });
}

ClientConnection::Next ClientConnection::after(const ExchangeWriter& writer, const RequestHead& head)
{
    if (output_->gone())
        return Next::close;
    if (!writer.is_whole()) {
        // Over HTTP/1.0 the end of the connection is the end of the answer, so only a reset says that it is
        // none.
        boost::asio::socket_base::linger reset(true, 0);
        boost::system::error_code ignored;
        if (head.http_1_0)
            output_->socket().set_option(reset, ignored);
        return Next::close;
    }
    return writer.keep_alive() && !services_.draining ? Next::request : Next::linger;
}

// Closing with unread bytes would be a reset, which can take the answer away before the client has read it.
Task<void> ClientConnection::linger()
{
    enter(Phase::linger);
    boost::system::error_code ignored;
    output_->socket().shutdown(Socket::shutdown_send, ignored);
    bool more = !input_ended_;
    while (more) {
        in_.clear();
        more = co_await read_more();
    }
}

void ClientConnection::on_tick(TimePoint now)
{
    const ClientPatience& patience = services_.shared.options.patience;
    boost::system::error_code ignored;
    Clock::duration age = now - phase_since_;
    switch (phase_) {
    case Phase::fresh:
        if (age >= patience.head)
            close_if_idle();
        break;
    case Phase::idle:
        if (age >= patience.idle)
            close_if_idle();
        break;
    case Phase::head:
        overdue_ = age >= patience.head;
        break;
    case Phase::body:
        if (age >= patience.body_window) {
            auto seconds =
                std::chrono::duration_cast<std::chrono::milliseconds>(patience.body_window).count();
            overdue_ = body_in_window_ * 1000 < patience.body_rate * static_cast<std::size_t>(seconds);
            phase_since_ = now;
            body_in_window_ = 0;
        }
        break;
    case Phase::answer:
        if (output_->unsent() > 0 && now - output_->stalled_since() >= patience.write_stall)
            cut();
        else if (input_ended_ && writer_ && now - probed_ >= probe_every && !writer_->started()) {
            writer_->probe();
            probed_ = now;
        }
        break;
    case Phase::linger:
        if (age >= linger_time)
            cut();
        break;
    }
    if (overdue_)
        output_->socket().cancel(ignored);
}

void ClientConnection::cut()
{
    output_->close();
    if (writer_)
        output_->interrupt();
}

bool ClientConnection::close_if_idle()
{
    char byte = 0;
    bool arrived = ::recv(output_->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    if (!is_idle() || arrived)
        return false;
    cut();
    return true;
}

} // namespace dragoman::net
