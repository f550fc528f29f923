// Which answers to learn from. What an upstream bills tells how its tokenizer differs from ours, but counting
// a long request takes as long as translating a hundred: so a model is looked at when it first answers, after
// a second, after two more, four, and so on, and from then on once a minute. Thread-safe.
#pragma once

#include "base/clock.h"

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace dragoman::gateway {

class Sampling {
public:
    static constexpr std::size_t models_max = 512; // with more, all begin anew
    static constexpr Clock::duration first_pause = std::chrono::seconds(1);
    static constexpr Clock::duration last_pause = std::chrono::seconds(60);

    // True once for each turn of `model`.
    bool is_due(std::string_view model, TimePoint now);

private:
    struct Turn {
        TimePoint next;
        Clock::duration pause;
    };

    std::mutex mutex_;
    std::map<std::string, Turn, std::less<>> turns_;
};

} // namespace dragoman::gateway
