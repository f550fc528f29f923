// What real answers teach about the estimate: for each upstream model the ratio of billed to estimated
// tokens, as a moving average. After one answer the next estimate is already near.
//
// Shared by all workers, at most 512 models, the one not heard of for longest gives way. Looked at once
// before and once after an answer, never for an event of a stream. save() and load() are the whole of what is
// kept over restarts; where it is kept is the caller's business.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace dragoman::tokens {

class Calibration {
public:
    static constexpr double ratio_min = 0.5;
    static constexpr double ratio_max = 2.5;
    static constexpr std::size_t models_max = 512;

    // `billed` tokens of prompt (cached ones included) for what was estimated, uncorrected, as `estimated`.
    // Ignored when one of them is tiny, and when no tokenizer could explain the difference.
    void learn(std::string_view model, std::uint64_t estimated, std::uint64_t billed);

    // What to multiply an estimate with; a model's variants (":free") share it. Before anything was learned a
    // starting value, which for most models is 1.
    double ratio(std::string_view model) const;

    // The corrected estimate; at least 1.
    std::uint64_t correct(std::string_view model, std::uint64_t estimated) const;

    // Grows with each sample that was taken: whoever saves compares it.
    std::uint64_t samples() const;
    std::uint64_t samples(std::string_view model) const; // of that model

    // {"version":1,"models":{"openai/gpt-oss-120b":{"ratio":1.083,"samples":12},…}}, sorted by name.
    std::string save() const;

    // Replaces what was learned. An Error (bad_request, what is wrong and where) leaves it as it was; single
    // entries that make no sense are skipped.
    Result<void> load(std::string_view text);

private:
    struct Entry {
        double ratio = 1;
        std::uint64_t samples = 0;
        std::uint64_t heard_at = 0; // samples_ when it was last heard of
    };
    using Entries = std::map<std::string, Entry, std::less<>>;
    void make_room();

    mutable std::mutex mutex_;
    Entries entries_;
    std::uint64_t samples_ = 0;
};

} // namespace dragoman::tokens
