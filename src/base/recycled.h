// Strings and vectors that are used again. A request needs the same few buffers as the one before it (heads,
// fields, bodies, the answer), so each thread keeps the emptied ones instead of asking the heap for others:
//
//     auto head = recycled::take<std::string>(512);     // ... used ...
//     recycled::give(head);                             // or Recycled<std::string> head(512), which does
//     both
//
// Few and small ones only: the large buffers of a read are spare_buffer.h's, large bodies net::BufferCache's.
// Whoever gives one away must have no view of it left. Under AddressSanitizer none is kept, so that such a
// view is found.
#pragma once

#include "base/limits.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define DRAGOMAN_RECYCLES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DRAGOMAN_RECYCLES 0
#endif
#endif
#ifndef DRAGOMAN_RECYCLES
#define DRAGOMAN_RECYCLES 1
#endif

namespace dragoman::recycled {

inline constexpr std::size_t kept_max = 16; // of one type
inline constexpr std::size_t bytes_min = 64; // of each; a string of fewer may not even be on the heap
inline constexpr std::size_t bytes_max = 8 * limits::KiB;

// What this thread keeps. Other things that end with the thread may give theirs after this has ended.
template <class Container> struct Kept {
    Kept() { containers.reserve(kept_max); }
    ~Kept() { over = true; }
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;

    static Kept& here()
    {
        thread_local Kept all;
        return all;
    }

    inline static thread_local bool over = false;
    std::vector<Container> containers {};
};

// An empty one with room for `size` elements, and not for many times more: it may be held for long. The last
// given one that fits, or else the tightest, so that who needs little leaves the large ones to who needs
// them.
template <class Container> Container take(std::size_t size)
{
    constexpr std::size_t fitting = 2;
    constexpr std::size_t too_roomy = 4;
    constexpr std::size_t slack = 512;
    if (!Kept<Container>::over) {
        auto& kept = Kept<Container>::here().containers;
        auto best = kept.end();
        for (auto at = kept.end(); at != kept.begin();) {
            --at;
            const std::size_t room = at->capacity();
            if (room >= size && (best == kept.end() || room < best->capacity()))
                best = at;
            if (room >= size && room <= fitting * size)
                break;
        }
        if (best != kept.end() && best->capacity() <= too_roomy * size + slack) {
            Container found = std::move(*best);
            if (best != kept.end() - 1)
                *best = std::move(kept.back());
            kept.pop_back();
            return found;
        }
    }
    constexpr std::size_t least = bytes_min / sizeof(typename Container::value_type);
    Container made;
    made.reserve(std::max(size, least)); // so that this one is kept
    return made;
}

// Leaves it empty and without memory.
template <class Container> void give(Container& container)
{
    const std::size_t bytes = container.capacity() * sizeof(typename Container::value_type);
    if (DRAGOMAN_RECYCLES && bytes >= bytes_min && bytes <= bytes_max && !Kept<Container>::over) {
        auto& kept = Kept<Container>::here().containers;
        container.clear();
        if (kept.size() < kept_max) {
            kept.push_back(std::move(container));
            return;
        }
        kept.front().swap(container); // Sizes that nobody asks for any more do not stay for ever.
    }
    Container().swap(container);
}

// A text in memory of its own.
inline std::string copy(std::string_view text)
{
    auto made = take<std::string>(text.size());
    made.assign(text);
    return made;
}

// When nothing is going on.
template <class Container> void forget() { Kept<Container>::here().containers.clear(); }

} // namespace dragoman::recycled

namespace dragoman {

// One that is taken and given back.
template <class Container> class Recycled {
public:
    explicit Recycled(std::size_t size)
        : container_(recycled::take<Container>(size))
    {
    }
    Recycled(const Recycled&) = delete;
    Recycled& operator=(const Recycled&) = delete;
    ~Recycled() { recycled::give(container_); }

    Container& operator*() { return container_; }
    Container* operator->() { return &container_; }

private:
    Container container_;
};

} // namespace dragoman
