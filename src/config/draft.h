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

    // [upstreams.NAME]
    std::optional<Placed> base_url {}, messages_url {}, models_url {};
    std::optional<Placed> key {}, key_file {};
    std::string key_env {};
    bool dialect_set = false;
};

// toml_file.cpp: the file's content into the draft; every mistake with its line and column.
void apply_toml(Draft& draft, std::string_view text, const std::string& path);

// environment_layer.cpp: everything but keys and base URLs.
void apply_dotenv(Draft& draft, const Dotenv& file, const std::string& directory);
void apply_environment(Draft& draft, const Environment& environment);

// settle_upstream.cpp: which key is in force, which base URL goes with it, and the URLs that follow.
void settle_upstream(Draft& draft, const Sources& sources, const Dotenv& dotenv);

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
