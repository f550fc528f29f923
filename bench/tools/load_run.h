// One run of the load generator: connections that are opened when they are first needed, a request on each as
// the rate or the end of the last answer says, and every answer checked.
#pragma once

#include "event_loop.h"
#include "histogram.h"
#include "load_options.h"
#include "response_reader.h"
#include "socket.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct LoadCounts {
    std::uint64_t requests = 0; // ended, however
    std::uint64_t errors = 0; // no connection, or a status other than 200
    std::uint64_t incomplete = 0; // cut, stalled, or with another number of events or another end
    std::uint64_t late = 0; // the rate asked for more than there were free connections
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
};

class LoadRun {
public:
    explicit LoadRun(const LoadOptions& options);

    void run();
    std::string report_json() const;

private:
    struct Connection {
        Socket socket;
        ResponseReader response;
        const std::string* request = nullptr; // while one is under way
        std::size_t sent = 0;
        bool connecting = false;
        bool wants_out = false;
        bool answered = false; // its first byte is here
        std::uint64_t began_ns = 0;
        std::uint64_t last_ns = 0; // when a byte came last
    };

    bool may_start(std::uint64_t now) const;
    void start_due(std::uint64_t now);
    void start(Connection& connection);
    void open(Connection& connection);
    void begin_request(Connection& connection);
    void on_event(Connection& connection, std::uint32_t events);
    void send(Connection& connection);
    void receive(Connection& connection);
    void first_byte(Connection& connection, std::uint64_t now);
    void judge(Connection& connection);
    void fail(Connection& connection, std::uint64_t& count, std::string_view why);
    void end_request(Connection& connection, bool stays);
    void end_stalled(std::uint64_t now);
    void hold();
    void step(std::uint64_t until);
    bool timed() const { return counts_.requests >= options_.warmup; }
    std::uint64_t due_at(std::uint64_t n) const;
    std::uint64_t next_wake(std::uint64_t now) const;

    LoadOptions options_;
    TlsContext tls_;
    std::vector<std::string> requests_;
    EventLoop loop_;
    std::vector<Connection> connections_;
    std::vector<Connection*> free_;
    std::size_t connecting_ = 0;
    std::uint64_t started_ = 0;
    std::uint64_t running_ = 0;
    std::uint64_t open_streams_ = 0;
    std::uint64_t most_open_ = 0;
    bool said_open_ = false;
    std::uint64_t began_ns_ = 0;
    std::uint64_t ended_ns_ = 0;
    std::uint64_t next_check_ns_ = 0;
    LoadCounts counts_;
    std::string first_problem_;
    Histogram first_byte_;
    Histogram total_;
    Histogram event_;
    std::vector<char> buffer_;
};

} // namespace bench
