// Whether the upstream accepts a key, and what it says about it. OpenRouter has an endpoint for that; every
// other server is asked for its models. Neither costs anything.
// https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key
#pragma once

#include "base/environment.h"
#include "config/config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

struct KeyReport {
    enum class Verdict : std::uint8_t { accepted, refused, unreachable, unclear };
    Verdict verdict = Verdict::unclear;
    int status = 0; // 0: there was no answer
    std::string trouble {}; // a sentence, when it was not accepted
    std::string date {}; // of the answer, for whoever compares clocks

    // What OpenRouter says.
    std::optional<double> limit_remaining {}; // dollars; none: the key has no limit of its own
    std::optional<double> usage {};
    bool free_tier = false; // nothing was ever paid
    bool management = false; // for managing other keys: no model answers it
    std::string expires {};
};

// With the upstream's own key, the first of several.
KeyReport check_key(
    const config::Upstream& upstream, const Environment& environment, std::string_view version);
inline KeyReport check_key(
    const config::Config& config, const Environment& environment, std::string_view version)
{
    return check_key(config.main(), environment, version);
}

// "12.50 dollars of its limit are left; ...", or empty.
std::string credit_text(const KeyReport& report);

// What it asks: for people who look for what is in the way.
std::string key_check_url(const config::Upstream& upstream);
inline std::string key_check_url(const config::Config& config) { return key_check_url(config.main()); }

} // namespace dragoman::cli
