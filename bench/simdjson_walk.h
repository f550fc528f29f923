// simdjson's On-Demand walk over a text: every value is visited, strings and numbers are taken as they stand.
// Its kernel is fixed when it is compiled, so there is one library for each, and the one for this processor
// is loaded.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

class SimdjsonWalk {
public:
    static constexpr std::size_t padding = 64; // bytes behind the text that may be read

    SimdjsonWalk(); // throws std::runtime_error when there is no library for the kernel
    ~SimdjsonWalk();
    SimdjsonWalk(const SimdjsonWalk&) = delete;
    SimdjsonWalk& operator=(const SimdjsonWalk&) = delete;

    // How many values there are; 0 when the text is not JSON.
    std::size_t values(const std::string& padded) const;
    const std::string& kernel() const { return kernel_; }

private:
    std::string kernel_;
    void* library_ = nullptr;
    void* parser_ = nullptr;
    void (*free_parser_)(void*) = nullptr;
    std::size_t (*walk_)(void*, const char*, std::size_t, std::size_t) = nullptr;
};

} // namespace bench
