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
    std::size_t unsent() const { return unsent_ ? unsent_->text.size() - unsent_->written : 0; }
    std::uint64_t sent() const { return sent_; }
    bool gone() const { return gone_; }
    TimePoint stalled_since() const { return unsent_ ? unsent_->last_progress : TimePoint::max(); }

    void set_gone(); // nothing can be sent any more

    // What the connection's coroutine waits for is cancelled.
    boost::asio::cancellation_slot interruption() { return interruption_.slot(); }
    void interrupt() { interruption_.emit(boost::asio::cancellation_type::terminal); }

    void close();

private:
    // What the client has not taken yet; most never leave any.
    struct Unsent {
        std::string text {};
        std::size_t written = 0; // of it
        TimePoint last_progress = Clock::now();
    };

    std::size_t write_now(std::span<const std::string_view> pieces);
    void keep(std::span<const std::string_view> pieces, std::size_t from);
    void write_when_possible();
    void on_writable(bool usable);

    Socket socket_;
    std::unique_ptr<Unsent> unsent_; // null: nothing
    std::uint64_t sent_ = 0;
    bool waiting_ = false;
    bool gone_ = false;
    std::unique_ptr<Event> progress_; // once something had to wait
    boost::asio::cancellation_signal interruption_;
};

} // namespace dragoman::net
