// A view that is drawn again and again on the terminal's other screen, until q or Ctrl-C. Whatever ends it,
// the terminal is as it was before.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace dragoman::cli {

// False: standard input and output are not a terminal. `draw` gives lines, with colours and without other
// control sequences; what does not fit is cut off.
bool watch_live(std::chrono::milliseconds pause, const std::function<std::string()>& draw);

// The part of `text` that fits, from the upper left corner on: each line clears what was there before and is
// cut to `columns` without breaking a colour, and nothing older is left below.
std::string fitted(const std::string& text, std::size_t columns, std::size_t rows);

} // namespace dragoman::cli
