// What is in force: plain structs with defaults, filled by load.h, read-only from then on. Every number that
// a person may set has its default in base/limits.h. The file's shape is shown in examples/.
#pragma once

#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "route/quirks.h"
#include "route/route_table.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::config {

using Milliseconds = std::chrono::milliseconds;

struct Endpoint {
    std::string host {}; // a name or an address, IPv6 without brackets
    std::uint16_t port = 8080;
    bool optional = false; // the machine may not have this address; ::1 unless it was asked for
    bool operator==(const Endpoint&) const = default;
};
std::string to_string(const Endpoint& endpoint); // "[::1]:8080"
bool is_loopback(std::string_view host); // 127.0.0.0/8, ::1, localhost and what ends in .localhost

struct Server {
    std::vector<Endpoint> listen { { "127.0.0.1", 8080, false }, { "::1", 8080, true } };
    int workers = 1;
    std::vector<Secret> client_tokens {}; // none: none is needed
    std::string client_tokens_file {}; // where they (also) come from, one a line; watched
    bool allow_unauthenticated = false;
    std::vector<std::string> allowed_hosts {};
    std::vector<std::string> allowed_origins {};
    std::size_t request_body = limits::request_body;
    Milliseconds client_idle = limits::client_idle;
    Milliseconds write_stall = limits::client_write_stall;
    Milliseconds drain = limits::drain_terminate; // after SIGTERM
    Milliseconds drain_interrupt = limits::drain_interrupt; // after SIGINT
};

struct ModelMapping {
    std::string from {}; // a name, or a pattern with '*'
    std::string to {};
    bool operator==(const ModelMapping&) const = default;
};

struct Models {
    std::string big = "openai/gpt-oss-120b";
    std::string middle = "openai/gpt-oss-120b"; // resolved: the big one unless set
    std::string small = "openai/gpt-oss-120b"; // resolved: the big one unless set
    std::vector<ModelMapping> names {}; // short names of the person's own, exact, before everything else
    std::vector<ModelMapping> map {}; // first match wins, before the families
    std::vector<std::string> favourites {}; // offered by a client's picker, besides the others
    int max_tokens = limits::default_max_tokens; // when the client names none
};

// Where a key came from, for people; the path only where it can change.
struct KeySource {
    enum class Kind : std::uint8_t { none, environment, dotenv, file, credential };
    Kind kind = Kind::none;
    std::string name {}; // OPENROUTER_API_KEY, or the file's path
    std::string file {}; // to be watched; empty when the key is a literal
};
std::string to_string(const KeySource& source);

// One of an upstream's keys. A session stays on the key it began with; new ones are dealt out by weight.
struct UpstreamKey {
    Secret value {};
    KeySource source {};
    int weight = 1;
};

// What a person states about a model that its upstream's list does not tell. Unset: not said.
struct ModelStatement {
    std::string model {}; // as the upstream names it, or a pattern with '*'
    std::optional<std::uint64_t> context {}; // tokens, prompt and answer together
    std::optional<std::uint64_t> output {}; // tokens of one answer
    std::optional<bool> images {};
    std::optional<bool> files {};
    std::optional<bool> tools {};
    std::optional<bool> thinking {};
    route::Quirks quirks {}; // more than the upstream has
    route::Quirks not_quirks {}; // and fewer
};

struct Upstream {
    enum class Dialect : std::uint8_t { automatic, chat, messages, responses };
    enum class Auth : std::uint8_t { bearer, x_api_key, api_key };
    enum class AbsentThinking : std::uint8_t { omit, off };

    std::string name = "openrouter"; // "home" of [upstreams.home]
    std::string preset = "openrouter"; // of presets.h; empty: none
    std::string title = "OpenRouter"; // for people
    std::string base_url = "https://openrouter.ai/api/v1"; // where /chat/completions is; no slash at the end
    std::string chat_url = "https://openrouter.ai/api/v1/chat/completions";
    std::string messages_url = "https://openrouter.ai/api/v1/messages";
    std::string responses_url = "https://openrouter.ai/api/v1/responses";
    std::string models_url = "https://openrouter.ai/api/v1/models";
    Dialect dialect = Dialect::automatic; // messages for anthropic/*, chat for the rest
    Auth auth = Auth::bearer;
    std::vector<UpstreamKey> keys {}; // empty: none
    std::string key_name = "OPENROUTER_API_KEY"; // the variable to name when there is no key
    bool key_required = true; // false: a server of one's own that asks for none
    std::vector<std::pair<std::string, std::string>> headers {}; // sent with every request
    route::Quirks quirks {}; // the preset's
    route::Quirks stated {}; // what the configuration adds
    route::Quirks not_stated {}; // and takes away
    bool vendor_in_slugs = true; // models are named vendor/model: a name without a slash is none
    bool claude_names = false; // knows Claude's own names: they go through as they are
    std::string
        big {}; // stands for Claude's names where only the upstream is named; empty: the first of its list
    std::string middle {};
    std::string small {};
    std::vector<ModelStatement> models {}; // first match wins

    Milliseconds connect = limits::connect_time; // an address, TLS included
    Milliseconds first_byte = limits::first_byte;
    Milliseconds idle = limits::stream_silence; // without a data event
    Milliseconds stream_total = limits::stream_total;
    std::size_t whole_answer = limits::whole_answer; // not streamed
    int parallel = 0; // requests at a time; 0: as many as come
    int breaker_failures = limits::breaker_failures; // in a row, then it rests; 0: never
    Milliseconds breaker_rest = limits::breaker_rest;

    std::string site_url {}; // attribution: HTTP-Referer
    std::string site_name = "dragoman"; // attribution: X-OpenRouter-Title

    AbsentThinking absent_thinking = AbsentThinking::omit; // what a request without `thinking` asks for
    bool sources_footer = false; // name cited sources below every answer

    route::Quirks all_quirks() const { return (quirks | stated).without(not_stated); }
    bool is(std::string_view preset_name) const { return preset == preset_name; }
    const Secret& key() const; // the first; empty when there is none
    const KeySource& key_source() const;
    bool degraded() const { return key_required && keys.empty(); }
};
std::string_view name_of(Upstream::Dialect dialect);

// How much may be asked for at a time. 0: as much as comes.
struct Allowance {
    int requests = 0; // at a time
    int requests_a_minute = 0;
    std::size_t body_bytes = 0; // of the requests that are in memory
};
struct Limits {
    Allowance each {}; // of the client tokens
    Allowance all { .body_bytes = limits::request_bodies_in_memory };
};

struct Log {
    log::Level level = log::Level::info;
    std::string file {};
    std::string capture {}; // a folder for whole exchanges; empty: none
    std::size_t capture_max = 1024 * limits::MiB; // of the folder, oldest first to go
};

struct Catalogue {
    bool enabled = true;
    Milliseconds refresh = std::chrono::hours(1);
    std::string file {}; // resolved below the cache directory; empty: kept in memory only
};

struct Metrics {
    std::vector<Endpoint> listen {}; // where Prometheus may ask; empty: nowhere
};

struct Config {
    Server server {};
    Models models {};
    std::vector<Upstream> upstreams { Upstream {} }; // in the order of the file, never empty
    Limits limits {};
    std::vector<route::Route> routes {}; // the first that fits a request counts
    bool client_targets = true; // a client may name upstream/model, or send x-dragoman-route
    Log log {};
    Catalogue catalogue {};
    Metrics metrics {};
    std::string state_directory {}; // resolved; empty: nothing is kept
    bool demo = false; // the scripted upstream answers
    std::string file {}; // the configuration file that was read; empty: none

    // The first upstream: for models that name none.
    const Upstream& main() const { return upstreams.front(); }
    Upstream& main() { return upstreams.front(); }
    const Upstream* upstream(std::string_view name) const; // null: there is none of that name

    bool degraded() const; // no upstream has the key that it needs
    std::string missing_keys() const; // while it is degraded: the variables, "A or B"
    bool client_token_required() const { return !server.client_tokens.empty(); }
};

} // namespace dragoman::config
