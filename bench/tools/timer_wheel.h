// Timers by the millisecond in a ring of slots: to set and to cancel one costs a few pointers, whatever their
// number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace bench {

// A member of what waits; unlinks itself when it is destroyed.
struct Timer {
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { unlink(); }

    bool linked() const { return next != this; }

    void unlink()
    {
        previous->next = next;
        next->previous = previous;
        next = previous = this;
    }

    void link_before(Timer& other)
    {
        next = &other;
        previous = other.previous;
        previous->next = this;
        other.previous = this;
    }

    Timer* next = this;
    Timer* previous = this;
    std::uint64_t due = 0;
    void* owner = nullptr;
};

class TimerWheel {
public:
    explicit TimerWheel(std::uint64_t now)
        : now_(now)
    {
    }

    // A time that has passed already counts as the next tick.
    void set(Timer& timer, std::uint64_t due)
    {
        timer.unlink();
        timer.due = due > now_ ? due : now_ + 1;
        timer.link_before(slots_[timer.due % size]);
    }

    // Calls `fired` for every timer that is due; it may set and destroy timers.
    template <class Fired> void advance(std::uint64_t now, Fired&& fired)
    {
        if (now <= now_)
            return;
        const std::uint64_t ticks = now - now_ < size ? now - now_ : size;
        const std::uint64_t first = now - ticks + 1;
        now_ = now;
        for (std::uint64_t tick = first; tick <= now; ++tick)
            empty(slots_[tick % size], fired);
    }

    // The next tick whose slot holds anything.
    std::optional<std::uint64_t> next_tick() const
    {
        for (std::uint64_t ahead = 1; ahead <= size; ++ahead) {
            if (slots_[(now_ + ahead) % size].linked())
                return now_ + ahead;
        }
        return std::nullopt;
    }

private:
    static constexpr std::size_t size = 4096;

    template <class Fired> void empty(Timer& slot, Fired& fired)
    {
        Timer due;
        while (slot.linked()) {
            Timer& timer = *slot.next;
            timer.unlink();
            timer.link_before(due);
        }
        while (due.linked()) {
            Timer& timer = *due.next;
            timer.unlink();
            if (timer.due > now_)
                timer.link_before(slot);
            else
                fired(timer);
        }
    }

    std::uint64_t now_;
    std::array<Timer, size> slots_;
};

} // namespace bench
