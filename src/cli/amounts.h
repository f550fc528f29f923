// Numbers as people read them: "1.2M" tokens, "412 ms", "$0.42", "2 h 31 min".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dragoman::cli {

std::string count_text(std::uint64_t count); // three digits and k, M or G from ten thousand on
std::string dollars_text(double dollars); // cents, and as many digits as a small amount needs to be one
std::string milliseconds_text(std::int64_t ms);
std::string duration_text(std::chrono::seconds time); // the two largest units
std::string bytes_text(std::uint64_t bytes);

} // namespace dragoman::cli
