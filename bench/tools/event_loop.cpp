#include "event_loop.h"

#include <csignal>
#include <sys/resource.h>
#include <unistd.h>

namespace bench {

namespace {

volatile std::sig_atomic_t signals = 0;

void on_signal(int) { signals = 1; }

// Blocked everywhere but in epoll_pwait2, so that none can come between a look and a wait.
void take_signals()
{
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigset_t ours;
    sigemptyset(&ours);
    for (const int signal : { SIGTERM, SIGINT }) {
        sigaction(signal, &action, nullptr);
        sigaddset(&ours, signal);
    }
    sigprocmask(SIG_BLOCK, &ours, nullptr);
    signal(SIGPIPE, SIG_IGN);
}

} // namespace

EventLoop::EventLoop()
    : fd_(epoll_create1(EPOLL_CLOEXEC))
{
    take_signals();
}

EventLoop::~EventLoop() { close(fd_); }

void EventLoop::watch(int fd, void* owner, std::uint32_t events)
{
    epoll_event event { .events = events, .data = { .ptr = owner } };
    epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event);
}

void EventLoop::change(int fd, void* owner, std::uint32_t events)
{
    epoll_event event { .events = events, .data = { .ptr = owner } };
    epoll_ctl(fd_, EPOLL_CTL_MOD, fd, &event);
}

std::span<const epoll_event> EventLoop::wait(std::optional<std::uint64_t> timeout_ns)
{
    timespec timeout {};
    if (timeout_ns) {
        timeout.tv_sec = static_cast<time_t>(*timeout_ns / 1'000'000'000U);
        timeout.tv_nsec = static_cast<long>(*timeout_ns % 1'000'000'000U);
    }
    sigset_t none;
    sigemptyset(&none);
    const int count = epoll_pwait2(
        fd_, events_.data(), static_cast<int>(events_.size()), timeout_ns ? &timeout : nullptr, &none);
    return { events_.data(), static_cast<std::size_t>(count > 0 ? count : 0) };
}

bool EventLoop::ended() { return signals != 0; }

void raise_file_limit()
{
    rlimit limit {};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace bench
