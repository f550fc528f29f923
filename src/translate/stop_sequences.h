// Enforces stop sequences on text as it streams by.
//
// Upstreams take four at most, or none, and none says which one hit. Text passes at once except for an end
// that may be the beginning of a sequence. The sequence that is complete first wins, wherever the text is
// cut.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

class StopSequences {
public:
    // Keeps a reference. Empty sequences count for nothing.
    explicit StopSequences(const std::vector<std::string>& sequences);

    bool active() const { return active_; }

    // Takes plain UTF-8 and appends to `out` what certainly precedes every sequence. Gives the sequence that
    // hit; after that nothing may be fed any more.
    std::optional<std::string_view> feed(std::string_view text, std::string& out);

    // What was held back turned out to be text.
    void flush(std::string& out);

private:
    std::size_t possible_beginning() const;

    const std::vector<std::string>& sequences_;
    bool active_ = false;
    std::string held_;
};

} // namespace dragoman::translate
