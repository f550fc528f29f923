// Buffers that hold something only between two waits. All streams of a thread use the same few of them, one
// after the other: a stream that waits keeps none, and its next event allocates nothing.
#pragma once

#include <string>

namespace dragoman {

// For a buffer that is about to be filled: room, unless it holds something or has memory of its own.
void borrow_spare(std::string& buffer);

// Before a wait: a borrowed buffer goes back, and what it still holds moves to memory of just its size,
// unless that is much. An empty one of its own is freed.
void return_spare(std::string& buffer);

} // namespace dragoman
