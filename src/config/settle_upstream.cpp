// Which key is in force, and which base URL goes with it. The two are decided together, since a key must
// never go where it does not belong: OPENAI_API_KEY is usually a key for api.openai.com, OPENAI_BASE_URL is
// usually meant for another program, and a .env file may be part of a repository that somebody else wrote.
#include "config/base_url.h"
#include "config/draft.h"
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

struct Places {
    Draft& draft;
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

std::vector<std::string> names_of(const Draft& draft)
{
    switch (draft.config.upstream.preset) {
    case Upstream::Preset::openrouter:
        if (!draft.key_env.empty())
            return { draft.key_env };
        return { std::string(openrouter_name), std::string(openai_name) };
    case Upstream::Preset::anthropic:
        return { draft.key_env.empty() ? "ANTHROPIC_API_KEY" : draft.key_env };
    case Upstream::Preset::none:
        break;
    }
    return draft.key_env.empty() ? std::vector<std::string> {} : std::vector { draft.key_env };
}

// Somebody who has set up a key does not expect the folder they are in to say who gets the conversations.
bool has_key_in_file(const Draft& draft) { return draft.key || draft.key_file; }

// OPENAI_API_KEY counts when it is OpenRouter's by its looks, or when somebody said where it shall go.
bool is_usable(const Places& places, const Candidate& candidate)
{
    if (candidate.name != openai_name || candidate.secret.value.reveal().starts_with("sk-or-"))
        return true;
    const bool own_file = candidate.secret.source.kind == KeySource::Kind::dotenv;
    return places.any_url_in_environment() || places.draft.base_url
        || (own_file && places.any_url_in_dotenv() && !has_key_in_file(places.draft));
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
    const auto names = names_of(draft);
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
    if (draft.key)
        return Candidate { { Secret(draft.key->text), { KeySource::Kind::file, draft.config.file, {} } }, "",
            draft.key->place };
    if (!draft.key_file)
        return std::nullopt;
    const auto& [path, place] = *draft.key_file;
    const auto file = read_secret_file(path, place, draft.mistakes);
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
        places.draft.mistakes.add(key->place, "is no key: a key is one word of ASCII");
        return std::nullopt;
    }
    return key;
}

void warn_of_foreign_key(Draft& draft, const Candidate& key)
{
    if (key.secret.source.kind == KeySource::Kind::dotenv && has_key_in_file(draft))
        draft.mistakes.warn(key.place,
            fmt::format(
                "takes the place of the key in {}: requests are that key's, and its owner may be able "
                "to read them",
                draft.config.file));
}

// The base URL that counts, together with the key in force, if any; says of every other one why it does not.
std::optional<Placed> url_in_force(const Places& places, const std::optional<Candidate>& key)
{
    std::optional<Placed> url;
    const bool of_openai = key && key->name == openai_name;
    const bool literal_in_dotenv = key && key->secret.source.kind == KeySource::Kind::dotenv;
    const bool openrouter = places.draft.config.upstream.preset == Upstream::Preset::openrouter;
    const auto consider = [&](const Placed& candidate, std::string_view name, bool from_dotenv) {
        Mistakes& mistakes = places.draft.mistakes;
        if (!openrouter)
            mistakes.warn(candidate.place,
                fmt::format("is ignored: the upstream is {}", places.draft.config.upstream.name));
        else if (name != url_names[0] && !of_openai)
            mistakes.warn(candidate.place,
                "is ignored: it counts only with a key from OPENAI_API_KEY; use "
                "OPENROUTER_BASE_URL to say where OpenRouter's key shall go");
        else if (from_dotenv && !literal_in_dotenv)
            mistakes.warn(candidate.place,
                "is ignored: the key in force does not stand in this .env file, and "
                "shall not go where such a file says");
        else if (from_dotenv && has_key_in_file(places.draft))
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
    return url ? url : places.draft.base_url;
}

void settle_urls(Draft& draft, const std::optional<Placed>& base)
{
    Upstream& upstream = draft.config.upstream;
    const bool anthropic = upstream.preset == Upstream::Preset::anthropic;
    const Placed standard { anthropic ? "https://api.anthropic.com" : "https://openrouter.ai/api/v1", "" };
    const Placed& placed = base ? *base : standard;
    if (const auto urls = urls_of_base(placed.text, upstream.dialect)) {
        upstream.base_url = urls->base;
        upstream.chat_url = urls->chat;
        upstream.messages_url = urls->messages;
        upstream.responses_url = urls->responses;
        upstream.models_url = urls->models;
    } else {
        draft.mistakes.add(placed.place, "base_url " + urls.error());
    }
    const auto replace = [&](const std::optional<Placed>& given, std::string_view name, std::string& out) {
        if (!given)
            return;
        if (auto url = check_url(given->text))
            out = std::move(*url);
        else
            draft.mistakes.add(given->place, fmt::format("{} {}", name, url.error()));
    };
    replace(draft.messages_url, "messages_url", upstream.messages_url);
    replace(draft.models_url, "models_url", upstream.models_url);
}

void warn_of_open_http(Draft& draft)
{
    const Upstream& upstream = draft.config.upstream;
    if (!upstream.base_url.starts_with("http://") || upstream.key.empty())
        return;
    std::string_view host = std::string_view(upstream.base_url).substr(7);
    host = host.substr(0, host.find('/'));
    host = host.starts_with('[') ? host.substr(1, host.find(']') - 1) : host.substr(0, host.find(':'));
    if (!is_loopback(host))
        draft.mistakes.warn("base URL", "the key goes there in clear text, since it begins with http://");
}

} // namespace

void settle_upstream(Draft& draft, const Sources& sources, const Dotenv& dotenv)
{
    const Places places { draft, sources.environment, dotenv };
    auto key = key_in_force(places);
    const auto base = url_in_force(places, key);
    if (const auto names = names_of(draft); !names.empty())
        draft.config.upstream.key_name = names.front();
    if (key) {
        warn_of_foreign_key(draft, *key);
        draft.config.upstream.key = std::move(key->secret.value);
        draft.config.upstream.key_source = std::move(key->secret.source);
    }
    settle_urls(draft, base);
    warn_of_open_http(draft);
    for (const std::string& name : names_of(draft)) {
        const std::string file_name = name + "_FILE";
        if (const auto* entry = dotenv.find(file_name))
            draft.mistakes.warn(fmt::format(".env:{}: {}", entry->line, file_name),
                "is not read from a .env file; set it in the environment");
    }
}

} // namespace dragoman::config
