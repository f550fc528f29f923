// What `doctor` found: each finding about one thing, with what to do about it.
#pragma once

#include "cli/terminal.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dragoman::cli {

struct Finding {
    // note: nothing to do, but good to know. warning: it works, and will be a nuisance. failure: it does not.
    enum class Level : std::uint8_t { ok, note, warning, failure };
    std::string check {}; // "key", "network" …
    Level level = Level::ok;
    std::string text {};
    std::string remedy {}; // empty: none is needed
    std::string upstream {}; // whose; empty: of no single one
};

class Findings {
public:
    // `said` hears each finding as it is made.
    explicit Findings(std::function<void(const Finding&)> said)
        : said_(std::move(said))
    {
    }

    void ok(std::string check, std::string text);
    void note(std::string check, std::string text, std::string remedy = "");
    void warning(std::string check, std::string text, std::string remedy);
    void failure(std::string check, std::string text, std::string remedy);

    // Whose the following findings are; nobody's when it is empty.
    void about(std::string upstream) { upstream_ = std::move(upstream); }

    const std::vector<Finding>& all() const { return all_; }
    std::size_t count(Finding::Level level) const;

private:
    void add(Finding finding);

    std::function<void(const Finding&)> said_;
    std::vector<Finding> all_ {};
    std::string upstream_ {};
};

std::string_view name_of(Finding::Level level);

// Lines for people, and all of it for programs.
std::string finding_text(const Finding& finding, const Style& style, std::size_t width);
std::string findings_summary(const Findings& findings);
std::string findings_json(const Findings& findings);

} // namespace dragoman::cli
