// [limits]: how much may be asked for at a time, for each client token and in all. Thread-safe and exact:
// whoever is let in was counted under the same lock that looked whether there is room.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace dragoman::gateway {

class Limiter {
    struct Account {
        int running = 0;
        std::size_t body_bytes = 0;
        std::deque<TimePoint> begun {}; // within the last minute, kept only where it is limited
    };

public:
    // Of a request that was let in; it leaves when this goes. An empty one was not counted.
    class Pass {
    public:
        Pass() = default;
        Pass(Pass&& other) noexcept
            : of_(std::exchange(other.of_, nullptr))
            , account_(other.account_)
            , bytes_(std::exchange(other.bytes_, 0))
        {
        }
        Pass& operator=(Pass&& other) noexcept
        {
            leave();
            of_ = std::exchange(other.of_, nullptr);
            account_ = other.account_;
            bytes_ = std::exchange(other.bytes_, 0);
            return *this;
        }
        ~Pass() { leave(); }

        void forget_body(); // it is not in memory any more
        void leave();

    private:
        friend class Limiter;
        Limiter* of_ = nullptr;
        Account* account_ = nullptr;
        std::size_t bytes_ = 0;
    };

    // `client` is what tells clients apart: a token, or nothing where none is needed. Error::rate_limited
    // with the time to wait when there is no room. Bodies in all are counted where they are read.
    Result<Pass> enter(
        const config::Limits& limits, std::string_view client, std::size_t body_bytes, TimePoint now);

private:
    static Result<void> look(
        Account& account, const config::Allowance& allowed, std::string_view whose, TimePoint now);

    std::mutex mutex_;
    Account all_ {};
    std::map<std::string, Account, std::less<>>
        each_ {}; // by a digest of the token; nodes stay where they are
};

} // namespace dragoman::gateway
