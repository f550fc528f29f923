// epoll, level-triggered, and the signals that end a program.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <sys/epoll.h>

namespace bench {

class EventLoop {
public:
    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    void watch(int fd, void* owner, std::uint32_t events);
    void change(int fd, void* owner, std::uint32_t events);

    // What happened, at the latest after `timeout_ns`; nothing at once when a signal came.
    std::span<const epoll_event> wait(std::optional<std::uint64_t> timeout_ns);

    // SIGTERM or SIGINT came. They arrive only inside wait().
    static bool ended();

private:
    int fd_;
    std::array<epoll_event, 1024> events_ {};
};

// As many open files as the system lets us have.
void raise_file_limit();

} // namespace bench
