// Memory that is about to be needed, asked for while there is something else to do.
//
// What thousands of streams keep is out of the processor's caches by the time that one of them goes on, and
// a line fetched when it is needed costs as much as some hundred instructions: one after the other. Fetched
// together, and best before a system call, they cost next to nothing. A hint: what is not needed after all
// does no harm.
#pragma once

#include <cstddef>

namespace dragoman {

inline void prefetch(const void* begin, std::size_t bytes)
{
    constexpr std::size_t line = 64;
    const auto* at = static_cast<const char*>(begin);
    for (const char* end = at + bytes; at < end; at += line)
        __builtin_prefetch(at);
    if (bytes > 0)
        __builtin_prefetch(static_cast<const char*>(begin) + bytes - 1);
}

template <class Object> void prefetch(const Object& object) { prefetch(&object, sizeof object); }

} // namespace dragoman
