// What the kernel says about this process, read when somebody asks.
// https://man7.org/linux/man-pages/man5/proc.5.html
#pragma once

#include <cstdint>
#include <optional>

namespace dragoman::gateway {

// What cannot be read stays unset.
struct ProcessFigures {
    std::optional<std::uint64_t> resident_bytes {};
    std::optional<std::uint64_t> virtual_bytes {};
    std::optional<double> cpu_seconds {}; // of all threads, user and system
    std::optional<std::uint64_t> threads {};
    std::optional<std::uint64_t> open_files {};
    std::optional<std::uint64_t> open_files_max {};
};

ProcessFigures process_figures();

} // namespace dragoman::gateway
