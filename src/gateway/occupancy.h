// How many requests run at an upstream that takes only so many at a time. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dragoman::gateway {

class Occupancy {
public:
    // Given back when it goes. An empty one holds nothing.
    class Seat {
    public:
        Seat() = default;
        Seat(Seat&& other) noexcept
            : of_(std::exchange(other.of_, nullptr))
            , taken_(other.taken_)
        {
        }
        Seat& operator=(Seat&& other) noexcept
        {
            give_back();
            of_ = std::exchange(other.of_, nullptr);
            taken_ = other.taken_;
            return *this;
        }
        ~Seat() { give_back(); }

        void give_back()
        {
            if (Occupancy* of = std::exchange(of_, nullptr)) {
                const std::scoped_lock lock(of->mutex_);
                --*taken_;
            }
        }

    private:
        friend class Occupancy;
        Seat(Occupancy& of, int& taken)
            : of_(&of)
            , taken_(&taken)
        {
        }
        Occupancy* of_ = nullptr;
        int* taken_ = nullptr;
    };

    // nullopt when all are taken. `most` 0: as many as come, and nobody counts.
    std::optional<Seat> take(std::string_view upstream, int most)
    {
        if (most <= 0)
            return Seat();
        const std::scoped_lock lock(mutex_);
        auto found = taken_.find(upstream);
        if (found == taken_.end())
            found = taken_.emplace(upstream, 0).first;
        if (found->second >= most)
            return std::nullopt;
        ++found->second;
        return Seat(*this, found->second);
    }

private:
    std::mutex mutex_;
    std::map<std::string, int, std::less<>> taken_; // nodes stay where they are
};

} // namespace dragoman::gateway
