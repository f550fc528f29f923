#include "config/draft.h"
#include "config/toml_reader.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace dragoman::config {
namespace {

using Words = std::array<std::string_view, 3>;

// People copy both loopback addresses; a machine without IPv6 serves on the other one.
void make_second_loopback_optional(std::vector<Endpoint>& endpoints)
{
    for (Endpoint& endpoint : endpoints) {
        const Endpoint twin { "127.0.0.1", endpoint.port, false };
        endpoint.optional |= endpoint.host == "::1" && std::ranges::find(endpoints, twin) != endpoints.end();
    }
}

void read_listen(Draft& draft, TomlReader& reader)
{
    std::vector<Placed> addresses;
    const toml::node* node = reader.get("listen");
    if (node != nullptr && node->is_string()) {
        if (auto one = reader.placed("listen"))
            addresses.push_back(std::move(*one));
    } else if (auto several = reader.texts("listen")) {
        addresses = std::move(*several);
    }
    if (node == nullptr)
        return;
    if (addresses.empty())
        return reader.complain("listen", "names no address");
    std::vector<Endpoint> endpoints;
    for (const Placed& address : addresses) {
        const auto parsed = parse_listen(address.text);
        if (!parsed) {
            draft.mistakes.add(address.place, "server.listen " + parsed.error());
            continue;
        }
        for (const Endpoint& endpoint : *parsed) {
            if (std::ranges::find(endpoints, endpoint) == endpoints.end())
                endpoints.push_back(endpoint);
        }
    }
    make_second_loopback_optional(endpoints);
    draft.config.server.listen = std::move(endpoints);
    draft.listen_place = addresses.front().place;
}

void read_names(TomlReader& reader, std::string_view key, std::vector<std::string>& out)
{
    const auto all = reader.texts(key);
    if (!all)
        return;
    out.clear();
    for (const Placed& one : *all) {
        if (is_header_word(one.text))
            out.push_back(one.text);
        else
            reader.mistakes().add(one.place, reader.full_name(key) + " holds something that is no name");
    }
}

void read_server(Draft& draft, const toml::table& table, const std::string& path)
{
    Server& server = draft.config.server;
    TomlReader reader(draft.mistakes, table, path, "server");
    read_listen(draft, reader);
    reader.whole("workers", server.workers, 1, 1024);
    if (const auto tokens = reader.texts("client_tokens")) {
        for (const Placed& token : *tokens) {
            if (is_header_word(token.text))
                server.client_tokens.emplace_back(token.text);
            else
                draft.mistakes.add(token.place,
                    "server.client_tokens holds something that is no token: one "
                    "word of ASCII");
        }
    }
    draft.tokens_file = reader.placed("client_tokens_file");
    reader.flag("allow_unauthenticated", server.allow_unauthenticated);
    read_names(reader, "allowed_hosts", server.allowed_hosts);
    read_names(reader, "allowed_origins", server.allowed_origins);
    reader.size("request_body", server.request_body, limits::KiB, 1024 * limits::MiB);
    reader.duration("client_idle", server.client_idle);
    reader.duration("write_stall", server.write_stall);
    reader.duration("drain", server.drain, Milliseconds(0));
    reader.duration("drain_interrupt", server.drain_interrupt, Milliseconds(0));
    reader.finish();
}

void read_map(Draft& draft, TomlReader& models)
{
    const toml::node* node = models.get("map");
    if (node == nullptr)
        return;
    const toml::array* entries = node->as_array();
    if (entries == nullptr || !std::ranges::all_of(*entries, [](const auto& e) { return e.is_table(); }))
        return models.complain("map", "must be written as [[models.map]] with from and to");
    for (const toml::node& entry : *entries) {
        TomlReader reader(draft.mistakes, *entry.as_table(), models.path(), "models.map");
        const auto from = reader.placed("from");
        const auto to = reader.placed("to");
        reader.finish();
        if (!from || !to)
            draft.mistakes.add(reader.place_of(entry.source()), "models.map needs both from and to");
        else
            draft.config.models.map.push_back({ from->text, to->text });
    }
}

bool is_name_of_a_model(std::string_view name) { return name.size() <= 256 && is_header_word(name); }

// Each key is a name, in the order of the file.
void read_short_names(Draft& draft, TomlReader& models)
{
    const toml::table* table = models.table("names");
    if (table == nullptr)
        return;
    TomlReader reader(draft.mistakes, *table, models.path(), "models.names");
    std::vector<const toml::key*> keys;
    for (const auto& [key, node] : *table)
        keys.push_back(&key);
    std::ranges::sort(keys, {},
        [](const toml::key* key) { return std::pair(key->source().begin.line, key->source().begin.column); });
    for (const toml::key* key : keys) {
        const auto to = reader.text(key->str());
        if (!is_name_of_a_model(key->str()) || key->str().contains('*'))
            reader.complain(key->str(), "is no name: one word of ASCII without *");
        else if (to && (!is_name_of_a_model(*to) || to->contains('*')))
            reader.complain(key->str(), R"(must be a model, such as "openai/gpt-oss-120b")");
        else if (to)
            draft.config.models.names.push_back({ std::string(key->str()), *to });
    }
}

void read_models(Draft& draft, const toml::table& table, const std::string& path)
{
    TomlReader reader(draft.mistakes, table, path, "models");
    draft.big = reader.placed("big");
    draft.middle = reader.placed("middle");
    draft.small = reader.placed("small");
    reader.whole("max_tokens", draft.config.models.max_tokens, 1, 100'000'000);
    read_names(reader, "favourites", draft.config.models.favourites);
    read_short_names(draft, reader);
    read_map(draft, reader);
    reader.finish();
}

void read_kind_of_upstream(Draft& draft, TomlReader& reader)
{
    Upstream& upstream = draft.config.upstream;
    static constexpr Words presets { "", "openrouter", "anthropic" };
    static constexpr std::array<std::string_view, 4> dialects { "auto", "chat", "messages", "responses" };
    static constexpr std::array<std::string_view, 2> auths { "bearer", "x-api-key" };
    draft.base_url = reader.placed("base_url");
    if (const auto preset = reader.choice("preset", std::span(presets).subspan(1)))
        upstream.preset = static_cast<Upstream::Preset>(*preset + 1);
    else if (const auto named = std::ranges::find(presets, upstream.name); named != presets.end())
        upstream.preset = static_cast<Upstream::Preset>(named - presets.begin());
    else
        upstream.preset = Upstream::Preset::none;
    if (upstream.preset == Upstream::Preset::none && !draft.base_url)
        reader.complain("", R"(needs preset = "openrouter", preset = "anthropic", or a base_url)");
    if (upstream.preset == Upstream::Preset::anthropic) {
        upstream.dialect = Upstream::Dialect::messages;
        upstream.auth = Upstream::Auth::x_api_key;
    } else if (upstream.preset == Upstream::Preset::none) {
        upstream.dialect = Upstream::Dialect::chat;
    }
    if (const auto dialect = reader.choice("dialect", dialects))
        upstream.dialect = static_cast<Upstream::Dialect>(*dialect);
    if (const auto auth = reader.choice("auth", auths))
        upstream.auth = static_cast<Upstream::Auth>(*auth);
}

void read_key(Draft& draft, TomlReader& reader)
{
    draft.key = reader.placed("key");
    draft.key_file = reader.placed("key_file");
    reader.text("key_env", draft.key_env);
    if (draft.key && draft.key_file)
        reader.complain("key_file", "and key cannot both be given");
    if (draft.key && !is_header_word(draft.key->text))
        reader.complain("key", "is no key: a key is one word of ASCII");
    Upstream& upstream = draft.config.upstream;
    upstream.key_required =
        upstream.preset != Upstream::Preset::none || draft.key || draft.key_file || !draft.key_env.empty();
}

void read_attribution(TomlReader& reader, std::string_view key, std::string& out)
{
    const auto value = reader.text(key);
    if (value && !is_header_text(*value))
        reader.complain(key, "must be printable ASCII, since it is sent as a header");
    else if (value)
        out = *value;
}

void read_upstream(Draft& draft, const toml::table& table, const std::string& path)
{
    Upstream& upstream = draft.config.upstream;
    static constexpr std::array<std::string_view, 2> absent { "omit", "off" };
    TomlReader reader(draft.mistakes, table, path, "upstreams." + upstream.name);
    read_kind_of_upstream(draft, reader);
    read_key(draft, reader);
    draft.messages_url = reader.placed("messages_url");
    draft.models_url = reader.placed("models_url");
    reader.duration("connect", upstream.connect);
    reader.duration("first_byte", upstream.first_byte);
    reader.duration("idle", upstream.idle);
    reader.duration("stream_total", upstream.stream_total);
    reader.size("whole_answer", upstream.whole_answer, limits::KiB, 1024 * limits::MiB);
    read_attribution(reader, "site_url", upstream.site_url);
    read_attribution(reader, "site_name", upstream.site_name);
    if (const auto thinking = reader.choice("absent_thinking", absent))
        upstream.absent_thinking = static_cast<Upstream::AbsentThinking>(*thinking);
    reader.flag("inline_think", upstream.inline_think);
    reader.flag("sources_footer", upstream.sources_footer);
    if (reader.get("quirks") != nullptr)
        reader.complain("quirks", "is not there yet; this version does not know it");
    reader.finish();
}

void read_upstreams(Draft& draft, const toml::table& table, const std::string& path)
{
    bool first = true;
    // In the order of the file, so that it is the later one that is too many.
    std::vector<std::pair<const toml::key*, const toml::node*>> all;
    for (const auto& [key, node] : table)
        all.emplace_back(&key, &node);
    std::ranges::sort(all, {}, [](const auto& one) { return one.first->source().begin.line; });
    for (const auto& [key, node] : all) {
        const std::string place =
            fmt::format("{}:{}:{}", path, key->source().begin.line, key->source().begin.column);
        if (!node->is_table()) {
            draft.mistakes.add(place, fmt::format("upstreams.{} must be a table", key->str()));
        } else if (!std::exchange(first, false)) {
            draft.mistakes.add(place,
                fmt::format("upstreams.{}: a second upstream is not there yet; this version "
                            "takes one",
                    key->str()));
        } else {
            draft.config.upstream.name = std::string(key->str());
            read_upstream(draft, *node->as_table(), path);
        }
    }
}

void read_log(Draft& draft, const toml::table& table, const std::string& path)
{
    Log& log = draft.config.log;
    TomlReader reader(draft.mistakes, table, path, "log");
    if (const auto name = reader.text("level")) {
        if (const auto level = log::level_of(*name))
            log.level = *level;
        else
            reader.complain("level", "must be trace, debug, info, warning or error");
    }
    reader.text("file", log.file);
    reader.text("capture", log.capture);
    reader.size("capture_max", log.capture_max, limits::MiB, std::size_t { 1 } << 40U);
    reader.finish();
}

void read_catalogue(Draft& draft, const toml::table& table, const std::string& path)
{
    Catalogue& catalogue = draft.config.catalogue;
    TomlReader reader(draft.mistakes, table, path, "catalogue");
    reader.flag("enabled", catalogue.enabled);
    reader.duration("refresh", catalogue.refresh, std::chrono::minutes(1));
    reader.text("file", catalogue.file);
    reader.finish();
}

void read_metrics(Draft& draft, const toml::table& table, const std::string& path)
{
    TomlReader reader(draft.mistakes, table, path, "metrics");
    draft.metrics = reader.placed("listen");
    reader.finish();
}

void read_all(Draft& draft, const toml::table& file, const std::string& path)
{
    TomlReader reader(draft.mistakes, file, path, "");
    if (const auto* table = reader.table("server"))
        read_server(draft, *table, path);
    if (const auto* table = reader.table("models"))
        read_models(draft, *table, path);
    if (const auto* table = reader.table("upstreams"))
        read_upstreams(draft, *table, path);
    if (const auto* table = reader.table("log"))
        read_log(draft, *table, path);
    if (const auto* table = reader.table("catalogue"))
        read_catalogue(draft, *table, path);
    if (const auto* table = reader.table("metrics"))
        read_metrics(draft, *table, path);
    reader.text("state_directory", draft.config.state_directory);
    for (const std::string_view later : { "routes", "limits" }) {
        if (reader.get(later) != nullptr)
            reader.complain(later, "is not there yet; this version does not know it");
    }
    reader.finish();
}

// Line and column of a mistake that says "path:line:column: ...".
std::pair<int, int> position_of(std::string_view mistake, const std::string& path)
{
    std::pair<int, int> position { 0, 0 };
    mistake.remove_prefix(std::min(path.size() + 1, mistake.size()));
    const char* const end = mistake.data() + mistake.size();
    const auto line = std::from_chars(mistake.data(), end, position.first);
    if (line.ec == std::errc {} && line.ptr != end)
        (void)std::from_chars(line.ptr + 1, end, position.second);
    return position;
}

} // namespace

void apply_toml(Draft& draft, std::string_view text, const std::string& path)
{
    try {
        read_all(draft, toml::parse(text, path), path);
        // Tables are walked by name; people read from top to bottom.
        std::ranges::stable_sort(
            draft.mistakes.mistakes, {}, [&](const std::string& one) { return position_of(one, path); });
    } catch (const toml::parse_error& error) {
        // The parser's sentence may quote the line, and the line may hold a key: the quote is left out.
        std::string_view what = error.description();
        const auto quote = what.find('\'');
        const auto end = quote == std::string_view::npos ? what.size() : quote;
        draft.mistakes.add(
            fmt::format("{}:{}:{}", path, error.source().begin.line, error.source().begin.column),
            fmt::format("this is not TOML: {}", trim(what.substr(0, end))));
    }
}

} // namespace dragoman::config
