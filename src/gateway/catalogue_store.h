// The upstream's model list on disk, between two runs and for commands: when and where it was fetched, and
// the body as it came.
#pragma once

#include "base/result.h"
#include "config/config.h"
#include "route/catalogue.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace dragoman::gateway {

inline constexpr std::size_t model_list_max = 16 * limits::MiB;

struct KeptList {
    std::int64_t fetched_at = 0; // seconds since 1970
    route::Catalogue catalogue {};
};

// nullopt: nothing is kept, or it is another upstream's. A broken file is set aside, and the Error says so.
Result<std::optional<KeptList>> read_kept_list(
    const config::Config& config, const config::Upstream& upstream);
inline Result<std::optional<KeptList>> read_kept_list(const config::Config& config)
{
    return read_kept_list(config, config.main());
}

// `body` as it came from the upstream's models_url, just now.
Result<void> keep_list(const config::Config& config, const config::Upstream& upstream, std::string body);
inline Result<void> keep_list(const config::Config& config, std::string body)
{
    return keep_list(config, config.main(), std::move(body));
}

// Whether a list of that moment is younger than the configuration's refresh time; one of the future is not.
bool is_fresh(std::int64_t fetched_at, std::int64_t now, const config::Config& config);

std::int64_t now_unix();

} // namespace dragoman::gateway
