// Which keys are in force, and which base URL goes with them. The two are decided together, since a key must
// never go where it does not belong: OPENAI_API_KEY is usually a key for api.openai.com, OPENAI_BASE_URL is
// usually meant for another program, and a .env file may be part of a repository that somebody else wrote.
#include "config/base_url.h"
#include "config/draft.h"
#include "config/presets.h"
#include "config/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dragoman::config {
namespace {

constexpr std::string_view openrouter_name = "OPENROUTER_API_KEY";
constexpr std::string_view openai_name = "OPENAI_API_KEY";
constexpr std::array<std::string_view, 3> url_names { "OPENROUTER_BASE_URL", "OPENAI_BASE_URL", "BASE_URL" };

struct Candidate {
    FoundSecret secret {};
    std::string name {}; // of the variable; empty: the configuration file's own key
    std::string place {};
};

// One upstream, and everywhere that something about it may stand.
struct Places {
    Draft& draft;
    Upstream& upstream;
    UpstreamDraft& given;
    const Environment& environment;
    const Dotenv& dotenv;

    std::optional<Placed> in_environment(std::string_view name) const
    {
        const auto value = lookup(environment, name);
        if (!value || bare_value(*value).empty())
            return std::nullopt;
        return Placed { std::string(bare_value(*value)), std::string(name) };
    }
    std::optional<Placed> in_dotenv(std::string_view name) const
    {
        const Dotenv::Entry* entry = dotenv.find(name);
        if (entry == nullptr || bare_value(entry->value).empty())
            return std::nullopt;
        return Placed { std::string(bare_value(entry->value)),
            fmt::format(".env:{}: {}", entry->line, name) };
    }
    bool any_url_in_environment() const
    {
        return std::ranges::any_of(url_names, [&](auto name) { return in_environment(name).has_value(); });
    }
    bool any_url_in_dotenv() const
    {
        return std::ranges::any_of(url_names, [&](auto name) { return in_dotenv(name).has_value(); });
    }
};

// "upstreams.home.base_url", as it would stand in the file.
std::string name_in_file(const Places& places, std::string_view key)
{
    return fmt::format("upstreams.{}.{}", places.upstream.name, key);
}

bool is_from_file(const Places& places, const Placed& placed)
{
    return places.given.base_url && places.given.base_url->place == placed.place;
}

// People leave out what a browser adds.
std::string with_scheme(std::string_view url)
{
    const std::string_view text = trim(url);
    if (text.contains("://") || !check_url(std::string("http://").append(text)))
        return {};
    const bool is_here =
        text.starts_with("127.") || text.starts_with("localhost") || text.starts_with("[::1]");
    return fmt::format("; did you mean {}://{}?", is_here ? "http" : "https", text);
}

// The variables that may hold this upstream's key. OPENAI_API_KEY is OpenRouter's only while no upstream is
// OpenAI.
std::vector<std::string> names_of(const Places& places)
{
    if (!places.given.key_env.empty())
        return { places.given.key_env };
    if (places.upstream.key_name.empty())
        return {};
    const auto& all = places.draft.config.upstreams;
    const bool openai_is_there =
        std::ranges::any_of(all, [](const Upstream& one) { return one.is("openai"); });
    if (places.upstream.is("openrouter") && !openai_is_there)
        return { std::string(openrouter_name), std::string(openai_name) };
    return { places.upstream.key_name };
}

// Somebody who has set up a key does not expect the folder they are in to say who gets the conversations.
bool has_key_in_file(const Places& places) { return places.given.has_key_in_file(); }

// OPENAI_API_KEY counts when it is OpenRouter's by its looks, or when somebody said where it shall go.
bool is_usable(const Places& places, const Candidate& candidate)
{
    if (candidate.name != openai_name || !places.upstream.is("openrouter")
        || candidate.secret.value.reveal().starts_with("sk-or-"))
        return true;
    const bool own_file = candidate.secret.source.kind == KeySource::Kind::dotenv;
    return places.any_url_in_environment() || places.given.base_url
        || (own_file && places.any_url_in_dotenv() && !has_key_in_file(places));
}

void explain_unusable(const Places& places, const Candidate& candidate)
{
    places.draft.mistakes.warn(candidate.place,
        fmt::format(
            "is not used: it does not begin with sk-or-, so it is not OpenRouter's. Set {} to a key of "
            "OpenRouter's, or set OPENAI_BASE_URL to the server that this key belongs to",
            openrouter_name));
}

// In the order of precedence, one after the other: what is not needed is not read, so that a missing file is
// no mistake while a key in the environment is in force.
std::optional<Candidate> first_usable(const Places& places, std::vector<Candidate>& unusable)
{
    Draft& draft = places.draft;
    const auto names = names_of(places);
    for (const std::string& name : names) {
        auto found = find_secret(places.environment, name, draft.mistakes);
        if (!found)
            continue;
        Candidate candidate { std::move(*found), name, name };
        if (is_usable(places, candidate))
            return candidate;
        unusable.push_back(std::move(candidate));
    }
    for (const std::string& name : names) {
        const auto found = places.in_dotenv(name);
        if (!found)
            continue;
        Candidate candidate { { Secret(found->text), { KeySource::Kind::dotenv, name, {} } }, name,
            found->place };
        if (is_usable(places, candidate))
            return candidate;
        unusable.push_back(std::move(candidate));
    }
    const auto& key = places.given.key;
    if (key)
        return Candidate { { Secret(key->text), { KeySource::Kind::file, draft.config.file, {} } }, "",
            key->place };
    if (!places.given.key_file)
        return std::nullopt;
    const auto& [path, place] = *places.given.key_file;
    const auto file = read_secret_file(path, place + ": " + name_in_file(places, "key_file"), draft.mistakes);
    if (!file)
        return std::nullopt;
    return Candidate { { file->content, { KeySource::Kind::file, path, path } }, "", place };
}

std::optional<Candidate> key_in_force(const Places& places)
{
    std::vector<Candidate> unusable;
    auto key = first_usable(places, unusable);
    if (!key) {
        for (const Candidate& candidate : unusable)
            explain_unusable(places, candidate);
        return std::nullopt;
    }
    if (!is_header_word(key->secret.value.reveal())) {
        places.draft.mistakes.add(key->place,
            fmt::format("{}is no key: a key is one word of ASCII",
                key->name.empty() ? name_in_file(places, places.given.key ? "key " : "key_file ") : ""));
        return std::nullopt;
    }
    return key;
}

void warn_of_foreign_key(const Places& places, const Candidate& key)
{
    if (key.secret.source.kind == KeySource::Kind::dotenv && has_key_in_file(places))
        places.draft.mistakes.warn(key.place,
            fmt::format(
                "takes the place of the key in {}: requests are that key's, and its owner may be able "
                "to read them",
                places.draft.config.file));
}

// The base URL that counts, together with the key in force, if any; says of every other one why it does not.
std::optional<Placed> url_in_force(const Places& places, const std::optional<Candidate>& key)
{
    std::optional<Placed> url;
    const bool of_openai = key && key->name == openai_name;
    const bool literal_in_dotenv = key && key->secret.source.kind == KeySource::Kind::dotenv;
    const auto consider = [&](const Placed& candidate, std::string_view name, bool from_dotenv) {
        Mistakes& mistakes = places.draft.mistakes;
        if (name != url_names[0] && !of_openai)
            mistakes.warn(candidate.place,
                "is ignored: it counts only with a key from OPENAI_API_KEY; use "
                "OPENROUTER_BASE_URL to say where OpenRouter's key shall go");
        else if (from_dotenv && !literal_in_dotenv)
            mistakes.warn(candidate.place,
                "is ignored: the key in force does not stand in this .env file, and "
                "shall not go where such a file says");
        else if (from_dotenv && has_key_in_file(places))
            mistakes.warn(candidate.place,
                fmt::format(
                    "is ignored: there is a key in {}, and whose server answers is not for a .env file "
                    "to change; set it in the environment",
                    places.draft.config.file));
        else if (!url)
            url = candidate;
    };
    for (const std::string_view name : url_names) {
        if (const auto found = places.in_environment(name))
            consider(*found, name, false);
    }
    for (const std::string_view name : url_names) {
        if (const auto found = places.in_dotenv(name))
            consider(*found, name, true);
    }
    return url ? url : places.given.base_url;
}

// OPENROUTER_BASE_URL and the like belong to OpenRouter, and say nothing about other upstreams.
void warn_of_idle_urls(Draft& draft, const Environment& environment, const Dotenv& dotenv)
{
    const Places places { draft, draft.config.main(), draft.upstreams.front(), environment, dotenv };
    for (const std::string_view name : url_names)
        for (const auto& found : { places.in_environment(name), places.in_dotenv(name) })
            if (found)
                draft.mistakes.warn(
                    found->place, fmt::format("is ignored: the upstream is {}", draft.config.main().name));
}

void settle_urls(const Places& places, const std::optional<Placed>& base)
{
    Upstream& upstream = places.upstream;
    const Preset* preset = preset_of(upstream.preset);
    const Placed standard { std::string(preset != nullptr ? preset->base_url : std::string_view {}), "" };
    const Placed& placed = base ? *base : standard;
    if (placed.text.empty())
        return; // has been said
    if (const auto urls = urls_of_base(placed.text, upstream.dialect)) {
        upstream.base_url = urls->base;
        upstream.chat_url = urls->chat;
        upstream.messages_url = urls->messages;
        upstream.responses_url = urls->responses;
        upstream.models_url = urls->models;
    } else {
        places.draft.mistakes.add(placed.place,
            (is_from_file(places, placed) ? name_in_file(places, "base_url ") : "base_url ") + urls.error()
                + with_scheme(placed.text));
    }
    if (!base && preset != nullptr && !preset->messages_url.empty())
        upstream.messages_url = preset->messages_url;
    if (!base && preset != nullptr && !preset->responses_url.empty())
        upstream.responses_url = preset->responses_url;
    if (!base && preset != nullptr && !preset->models_url.empty())
        upstream.models_url = preset->models_url;
    const auto replace = [&](const std::optional<Placed>& given, std::string_view name, std::string& out) {
        if (!given)
            return;
        if (auto url = check_url(given->text))
            out = std::move(*url);
        else
            places.draft.mistakes.add(given->place,
                fmt::format("{} {}{}", name_in_file(places, name), url.error(), with_scheme(given->text)));
    };
    replace(places.given.messages_url, "messages_url", upstream.messages_url);
    replace(places.given.responses_url, "responses_url", upstream.responses_url);
    replace(places.given.models_url, "models_url", upstream.models_url);
}

void warn_of_open_http(const Places& places)
{
    const Upstream& upstream = places.upstream;
    if (!upstream.base_url.starts_with("http://") || upstream.keys.empty())
        return;
    std::string_view host = std::string_view(upstream.base_url).substr(7);
    host = host.substr(0, host.find('/'));
    host = host.starts_with('[') ? host.substr(1, host.find(']') - 1) : host.substr(0, host.find(':'));
    if (!is_loopback(host))
        places.draft.mistakes.warn(
            "base URL", "the key goes there in clear text, since it begins with http://");
}

// Several keys: each from exactly one place, as the file says. A variable that is not set is left out, as
// that of a single key is.
void settle_pool(const Places& places)
{
    Mistakes& mistakes = places.draft.mistakes;
    for (const KeyDraft& draft : places.given.pool) {
        std::optional<FoundSecret> found;
        if (draft.key)
            found = FoundSecret { Secret(draft.key->text),
                { KeySource::Kind::file, places.draft.config.file, {} } };
        else if (draft.file) {
            if (const auto file = read_secret_file(
                    draft.file->text, draft.file->place + ": " + name_in_file(places, "keys"), mistakes))
                found = FoundSecret { file->content,
                    { KeySource::Kind::file, draft.file->text, draft.file->text } };
        } else if (!(found = find_secret(places.environment, draft.env, mistakes))) {
            mistakes.warn(draft.place,
                fmt::format(
                    "the key {} is not set: set it, or take it out of keys; it is left out", draft.env));
        }
        if (found && !is_header_word(found->value.reveal()))
            mistakes.add(
                draft.place, name_in_file(places, "keys: ") + "this is no key: a key is one word of ASCII");
        else if (found)
            places.upstream.keys.push_back(
                { std::move(found->value), std::move(found->source), draft.weight });
    }
    const auto& pool = places.given.pool;
    if (places.upstream.keys.empty() && !pool.empty() && !pool.front().env.empty())
        places.upstream.key_name = pool.front().env;
}

void settle_upstream(const Places& places)
{
    const bool openrouter = places.upstream.is("openrouter");
    auto key = places.given.pool.empty() ? key_in_force(places) : std::nullopt;
    const auto base = openrouter ? url_in_force(places, key) : places.given.base_url;
    if (const auto names = names_of(places); !names.empty())
        places.upstream.key_name = names.front();
    if (key) {
        warn_of_foreign_key(places, *key);
        places.upstream.keys = { { std::move(key->secret.value), std::move(key->secret.source) } };
    }
    settle_pool(places);
    settle_urls(places, base);
    warn_of_open_http(places);
    for (const std::string& name : names_of(places)) {
        const std::string file_name = name + "_FILE";
        if (const auto* entry = places.dotenv.find(file_name))
            places.draft.mistakes.warn(fmt::format(".env:{}: {}", entry->line, file_name),
                "is not read from a .env file; set it in the environment");
    }
}

} // namespace

void settle_upstreams(Draft& draft, const Sources& sources, const Dotenv& dotenv)
{
    auto& upstreams = draft.config.upstreams;
    for (std::size_t i = 0; i < upstreams.size(); ++i)
        settle_upstream({ draft, upstreams[i], draft.upstreams[i], sources.environment, dotenv });
    if (std::ranges::none_of(upstreams, [](const Upstream& one) { return one.is("openrouter"); }))
        warn_of_idle_urls(draft, sources.environment, dotenv);
}

} // namespace dragoman::config
