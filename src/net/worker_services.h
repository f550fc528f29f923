// What the connections of one worker share, and the little that all workers do.
#pragma once

#include "net/buffer_cache.h"
#include "net/server.h"

#include <atomic>
#include <cstddef>

namespace dragoman::net {

struct WorkersShared {
    ServerOptions options;
    std::atomic<std::size_t> body_bytes { 0 }; // of requests in memory, bounded by options.bodies_in_memory
    std::atomic<std::size_t> live_exchanges { 0 };
    std::atomic<std::size_t> connections { 0 };
};

struct WorkerServices {
    WorkersShared& shared;
    Handler& handler;
    BufferCache& buffers;
    const bool& draining;
};

// A part of the memory for bodies, given back when it goes.
class BodyLease {
public:
    explicit BodyLease(WorkersShared& shared)
        : shared_(&shared)
    {
    }
    BodyLease(BodyLease&& other) noexcept
        : shared_(other.shared_)
        , held_(std::exchange(other.held_, 0))
    {
    }
    BodyLease& operator=(BodyLease&&) = delete;
    ~BodyLease() { shared_->body_bytes -= held_; }

    // False when all bodies together would be too much.
    bool grow_to(std::size_t bytes)
    {
        if (bytes <= held_)
            return true;
        std::size_t more = bytes - held_;
        if (shared_->body_bytes.fetch_add(more) + more > shared_->options.bodies_in_memory) {
            shared_->body_bytes -= more;
            return false;
        }
        held_ = bytes;
        return true;
    }

private:
    WorkersShared* shared_;
    std::size_t held_ = 0;
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
