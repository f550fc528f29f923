#include "gateway/service_manager.h"

#include "base/limits.h"
#include "base/log_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace dragoman::gateway {
namespace {

constexpr auto last_words = std::chrono::seconds(10); // beyond the patience with running answers

// A path, or "@name" for an abstract one. Anything else, and what is too long, is nothing we can reach.
std::shared_ptr<const net::Descriptor> connect_to(std::string_view where)
{
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    if (where.size() < 2 || where.size() >= sizeof address.sun_path || (where[0] != '/' && where[0] != '@'))
        return nullptr;
    where.copy(address.sun_path, where.size());
    if (where[0] == '@')
        address.sun_path[0] = 0;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + where.size());
    net::Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // A manager that does not read must not hold us up for long.
    const timeval patience { .tv_sec = 1, .tv_usec = 0 };
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0)
        return nullptr;
    return std::make_shared<const net::Descriptor>(std::move(socket));
}

std::int64_t number_in(const Environment& environment, std::string_view name)
{
    const std::string_view text = lookup(environment, name).value_or("");
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::chrono::microseconds watchdog_in(const Environment& environment)
{
    const std::int64_t pid = number_in(environment, "WATCHDOG_PID");
    const std::int64_t time = number_in(environment, "WATCHDOG_USEC");
    return std::chrono::microseconds((pid == 0 || pid == ::getpid()) && time > 0 ? time : 0);
}

std::int64_t monotonic_microseconds()
{
    timespec now {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

// One line, whatever is in the words.
std::string status_line(std::string_view words)
{
    std::string line = "STATUS=";
    log::append_plain_text(line, words, limits::log_field);
    return line;
}

} // namespace

ServiceManager::ServiceManager(const Environment& environment)
{
    if (const auto where = lookup(environment, "NOTIFY_SOCKET"))
        socket_ = connect_to(*where);
    if (socket_)
        watchdog_ = watchdog_in(environment);
}

// What cannot be delivered is lost: nothing about serving depends on it.
void ServiceManager::tell(const std::string& assignments) const
{
    if (socket_)
        (void)::send(socket_->get(), assignments.data(), assignments.size(), MSG_NOSIGNAL);
}

void ServiceManager::ready(std::string_view status) const { tell("READY=1\n" + status_line(status)); }

void ServiceManager::reloading() const
{
    tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\n{}", monotonic_microseconds(),
        status_line("reading the configuration again")));
}

void ServiceManager::stopping(std::string_view status, std::chrono::milliseconds patience) const
{
    const std::chrono::microseconds time = patience + last_words;
    tell(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}\n{}", time.count(), status_line(status)));
}

void ServiceManager::failed(std::string_view why) const { tell(status_line(why)); }
void ServiceManager::status(std::string_view words) const { tell(status_line(words)); }
void ServiceManager::alive() const { tell("WATCHDOG=1"); }

std::string status_words(const std::vector<std::string>& endpoints, bool degraded, std::size_t running)
{
    std::string words = degraded ? "degraded, no upstream key is configured: `dragoman init` sets one; " : "";
    words += fmt::format("listening on {}", fmt::join(endpoints, ", "));
    if (running > 0)
        words += fmt::format("; {} {} running", running, running == 1 ? "answer" : "answers");
    return words;
}

bool Heartbeat::beats(const std::function<void(std::function<void()>)>& ask)
{
    if (missing_ && *missing_ > 0)
        return false;
    missing_ = std::make_shared<std::atomic<unsigned>>(workers_);
    ask([missing = missing_] { --*missing; });
    return true;
}

} // namespace dragoman::gateway
