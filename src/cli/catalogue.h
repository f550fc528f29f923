// The catalogue for commands: what is on disk while it is fresh, else fetched and kept; when the upstream
// cannot be reached, what is on disk however old it is.
#pragma once

#include "base/environment.h"
#include "config/config.h"
#include "gateway/catalogues.h"
#include "route/catalogue.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::cli {

enum class Network : std::uint8_t {
    may_be_asked,
    asked_for_what_is_missing, // a list on disk will do, however old it is
    left_alone,
};

struct KnownModels {
    route::Catalogue catalogue {};
    std::int64_t age_s = 0;
    std::string trouble {}; // why there is no newer one; empty: there is no trouble
};

// An Error: nothing on disk, and nothing from the upstream. `upstream` is one of the configuration's, without
// one it is the first.
Result<KnownModels> known_models(const config::Config& config, const config::Upstream& upstream,
    const Environment& environment, std::string_view version, Network network,
    std::chrono::milliseconds patience = std::chrono::seconds(15));
inline Result<KnownModels> known_models(
    const config::Config& config, const Environment& environment, std::string_view version, Network network)
{
    return known_models(config, config.main(), environment, version, network);
}

// Of all of them, in the configuration's order, and the same as a gateway has it.
struct KnownUpstream {
    const config::Upstream* upstream;
    Result<KnownModels> models;
};
std::vector<KnownUpstream> known_upstreams(
    const config::Config& config, const Environment& environment, std::string_view version, Network network);
gateway::Catalogues catalogues_of(const std::vector<KnownUpstream>& known);

// Whether the upstream would answer to `id`: it is in the list, or short for one with a date at its end
// ("claude-opus-4-5" for "claude-opus-4-5-20251101"), or a preset, which no list has.
bool is_listed(std::string_view id, const route::Catalogue& catalogue);

std::vector<std::string> ids_of(const route::Catalogue& catalogue);

// With commas between; empty: nothing is near.
std::string nearest_ids(std::string_view wanted, const route::Catalogue& catalogue, std::size_t count);

std::string age_text(std::int64_t seconds); // "3 days", "1 hour", "a moment"
std::string window_text(std::uint64_t tokens); // "131k", "1M", "1.3M"
std::string price_text(double dollars_per_token); // for a million: "$0.05", "$15.00", "free"

} // namespace dragoman::cli
