// Random bytes that nobody can guess, from the operating system's generator. OpenSSL has one of its own, but
// its first use sets up all of OpenSSL: two milliseconds and two megabytes that a start does not need.
#pragma once

#include <cstddef>
#include <span>

namespace dragoman {

inline constexpr std::size_t random_bytes_max = 256; // at once

void fill_with_random_bytes(std::span<unsigned char> bytes); // at most random_bytes_max

double random_share(); // from 0 to below 1

} // namespace dragoman
