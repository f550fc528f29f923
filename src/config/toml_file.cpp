#include "config/draft.h"
#include "config/toml_reader.h"
#include "route/model_pattern.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace dragoman::config {
namespace {

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
    reader.flag("client_targets", draft.config.client_targets);
    read_names(reader, "allowed_hosts", server.allowed_hosts);
    read_names(reader, "allowed_origins", server.allowed_origins);
    reader.size("request_body", server.request_body, limits::KiB, 1024 * limits::MiB);
    if (table.get("request_body") != nullptr)
        draft.request_body_place = reader.place_of("request_body");
    reader.duration("client_idle", server.client_idle);
    reader.duration("write_stall", server.write_stall);
    reader.duration("drain", server.drain, Milliseconds(0));
    reader.duration("drain_interrupt", server.drain_interrupt, Milliseconds(0));
    reader.finish();
}

// The first that matches counts.
void warn_of_never_reached(Draft& draft, const Placed& from)
{
    for (const ModelMapping& before : draft.config.models.map)
        if (before.from == from.text || before.from == "*"
            || (!from.text.contains('*') && route::matches(before.from, from.text)))
            return draft.mistakes.warn(from.place,
                fmt::format("models.map: {} never counts: whatever is like it is like {} before; put it "
                            "before that one",
                    from.text, before.from));
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
        else if (!is_header_word(from->text))
            reader.complain("from", "is no name of a model: one word of ASCII, in which * is any text");
        else if (!is_header_word(to->text) || to->text.contains('*'))
            reader.complain(
                "to", R"(is no name of a model: one word of ASCII without *, such as "openai/gpt-oss-120b")");
        else {
            check_pattern(draft.mistakes, *from, "models.map.from");
            warn_of_never_reached(draft, *from);
            draft.config.models.map.push_back({ from->text, to->text });
            draft.model_names.push_back(*to);
        }
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
        else if (to) {
            draft.config.models.names.push_back({ std::string(key->str()), *to });
            draft.model_names.push_back({ *to, reader.place_of(key->str()) });
        }
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
    for (const auto& given : { draft.big, draft.middle, draft.small })
        if (given)
            draft.model_names.push_back(*given);
    reader.finish();
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
    read_upstreams(draft, reader);
    read_routes(draft, reader);
    read_limits(draft, reader);
    if (const auto* table = reader.table("log"))
        read_log(draft, *table, path);
    if (const auto* table = reader.table("catalogue"))
        read_catalogue(draft, *table, path);
    if (const auto* table = reader.table("metrics"))
        read_metrics(draft, *table, path);
    reader.text("state_directory", draft.config.state_directory);
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

std::string_view line_of(std::string_view text, std::size_t number)
{
    for (; number > 1 && text.contains('\n'); --number)
        text.remove_prefix(text.find('\n') + 1);
    return text.substr(0, text.find('\n'));
}

// The key or the table that a line begins with; nothing of a value, which may be a secret.
std::string_view name_in(std::string_view line)
{
    line = trim(line);
    const bool is_table = line.starts_with('[');
    const std::string_view name =
        is_table ? line.substr(0, line.find_last_of(']') + 1) : trim(line.substr(0, line.find('=')));
    const bool is_plain = std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view("[]._-\"*/ :").contains(static_cast<char>(c));
    });
    return is_plain && (is_table || line.contains('=')) ? name : std::string_view();
}

// The parser's sentence may quote the line, and the line may hold a key: only a sign that it wants is kept.
std::string_view without_the_line(std::string_view what)
{
    constexpr std::string_view wants = "expected '";
    what = what.substr(0, what.find(", saw"));
    std::size_t quote = what.find('\'');
    if (const std::size_t wanted = what.find(wants); wanted != std::string_view::npos) {
        const std::size_t end = what.find('\'', wanted + wants.size());
        const std::string_view sign = what.substr(wanted + wants.size(), end - wanted - wants.size());
        const bool is_sign = end != std::string_view::npos && sign.size() <= 2
            && std::ranges::all_of(sign, [](unsigned char c) { return std::ispunct(c) != 0; });
        if (is_sign && wanted + wants.size() - 1 == quote)
            quote = end + 1;
    }
    return trim(what.substr(0, quote));
}

// What people do most often, in the parser's words.
std::string remedy_for(std::string_view what, std::string_view line)
{
    const std::string_view name = name_in(line);
    if (trim(line).starts_with('{'))
        return "; it looks like JSON: `dragoman init --import` reads that of other programs";
    if (what.contains("key-value pair") && !line.contains('=') && line.contains(':'))
        return "; it looks like YAML: write KEY = VALUE, or let `dragoman init --import` read the file of "
               "another program";
    if (what.contains("cannot redefine"))
        return fmt::format(
            "; {} stands there twice: keep one of them", name.empty() ? std::string_view("this") : name);
    if (what.contains("could not determine value type"))
        return fmt::format("; the value of {} needs quotes, if it is a text",
            name.empty() ? std::string_view("this line") : name);
    if (what.contains("while parsing string"))
        return fmt::format(
            "; the text of {} is not closed by a quote", name.empty() ? std::string_view("this line") : name);
    return {};
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
        const std::string_view what = error.description();
        draft.mistakes.add(
            fmt::format("{}:{}:{}", path, error.source().begin.line, error.source().begin.column),
            fmt::format("this is not TOML: {}{}", without_the_line(what),
                remedy_for(what, line_of(text, error.source().begin.line))));
    }
}

} // namespace dragoman::config
