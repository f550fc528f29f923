#include "cli/env_import.h"

#include "base/log.h"
#include "cli/env_import_reasons.h"
#include "config/base_url.h"
#include "config/secrets.h"
#include "config/values.h"
#include "json/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace dragoman::cli {
namespace {

using config::trim;
using Names = std::initializer_list<std::string_view>;

constexpr std::string_view openrouter_url = "https://openrouter.ai/api/v1";

bool looks_secret(std::string_view text) { return text.starts_with("sk-") || text.size() > 200; }

// As people name variables. What mixes cases and digits may be a secret that ends in '='.
bool is_name_of_variable(std::string_view name)
{
    const auto none_of = [&](char from, char to) {
        return std::ranges::none_of(name, [=](char c) { return c >= from && c <= to; });
    };
    return name.size() <= 64 && !looks_secret(name) && (none_of('a', 'z') || none_of('A', 'Z'));
}

bool is_of_openrouter(std::string_view url)
{
    const std::size_t scheme = url.find("://");
    std::string_view host = url.substr(scheme == std::string_view::npos ? 0 : scheme + 3);
    host = host.substr(0, host.find_first_of("/:"));
    return host == "openrouter.ai" || host.ends_with(".openrouter.ai");
}

class Importer {
public:
    Importer(const config::Dotenv& file, const std::string& folder)
        : file_(file)
        , folder_(folder)
    {
    }
    Import run();

private:
    std::string value_of(std::string_view name) const;
    std::string first_of(Names names, std::string_view became);
    void carry(std::string_view name, std::string what);
    void leave(std::string_view name, std::string_view why);
    std::string absolute(const std::string& path) const;
    void take_model(Names names, std::string_view key);
    void take_models();
    void take_map();
    bool add_mappings(std::string_view text);
    void take_key_and_url();
    std::string take_url(bool of_openai);
    void take_upstream(const std::string& url);
    void take_listen();
    void take_log();
    void take_attribution();
    void take_tokens();
    void leave_the_rest();

    const config::Dotenv& file_;
    std::string folder_;
    std::set<std::string, std::less<>> done_ {};
    Import result_ {};
};

std::string Importer::value_of(std::string_view name) const
{
    const config::Dotenv::Entry* entry = file_.find(name);
    return entry ? std::string(config::bare_value(entry->value)) : std::string();
}

// The value of the first name that is set; the others of the same meaning are named as overridden.
std::string Importer::first_of(Names names, std::string_view became)
{
    std::string value;
    std::string_view winner;
    for (const std::string_view name : names) {
        std::string own = value_of(name);
        if (own.empty() || (done_.contains(name) && name != "OPENROUTER_MODEL"))
            continue;
        if (value.empty()) {
            value = std::move(own);
            winner = name;
            if (!became.empty())
                carry(name, std::string(became));
        } else if (name != "OPENROUTER_MODEL") {
            leave(name, fmt::format("{} means the same and comes first", winner));
        }
    }
    return value;
}

void Importer::carry(std::string_view name, std::string what)
{
    done_.emplace(name);
    result_.carried.push_back({ std::string(name), std::move(what) });
}

void Importer::leave(std::string_view name, std::string_view why)
{
    done_.emplace(name);
    result_.left.push_back({ std::string(name), std::string(why) });
}

std::string Importer::absolute(const std::string& path) const
{
    return path.starts_with('/') ? path : folder_ + "/" + path;
}

void Importer::take_model(Names names, std::string_view key)
{
    const std::string model = first_of(names, "");
    if (model.empty())
        return;
    for (const std::string_view name : names) {
        if (value_of(name) != model || (done_.contains(name) && name != "OPENROUTER_MODEL"))
            continue;
        if (looks_secret(model) || !config::is_header_word(model))
            return leave(name, "it holds no name of a model");
        result_.choices.set("models", std::string(key), toml_string(model));
        return carry(name, fmt::format("[models] {}", key));
    }
}

void Importer::take_models()
{
    take_model({ "BIG_MODEL_NAME", "BIG_MODEL", "OPENROUTER_MODEL", "ANTHROPIC_DEFAULT_OPUS_MODEL",
                   "ANTHROPIC_MODEL", "DEFAULT_MODEL" },
        "big");
    take_model({ "MIDDLE_MODEL_NAME", "MIDDLE_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL" }, "middle");
    take_model({ "SMALL_MODEL_NAME", "SMALL_MODEL", "OPENROUTER_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL",
                   "ANTHROPIC_SMALL_FAST_MODEL" },
        "small");
    take_map();
}

// {"claude-3-5-haiku": "google/gemini-2.5-flash", ...}, or from=to,from=to.
bool Importer::add_mappings(std::string_view text)
{
    std::vector<config::ModelMapping> map;
    json::Document document;
    const auto root = text.starts_with('{') ? document.parse(text) : Failure(Error::bad_request(""));
    if (root && root->object()) {
        for (const json::Field field : json::Object(*root->object()))
            map.push_back({ json::unescape(field.key),
                field.value.string() ? json::unescape(*field.value.string()) : "" });
    } else {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find(','), text.size());
            const std::string_view pair = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            const std::size_t equals = pair.find('=');
            if (equals == std::string_view::npos)
                return false;
            map.push_back(
                { std::string(trim(pair.substr(0, equals))), std::string(trim(pair.substr(equals + 1))) });
        }
    }
    const bool usable = std::ranges::all_of(map, [](const config::ModelMapping& one) {
        return config::is_header_word(one.from) && config::is_header_word(one.to) && !one.to.contains('*')
            && !looks_secret(one.to) && !looks_secret(one.from);
    });
    if (usable)
        result_.choices.map = std::move(map);
    return usable && !result_.choices.map.empty();
}

void Importer::take_map()
{
    for (const std::string_view name : { "MODEL_MAP", "MODEL_MAPPING", "MODEL_MAPPINGS", "MODEL_TABLE",
             "MODEL_ALIASES", "CLAUDE_MODEL_MAP" }) {
        const std::string text = value_of(name);
        if (text.empty() || done_.contains(name))
            continue;
        if (!result_.choices.map.empty())
            leave(name, "there is another table of names");
        else if (add_mappings(text))
            carry(name, "[[models.map]]");
        else
            leave(name, "it is no table of names: write it as [[models.map]] with from and to");
    }
}

// A key goes where its own file says, and never anywhere else.
void Importer::take_key_and_url()
{
    struct Candidate {
        std::string_view name;
        bool of_openai;
    };
    for (const auto& [name, of_openai] : { Candidate { "OPENROUTER_API_KEY", false },
             Candidate { "OPENAI_API_KEY", true }, Candidate { "SSY_API_KEY", true },
             Candidate { "ANTHROPIC_AUTH_TOKEN", true }, Candidate { "ANTHROPIC_API_KEY", true } }) {
        const std::string file_name = fmt::format("{}_FILE", name);
        const std::string key = value_of(name);
        const std::string path = value_of(file_name);
        const bool clients_own = name.starts_with("ANTHROPIC_");
        if ((key.empty() && path.empty()) || (clients_own && !key.starts_with("sk-or-")))
            continue;
        const std::string_view found = key.empty() ? std::string_view(file_name) : name;
        if (!result_.key_name.empty()) {
            leave(found, fmt::format("the key of {} comes first", result_.key_name));
            continue;
        }
        const bool somewhere = !value_of("OPENAI_BASE_URL").empty() || !value_of("BASE_URL").empty()
            || !value_of("OPENROUTER_BASE_URL").empty();
        if (of_openai && !key.starts_with("sk-or-") && path.empty() && !somewhere) {
            leave(found, "it is no key of OpenRouter's (sk-or-), and no base URL says where it belongs");
            continue;
        }
        if (!key.empty() && !config::is_header_word(key)) {
            leave(found, "it is no key: a key is one word of ASCII");
            continue;
        }
        result_.key_name = found;
        result_.key = Secret(key);
        result_.key_file = key.empty() ? absolute(path) : std::string();
        carry(found, key.empty() ? "[upstreams] key_file" : "a key file of its own");
        if (const std::string url = take_url(of_openai && !clients_own); !url.empty())
            take_upstream(url);
    }
    if (result_.key_name.empty()) {
        if (const std::string url = take_url(true); !url.empty())
            take_upstream(url);
    }
}

std::string Importer::take_url(bool of_openai)
{
    std::string url;
    for (const std::string_view name : { "OPENROUTER_BASE_URL", "OPENAI_BASE_URL", "BASE_URL" }) {
        const std::string own = value_of(name);
        if (own.empty() || done_.contains(name))
            continue;
        if (!url.empty()) {
            leave(name, "another base URL comes first");
        } else if (name != "OPENROUTER_BASE_URL" && !of_openai && !is_of_openrouter(own)) {
            leave(name, "it belongs to another key than the one that is used");
        } else if (auto checked = config::check_url(own); !checked) {
            leave(name, checked.error());
        } else {
            url = *checked;
            result_.choices.upstream =
                name == "OPENROUTER_BASE_URL" || is_of_openrouter(url) ? "openrouter" : "imported";
            carry(name, fmt::format("[upstreams.{}] base_url", result_.choices.upstream));
        }
    }
    return url;
}

void Importer::take_upstream(const std::string& url)
{
    const bool standard = result_.choices.upstream == "openrouter"
        && (url == openrouter_url || url == std::string(openrouter_url) + "/");
    if (!standard)
        result_.choices.set("upstreams." + result_.choices.upstream, "base_url", toml_string(url));
}

void Importer::take_listen()
{
    const std::string host = value_of("HOST");
    const auto endpoints =
        host.empty() ? config::parse_host("localhost", 8080) : config::parse_host(host, 8080);
    const bool loopback = endpoints && std::ranges::all_of(*endpoints, [](const config::Endpoint& one) {
        return config::is_loopback(one.host);
    });
    if (!host.empty() && !endpoints)
        leave("HOST", endpoints.error());
    else if (!host.empty() && !loopback)
        leave("HOST",
            "other machines could spend your key: dragoman listens on this machine only until [server] "
            "listen and client_tokens say otherwise");
    const std::string port = first_of({ "PORT", "PROXY_PORT" }, "[server] listen");
    const auto number = config::parse_port(port.empty() ? "8080" : port);
    if (!number) {
        result_.carried.pop_back();
        result_.left.push_back({ value_of("PORT").empty() ? "PROXY_PORT" : "PORT", "it is no port" });
        return;
    }
    const bool own_host = !host.empty() && loopback;
    if (own_host)
        carry("HOST", "[server] listen");
    if (port.empty() && !own_host)
        return;
    std::string list;
    const auto usable = loopback ? *endpoints : *config::parse_host("localhost", 8080);
    for (config::Endpoint endpoint : usable) {
        endpoint.port = *number;
        list += (list.empty() ? "" : ", ") + toml_string(config::to_string(endpoint));
    }
    result_.choices.set("server", "listen", "[" + list + "]");
}

void Importer::take_log()
{
    const auto verbose = config::parse_bool(value_of("PROXY_VERBOSE"));
    const auto level = log::level_of(trim(value_of("LOG_LEVEL")));
    if (!value_of("LOG_LEVEL").empty()) {
        if (level) {
            result_.choices.set("log", "level", toml_string(log::name_of(*level)));
            carry("LOG_LEVEL", "[log] level");
        } else {
            leave("LOG_LEVEL", "it is no level: trace, debug, info, warning or error");
        }
    }
    if (verbose) {
        if (*verbose && (!level || *level > log::Level::debug))
            result_.choices.set("log", "level", toml_string("debug"));
        carry("PROXY_VERBOSE", "[log] level");
    }
    if (const std::string file = first_of({ "LOG_FILE_PATH", "LOG_FILE" }, "[log] file"); !file.empty())
        result_.choices.set("log", "file", toml_string(absolute(file)));
}

void Importer::take_attribution()
{
    const auto take = [&](Names names, std::string_view key) {
        for (const std::string_view name : names)
            if (const std::string value = value_of(name);
                !value.empty() && (looks_secret(value) || !config::is_header_text(value)))
                leave(name, "it is sent as a header, which takes printable ASCII");
        const std::string value = first_of(names, fmt::format("[upstreams] {}", key));
        if (!value.empty())
            result_.choices.set(
                "upstreams." + result_.choices.upstream, std::string(key), toml_string(value));
    };
    take({ "OPENROUTER_SITE_URL", "REFERER_URL", "REFERRER_URL", "OPENROUTER_REFERER",
             "CUSTOM_HEADER_HTTP_REFERER" },
        "site_url");
    take({ "OPENROUTER_SITE_NAME", "APP_NAME", "OPENROUTER_APP_NAME", "OPENROUTER_TITLE",
             "CUSTOM_HEADER_X_TITLE" },
        "site_name");
}

void Importer::take_tokens()
{
    const std::string token = value_of("DRAGOMAN_CLIENT_TOKEN");
    if (token.empty())
        return;
    if (!config::is_header_word(token))
        return leave("DRAGOMAN_CLIENT_TOKEN", "it is no token: one word of ASCII");
    result_.client_tokens.emplace_back(token);
    carry("DRAGOMAN_CLIENT_TOKEN", "[server] client_tokens_file");
}

// A file that is something else altogether needs no list of all its lines.
void Importer::leave_the_rest()
{
    constexpr std::size_t problems_max = 8;
    for (const config::Dotenv::Entry& entry : file_.entries) {
        if (done_.contains(entry.name))
            continue;
        const bool is_nothing = config::bare_value(entry.value).empty();
        if (is_name_of_variable(entry.name))
            leave(entry.name, is_nothing ? "it is set to nothing" : reason_to_leave(entry.name));
        else
            result_.left.push_back(
                { fmt::format("line {}", entry.line), "its name is none that a variable has" });
    }
    for (const auto& problem : file_.problems) {
        if (&problem - file_.problems.data() == problems_max) {
            result_.left.push_back(
                { "…", fmt::format("and {} more lines", file_.problems.size() - problems_max) });
            break;
        }
        result_.left.push_back({ fmt::format("line {}", problem.line), problem.what });
    }
}

Import Importer::run()
{
    take_key_and_url();
    take_models();
    take_listen();
    take_log();
    take_attribution();
    take_tokens();
    leave_the_rest();
    return std::move(result_);
}

} // namespace

Import import_env(const config::Dotenv& file, const std::string& folder)
{
    return Importer(file, folder).run();
}

} // namespace dragoman::cli
