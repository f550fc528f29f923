#include "cli/router_settings.h"

#include "base/log.h"
#include "cli/terminal.h"
#include "config/values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace dragoman::cli {
namespace {

struct Reason {
    std::string_view name;
    std::string_view why;
};
constexpr std::array<Reason, 16> reasons { {
    { "PROXY_URL", "proxies are taken from the environment: export it as HTTPS_PROXY" },
    { "CUSTOM_ROUTER_PATH",
        "rules in JavaScript are not run here; [[routes]] with when and targets say most of what they say" },
    { "transformers", "programs in JavaScript are not run here; docs/providers.md lists the quirks instead" },
    { "plugins", "programs in JavaScript are not run here" },
    { "LOG", "the log goes to standard error; [log] file names a file for it" },
    { "NON_INTERACTIVE_MODE", "nothing has to be switched: `dragoman code` works without a terminal" },
    { "CLAUDE_PATH", "`dragoman code` starts the claude that is found in PATH" },
    { "StatusLine", "`dragoman init --statusline` sets up a line with model, window and cost" },
    { "forceUseImageAgent", "pictures go to the model of a route as they are" },
    { "HOT_RELOAD", "SIGHUP reads the configuration again; key files are looked at by themselves" },
    { "REWRITE_SYSTEM_PROMPT",
        "what the client sends is not rewritten; claude --append-system-prompt adds to it" },
    { "SYSTEM_PROMPT_REWRITE", "what the client sends is not rewritten" },
    { "TRACE_MODE", "[log] level = \"debug\" tells more, [log] capture keeps whole exchanges" },
    { "ANTHROPIC_SMALL_FAST_MODEL", "[models] small says it" },
    { "tokenStats", "`dragoman status` and [metrics] have the figures" },
    { "IGNORE_CERT", "certificates are always checked; SSL_CERT_FILE names one's own" },
} };

bool is_variable(std::string_view name)
{
    return !name.empty()
        && std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; })
        && std::isdigit(static_cast<unsigned char>(name.front())) == 0;
}

// With the values of the variables that it refers to; nullopt when one of them is not set.
std::optional<std::string> filled(std::string_view text, const Environment& environment)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t mark = std::min(text.find('$'), text.size());
        out += text.substr(0, mark);
        text.remove_prefix(mark);
        if (text.empty())
            break;
        const bool braces = text.starts_with("${");
        std::string_view name = text.substr(braces ? 2 : 1);
        std::size_t end = 0;
        while (end < name.size() && is_variable(name.substr(0, end + 1)))
            ++end;
        name = name.substr(0, end);
        const auto value = lookup(environment, name);
        if (name.empty() || !value)
            return std::nullopt;
        out += *value;
        text.remove_prefix(std::min(name.size() + (braces ? 3 : 1), text.size()));
    }
    return out;
}

class SettingsTaker {
public:
    SettingsTaker(GatewayImport& import, const json::Object& file, const Environment& environment)
        : import_(import)
        , file_(file)
        , environment_(environment)
    {
    }
    void take_token();
    void take_listen();
    void take_log();
    void take_time();
    void leave_rest(const json::Object& all);

private:
    std::optional<std::string> text_of(std::string_view name) const
    {
        return filled_text(file_, name, environment_);
    }

    GatewayImport& import_;
    json::Entry file_;
    const Environment& environment_;
};

void SettingsTaker::take_token()
{
    const auto token = file_.text("APIKEY");
    if (!token || token->empty())
        return;
    if (const std::string_view name = reference_in(*token); !name.empty())
        import_.leave("APIKEY",
            fmt::format("a client token comes from DRAGOMAN_CLIENT_TOKEN: give that the value of {}", name));
    else if (!config::is_header_word(*token))
        import_.leave("APIKEY", "it is no token: one word of ASCII");
    else {
        import_.client_tokens.emplace_back(*token);
        import_.carry("APIKEY", "[server] client_tokens_file: what clients must send");
    }
}

void SettingsTaker::take_listen()
{
    const std::string host = text_of("HOST").value_or("");
    auto port = file_.integer("PORT");
    if (const auto text = text_of("PORT"); !port && text)
        if (const auto number = config::parse_port(*text))
            port = *number;
    if (port && (*port < 1 || *port > 65535)) {
        import_.leave("PORT", "it is no port");
        port.reset();
    }
    const auto number = static_cast<std::uint16_t>(port.value_or(8080));
    auto endpoints = config::parse_host(host.empty() ? "localhost" : host, number);
    const bool loopback = endpoints && std::ranges::all_of(*endpoints, [](const config::Endpoint& one) {
        return config::is_loopback(one.host);
    });
    if (!host.empty() && !endpoints)
        import_.leave("HOST", endpoints.error());
    else if (!loopback && import_.client_tokens.empty())
        import_.leave("HOST",
            "other machines could spend your keys: [server] listen together with client_tokens opens it");
    else if (!host.empty())
        import_.carry("HOST", "[server] listen");
    if (!endpoints || (!loopback && import_.client_tokens.empty()))
        endpoints = config::parse_host("localhost", number);
    if (port)
        import_.carry("PORT", "[server] listen");
    if (!port && host.empty())
        return;
    std::vector<std::string> list;
    for (const config::Endpoint& endpoint : *endpoints)
        list.push_back(toml_string(config::to_string(endpoint)));
    import_.choices.set("server", "listen", fmt::format("[{}]", fmt::join(list, ", ")));
}

void SettingsTaker::take_log()
{
    const std::string name = text_of("LOG_LEVEL").value_or("");
    if (name.empty())
        return;
    const auto level = log::level_of(name == "fatal" ? "error" : name);
    if (!level)
        return import_.leave("LOG_LEVEL", "it is no level: trace, debug, info, warning or error");
    import_.choices.set("log", "level", toml_string(log::name_of(*level)));
    import_.carry("LOG_LEVEL", "[log] level");
}

// There one time for everything, here until an answer begins; then silence counts.
void SettingsTaker::take_time()
{
    auto ms = file_.positive("API_TIMEOUT_MS");
    if (const auto text = text_of("API_TIMEOUT_MS"); !ms && text)
        if (const auto number = config::parse_whole(*text, 1, 604'800'000))
            ms = static_cast<std::uint64_t>(*number);
    if (!file_.value("API_TIMEOUT_MS"))
        return;
    if (!ms || *ms > 604'800'000)
        return import_.leave("API_TIMEOUT_MS", "it is no time of at most a week");
    if (*ms != static_cast<std::uint64_t>(config::Upstream().first_byte.count()))
        for (GatewayImport::Upstream& upstream : import_.upstreams)
            upstream.set("first_byte", toml_string(fmt::format("{}ms", *ms)));
    import_.carry("API_TIMEOUT_MS", "first_byte of each upstream");
}

void SettingsTaker::leave_rest(const json::Object& all)
{
    static constexpr std::array<std::string_view, 9> known { "Providers", "providers", "Router", "fallback",
        "APIKEY", "HOST", "PORT", "LOG_LEVEL", "API_TIMEOUT_MS" };
    for (const json::Field field : all) {
        const std::string name = json::unescape(field.key);
        if (std::ranges::find(known, name) != known.end())
            continue;
        const auto reason = std::ranges::find(reasons, name, &Reason::name);
        const bool key = name.ends_with("_API_KEY") || name.ends_with("_TOKEN") || name.ends_with("_KEY");
        import_.leave(plain(name),
            reason != reasons.end() ? std::string(reason->why)
                : key               ? "it is taken where a provider refers to it, and nowhere else"
                                    : "dragoman knows no such setting");
    }
}

} // namespace

std::string_view reference_in(std::string_view text)
{
    if (text.starts_with("${") && text.ends_with('}'))
        text = text.substr(2, text.size() - 3);
    else if (text.starts_with('$'))
        text.remove_prefix(1);
    else
        return {};
    return is_variable(text) ? text : std::string_view();
}

std::optional<std::string> filled_text(
    const json::Entry& entry, std::string_view name, const Environment& environment)
{
    const auto text = entry.text(name);
    return text && !text->empty() ? filled(*text, environment) : std::nullopt;
}

void take_router_settings(GatewayImport& import, const json::Object& file, const Environment& environment)
{
    SettingsTaker taker(import, file, environment);
    taker.take_token();
    taker.take_listen();
    taker.take_log();
    taker.take_time();
    taker.leave_rest(file);
}

} // namespace dragoman::cli
