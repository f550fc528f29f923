// Word to the service manager that started us, if one did: when we are ready, what we are doing, that we are
// alive. systemd's protocol, a few datagrams
// (https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html). Without NOTIFY_SOCKET everything
// here does nothing.
#pragma once

#include "base/environment.h"
#include "net/descriptor.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::gateway {

class ServiceManager {
public:
    ServiceManager() = default;
    explicit ServiceManager(const Environment& environment);

    void ready(std::string_view status) const;
    void reloading() const; // until the next ready()
    void stopping(std::string_view status, std::chrono::milliseconds patience) const;
    void failed(std::string_view why) const; // before the end
    void status(std::string_view words) const;
    void alive() const;

    // Without a sign of life in this time we are killed; zero: nobody waits for one.
    std::chrono::microseconds watchdog() const { return watchdog_; }

private:
    void tell(const std::string& assignments) const;

    std::shared_ptr<const net::Descriptor> socket_ {}; // copies speak through the same one
    std::chrono::microseconds watchdog_ { 0 };
};

// What `systemctl status` shows.
std::string status_words(const std::vector<std::string>& endpoints, bool degraded, std::size_t running);

// Whether all workers' loops turn: each question has to have been answered by every worker before the next.
class Heartbeat {
public:
    explicit Heartbeat(unsigned workers)
        : workers_(workers)
    {
    }
    // True when all have answered the question before, or none was asked; then asks again. `ask` must have
    // every worker call what it is given, once.
    bool beats(const std::function<void(std::function<void()>)>& ask);

private:
    unsigned workers_;
    std::shared_ptr<std::atomic<unsigned>> missing_ {};
};

} // namespace dragoman::gateway
