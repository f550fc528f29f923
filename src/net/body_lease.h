// A part of the memory for bodies, given back when it goes.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace dragoman::net {

class BodyLease {
public:
    BodyLease() = default; // of nothing
    BodyLease(std::atomic<std::size_t>& all, std::size_t max)
        : all_(&all)
        , max_(max)
    {
    }
    BodyLease(BodyLease&& other) noexcept
        : all_(other.all_)
        , max_(other.max_)
        , held_(std::exchange(other.held_, 0))
    {
    }
    BodyLease& operator=(BodyLease&&) = delete;
    ~BodyLease() { end(); }

    // False when all bodies together would be too much.
    bool grow_to(std::size_t bytes)
    {
        if (bytes <= held_ || !all_)
            return true;
        std::size_t more = bytes - held_;
        if (all_->fetch_add(more) + more > max_) {
            *all_ -= more;
            return false;
        }
        held_ = bytes;
        return true;
    }

    void end()
    {
        if (all_)
            *all_ -= std::exchange(held_, 0);
    }

private:
    std::atomic<std::size_t>* all_ = nullptr;
    std::size_t max_ = 0;
    std::size_t held_ = 0;
};

} // namespace dragoman::net
