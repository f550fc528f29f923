// The scripted provider: one thread, one wheel of timers for everything that is paced, and for each stream
// one write per wake-up out of bytes that were made once.
#pragma once

#include "answer.h"
#include "event_loop.h"
#include "request_reader.h"
#include "socket.h"
#include "timer_wheel.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bench {

struct UpstreamCounts {
    std::uint64_t requests = 0; // for a workload, whose answers were sent in full
    std::uint64_t events = 0;
    std::uint64_t cancelled = 0; // answers whose reader left before their end
    std::uint64_t bad_requests = 0;
    std::uint64_t connections = 0;
    std::uint64_t body_bytes = 0;
};

class UpstreamServer {
public:
    UpstreamServer(int listener, SSL_CTX* tls);

    void serve(); // until a signal ends it
    std::string counts_json() const;

private:
    struct Connection {
        Socket socket;
        RequestReader request;
        std::string early; // bytes of the next request, while this one is being answered
        std::string unsent;
        const Answer* answer = nullptr;
        std::size_t step = 0;
        std::uint64_t began_ms = 0;
        bool wants_out = false;
        Timer timer;
    };

    void accept_all();
    void on_event(Connection& connection, std::uint32_t events);
    bool read(Connection& connection); // false once the connection is gone
    bool take(Connection& connection, std::string_view bytes);
    bool begin_answer(Connection& connection);
    const Answer& answer_to(const RequestReader& request);
    const Answer& scripted(const Workload& workload, Dialect dialect);
    bool write_due(Connection& connection);
    std::string_view stamped(const Answer& answer, std::size_t first, std::size_t last);
    bool write(Connection& connection, std::string_view bytes);
    bool flush(Connection& connection);
    bool finish(Connection& connection);
    void want_out(Connection& connection, bool wanted);
    bool drop(Connection& connection);

    EventLoop loop_;
    int listener_;
    SSL_CTX* tls_;
    TimerWheel wheel_;
    UpstreamCounts counts_;
    std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
    std::map<std::pair<Workload, Dialect>, Answer> answers_;
    Answer models_;
    Answer not_found_;
    Answer bad_request_;
    std::vector<char> buffer_;
    std::string scratch_;
};

} // namespace bench
