// A configuration while it is being put together: values that can stand as they are, and those that depend on
// others and are settled at the end. Each layer (file, .env, environment, flags) writes over the one before.
#pragma once

#include "config/config.h"
#include "config/dotenv.h"
#include "config/load.h"
#include "config/mistakes.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::config {

// One key of several, as the file gives it: exactly one of the three.
struct KeyDraft {
    std::optional<Placed> key {}, file {};
    std::string env {};
    std::string place {};
    int weight = 1;
};

struct UpstreamDraft {
    std::string place {}; // of its table; empty: it stands in no file
    std::optional<Placed> base_url {}, messages_url {}, responses_url {}, models_url {};
    std::optional<Placed> dialect {}; // as it was written
    std::optional<Placed> key {}, key_file {};
    std::string key_env {};
    std::vector<KeyDraft> pool {};
    bool has_key_in_file() const { return key || key_file || !pool.empty(); }
};

struct Draft {
    Config config {};
    Mistakes mistakes {};

    // [models]
    std::optional<Placed> big {}, middle {}, small {};

    // [server]
    std::optional<std::string> listen_place {}; // set once anybody has said where to listen
    std::optional<Placed> token {}; // a literal from the environment; replaces the file's tokens
    std::optional<Placed> tokens_file {};

    // [metrics]
    std::optional<Placed> metrics {};

    // [upstreams.NAME], beside config.upstreams and in the same order
    std::vector<UpstreamDraft> upstreams { UpstreamDraft {} };

    // [[routes]]: where each and its targets stand, beside config.routes
    struct RoutePlace {
        std::string route {};
        std::string name {}; // of its name, if it has one
        std::vector<std::string> targets {};
    };
    std::vector<RoutePlace> route_places {};

    // Names of models that stand in the file, and may name an upstream in front
    std::vector<Placed> model_names {};

    std::string limits_place {}; // of [limits]
    std::string request_body_place {}; // of server.request_body; empty: the default
};

// toml_file.cpp: the file's content into the draft; every mistake with its line and column.
void apply_toml(Draft& draft, std::string_view text, const std::string& path);

// toml_upstreams.cpp, toml_routes.cpp: parts of it.
class TomlReader;
void read_upstreams(Draft& draft, TomlReader& file);
void read_routes(Draft& draft, TomlReader& file);
void read_limits(Draft& draft, TomlReader& file);

// environment_layer.cpp: everything but keys and base URLs.
void apply_dotenv(Draft& draft, const Dotenv& file, const std::string& directory);
void apply_environment(Draft& draft, const Environment& environment);

// settle_upstream.cpp: which keys are in force, which base URL goes with them, and the URLs that follow.
void settle_upstreams(Draft& draft, const Sources& sources, const Dotenv& dotenv);

// settle_routes.cpp: what people write in a pattern that knows `*` alone is warned about.
void check_pattern(Mistakes& mistakes, const Placed& pattern, std::string_view key);

// settle_routes.cpp: whether what routes and models name is there.
void settle_routes(Draft& draft);

// settle_contradictions.cpp: what can each stand by itself, and not together.
void find_contradictions(Draft& draft);

// settle_server.cpp: client tokens, and whether listening there is allowed without them.
void settle_server(Draft& draft, const Dotenv& dotenv);

// Where a listen address was given by host, by port or by both.
struct HostAndPort {
    std::optional<Placed> host {};
    std::optional<Placed> port {};
};
void apply_host_and_port(Draft& draft, const HostAndPort& given);
void apply_log_level(Draft& draft, const Placed& given);

} // namespace dragoman::config
