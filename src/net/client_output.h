// What goes to one client: written at once as far as the socket takes it, the rest kept and written when
// there is room. Bytes leave in the order in which send() was called, so a ping from another coroutine never
// splits an event.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "net/readiness.h"
#include "net/timer.h"

#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace dragoman::net {

class ClientOutput : public std::enable_shared_from_this<ClientOutput> {
public:
    explicit ClientOutput(Socket socket);

    // Never waits. False when the client is gone.
    bool send(std::span<const std::string_view> pieces);

    // Resolves when at most `bytes` are unsent.
    Task<Result<void>> until_unsent(std::size_t bytes);

    Socket& socket() { return socket_; }
    std::size_t unsent() const { return pending_.size() - written_; }
    std::uint64_t sent() const { return sent_; }
    bool gone() const { return gone_; }
    TimePoint last_progress() const { return last_progress_; }

    void set_gone(); // nothing can be sent any more

    // What the connection's coroutine waits for is cancelled.
    boost::asio::cancellation_slot interruption() { return interruption_.slot(); }
    void interrupt() { interruption_.emit(boost::asio::cancellation_type::terminal); }

    void close();

private:
    std::size_t write_now(std::span<const std::string_view> pieces);
    void write_when_possible();
    void on_writable(bool usable);

    Socket socket_;
    std::string pending_;
    std::size_t written_ = 0; // of pending_
    std::uint64_t sent_ = 0;
    bool waiting_ = false;
    bool gone_ = false;
    TimePoint last_progress_ {};
    std::unique_ptr<Event> progress_; // once something had to wait
    boost::asio::cancellation_signal interruption_;
};

} // namespace dragoman::net
