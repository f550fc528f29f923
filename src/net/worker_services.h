// What the connections of one worker share, and the little that all workers do.
#pragma once

#include "net/buffer_cache.h"
#include "net/server.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace dragoman::net {

inline constexpr std::size_t cache_line = 64; // std::hardware_destructive_interference_size: a warning of g++

struct WorkersShared {
    ServerOptions options;
    // Written by all of them with each request: on a line of their own, away from what is only read.
    alignas(cache_line) std::atomic<std::size_t> body_bytes {
        0
    }; // of requests in memory, bounded by options.bodies_in_memory
    std::atomic<std::size_t> live_exchanges { 0 };
    std::atomic<std::uint64_t> begun_exchanges { 0 };
    std::atomic<std::size_t> connections { 0 };
};

struct WorkerServices {
    WorkersShared& shared;
    Handler& handler;
    BufferCache& buffers;
    const bool& draining;
};

// Counts while it lives.
class Counted {
public:
    explicit Counted(std::atomic<std::size_t>& counter)
        : counter_(counter)
    {
        ++counter_;
    }
    ~Counted() { --counter_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

private:
    std::atomic<std::size_t>& counter_;
};

} // namespace dragoman::net
