// How often something happened to a target, and why: for what happens seldom, and has too many kinds for a
// counter each. At most rows_max pairs are told apart; the rest is "other", "other".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::gateway {

class Tally {
public:
    static constexpr std::size_t rows_max = 256;

    struct Row {
        std::string target {};
        std::string why {};
        std::uint64_t count = 0;
    };

    // Both from any thread.
    void add(std::string_view target, std::string_view why);
    std::vector<Row> read() const; // by target, then by why

private:
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, std::uint64_t> rows_;
};

} // namespace dragoman::gateway
