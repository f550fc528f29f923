// Text of a paced delta begins with this mark and sixteen hexadecimal digits: the time of its departure in
// nanoseconds, which passes through whatever is measured. Zeros mean that none was written.
#pragma once

#include <cstddef>
#include <string_view>

namespace bench {

constexpr char stamp_mark = '~';
constexpr std::size_t stamp_digits = 16;
constexpr std::string_view blank_stamp = "~0000000000000000";

} // namespace bench
