// One client's connection from accept to close: reads a request, has it answered, and again.
//
// There is one pending wait for input, whoever wants to know: the coroutine that reads a request, or, while
// an answer is made, the connection itself, which goes on reading. A reset is a client that is gone. An end
// (FIN) may be a client that closed, or one that only finished sending and still wants its answer (RFC
// 9112, 9.6): so after a FIN something harmless is written, an interim 100 or the stream's probe, and a
// closed client replies with a reset. Bytes that arrive in the meantime are the next request; at most
// limits::pipelined of them are kept.
//
// Deadlines are numbers that the worker's sweep looks at (on_tick), not timers.
#pragma once

#include "base/prefetch.h"
#include "net/arrivals.h"
#include "net/client_output.h"
#include "net/exchange_io.h"
#include "net/exchange_writer.h"
#include "net/http_syntax.h"
#include "net/worker_services.h"

#include <exception>
#include <memory>
#include <string>

namespace dragoman::net {

class ClientConnection {
public:
    // What interrupts `output` interrupts the coroutine that serves.
    ClientConnection(const WorkerServices& services, std::shared_ptr<ClientOutput> output, std::string peer);
    ~ClientConnection();
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;

    Task<void> serve(); // until the connection is over

    void on_tick(TimePoint now); // ends what is overdue
    void prefetch() const { dragoman::prefetch(this, tick_bytes); } // for on_tick()
    bool is_idle() const { return phase_ == Phase::idle || phase_ == Phase::fresh; }
    TimePoint phase_since() const { return phase_since_; }
    void cut(); // closes at once; an exchange in progress is cancelled
    bool close_if_idle(); // not when a request has just arrived: it would be lost

private:
    enum class Phase : std::uint8_t { fresh, idle, head, body, answer, linger };
    enum class Next : std::uint8_t { request, answer, close, linger };
    enum class Head : std::uint8_t { more, complete, end };

    // Where the search for the end of a request's head has come to.
    struct Search {
        HeadScanner scanner {};
        std::uint8_t blank_lines = 0;
        bool line_is_good = false;
    };

    void enter(Phase phase);
    Task<bool> read_more(); // false: end, reset or overdue
    void begin_head();
    Parsed<Head> look_for_head();
    Parsed<Head> look_further(bool usable); // after a wait
    Task<Next> serve_one();
    Task<Next> take_request(ClientRequest& request);
    void begin_answer(ExchangeWriter& writer);
    Next after(const ExchangeWriter& writer, const RequestHead& head);
    Task<Next> refuse(Problem problem, const RequestHead* head, bool body_is_read);
    Task<Next> send_refusal(const Refusal& refusal, const RequestHead* head, bool body_is_read);
    Task<bool> drop_body(const RequestHead& head);

    Parsed<void> expect_body(ClientRequest& request);
    Task<Parsed<bool>> read_body(ClientRequest& request); // false: the client went away
    Task<Parsed<bool>> read_sized(ClientRequest& request);
    Task<Parsed<bool>> read_chunked(ClientRequest& request);
    Parsed<void> decode_body(ClientRequest& request);
    void note_failure(const std::exception& error);
    Task<void> linger();

    struct Watch;
    Arrivals::Arrival readable(); // false: the socket was closed, or the wait was cancelled
    ssize_t take(std::string& out, std::size_t space); // as receive()
    ssize_t take_some(); // into in_
    void watch_input();
    void watch_client(); // while a request is being answered
    void watch_failure();
    void on_input(bool usable);
    void on_gone();

    // First what each tick looks at.
    static constexpr std::size_t tick_bytes = 64;
    const WorkerServices& services_;
    std::shared_ptr<ClientOutput> output_;
    TimePoint phase_since_;
    Arrivals::Left left_ = Arrivals::Left::nothing;
    Phase phase_ = Phase::fresh;
    bool reads_much_ = false; // as the read before was full
    bool input_ended_ = false;
    bool overdue_ = false;
    bool handler_failed_ = false;
    TimePoint probed_ {};
    ExchangeWriter* writer_ = nullptr; // of the exchange that is being answered
    std::string peer_;
    std::string in_; // bytes that arrived and belong to nothing yet
    Arrivals arrivals_;
    Watch* failure_watch_ = nullptr; // pending, and owned by the loop
    std::size_t body_in_window_ = 0;
    Search search_;
};

} // namespace dragoman::net
