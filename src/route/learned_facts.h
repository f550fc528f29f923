// What refusals and real answers taught about a model of an upstream, beside what its catalogue says.
//
// Only what holds for everybody is learned: a parameter that the model refuses, not a request that was wrong.
// What one conversation holds and a model refuses is remembered for that session alone, by a memory of its
// own. Facts are added and tightened, never loosened, until somebody clears them: a fact that came and went
// within a session would change the beginning of its conversation. Thread-safe and bounded; the text form is
// for a file, which several programs may share.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::route {

// All of it for one model at one upstream. What is false or absent is not known.
struct LearnedFacts {
    std::set<std::string> refused_parameters {};
    std::optional<std::uint64_t> context_length {}; // tokens, as a refusal named it
    std::optional<std::uint64_t> max_output {};
    bool no_images = false;
    bool no_forced_tool = false; // tool_choice other than auto, while it thinks
    bool never_forced = false; // the same, whether it thinks or not
    bool no_system_later = false; // a system message has to be the first
    bool no_system = false; // and there may be none
    bool no_strict = false;
    bool simple_schemas = false;
    bool no_cache_control = false;
    bool no_foreign_thinking = false; // history without thinking, unless it is signed
    bool no_thoughts_back = false; // history without thinking
    bool needs_reasoning_content = false;
    bool wants_max_completion_tokens = false;
    bool wants_max_tokens = false; // by that name
    bool thinks_in_text = false; // between <think> and </think>

    bool empty() const { return *this == LearnedFacts {}; }
    bool operator==(const LearnedFacts&) const = default;
};

// Both together: the union of what is refused, the smaller of two limits. Of two names for max_tokens the
// newer, `added`, counts. At most 64 parameters are kept.
LearnedFacts merged(LearnedFacts known, const LearnedFacts& added);

// For people: "no pictures", "refuses temperature and top_p", "at most 8192 tokens of output".
std::vector<std::string> descriptions(const LearnedFacts& facts);

class LearnedMemory {
public:
    explicit LearnedMemory(std::size_t models_max = 1024);

    // True when something new was learned. The model that was learned of longest ago makes room.
    bool learn(std::string_view upstream, std::string_view model, const LearnedFacts& facts,
        WallClock::time_point now);

    // Nothing is known of any model: one look, without a lock.
    bool empty() const { return !knows_any_.load(std::memory_order_acquire); }
    LearnedFacts find(std::string_view upstream, std::string_view model) const; // empty: nothing known

    // An empty name stands for all. Returns how many models were forgotten.
    std::size_t clear(std::string_view upstream = {}, std::string_view model = {});

    // Of one of them, or of all where the names are empty; in order.
    struct Known {
        std::string upstream {};
        std::string model {};
        LearnedFacts facts {};
    };
    std::vector<Known> known(std::string_view upstream = {}, std::string_view model = {}) const;

    std::size_t size() const;

    // Ordered by upstream and model, so that the same facts are the same text.
    std::string to_json() const;

    // Adds what `text` holds to what is known. Fields of other versions are passed over; Error::bad_request
    // when it is no such file, and nothing is added then.
    Result<void> add_json(std::string_view text);

    // For a file that others may change: what it holds counts, and beside it what was learned here since the
    // last call. An empty text holds nothing. True when that added something, so that the file is to be
    // written. An Error leaves everything as it was.
    Result<bool> follow(std::string_view text);
    bool take_news(); // the same when nobody has changed the file
    bool has_news() const { return has_news_.load(std::memory_order_acquire); } // for both

private:
    using Key = std::pair<std::string, std::string>; // upstream, model
    struct Entry {
        LearnedFacts facts {};
        std::int64_t learned_s = 0; // since 1970
    };

    using Entries = std::map<Key, Entry>;

    static Result<Entries> read(std::string_view text, std::size_t models_max);
    static bool add(
        Entries& entries, Key key, const LearnedFacts& facts, std::int64_t now_s, std::size_t models_max);
    void count();

    std::size_t models_max_;
    mutable std::mutex mutex_ {};
    Entries entries_ {};
    Entries news_ {}; // learned since the last follow()
    std::atomic<bool> knows_any_ = false;
    std::atomic<bool> has_news_ = false;
};

} // namespace dragoman::route
