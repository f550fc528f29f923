#include "route/catalogue.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace dragoman::route {

namespace {

constexpr std::size_t compared_max = 80; // characters; names are shorter

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t { 0 });
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({ replaced, row[j] + 1, row[j + 1] + 1 });
        }
    }
    return row.back();
}

std::string_view after_slash(std::string_view id) { return id.substr(id.rfind('/') + 1); }

} // namespace

// A name that another one begins with is nearer than its length says: "gpt-5" may well mean "openai/gpt-5.1".
std::vector<std::string> nearest(
    std::string_view wanted, const std::vector<std::string>& known, std::size_t count)
{
    wanted = wanted.substr(0, compared_max);
    const std::size_t far = std::max<std::size_t>(2, wanted.size() / 3);
    std::vector<std::pair<std::size_t, std::string_view>> ranked;
    for (const auto& id : known) {
        const auto whole = std::string_view(id).substr(0, compared_max);
        const auto name = after_slash(whole);
        std::size_t score = std::min(distance(wanted, whole), distance(after_slash(wanted), name));
        if (!wanted.empty() && name.starts_with(wanted))
            score = std::min(score, std::size_t { 1 });
        if (score <= far)
            ranked.emplace_back(score, id);
    }
    std::sort(ranked.begin(), ranked.end());
    ranked.erase(std::unique(ranked.begin(), ranked.end()), ranked.end());
    ranked.resize(std::min(ranked.size(), count));
    std::vector<std::string> result;
    for (const auto& [score, id] : ranked)
        result.emplace_back(id);
    return result;
}

} // namespace dragoman::route
