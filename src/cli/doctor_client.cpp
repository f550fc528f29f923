// Claude Code: where it is, how old, and what in its settings and environment is in the way of a session on
// dragoman. Names of variables are said, values never: any of them may be a key.
#include "cli/doctor_client.h"

#include "base/files.h"
#include "cli/client_program.h"
#include "cli/client_settings.h"
#include "cli/run_program.h"
#include "json/entry.h"
#include "net/proxies.h"
#include "net/upstream.h"
#include "route/resolve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <unistd.h>

namespace dragoman::cli {
namespace {

using Level = Finding::Level;
using Version = std::array<int, 3>;

constexpr auto version_time = std::chrono::seconds(10);
constexpr Version oldest { 2, 1, 197 }; // with which dragoman is tested
constexpr std::size_t state_max = 64 * limits::MiB; // .claude.json keeps a history of projects

// A variable that gets in the way, whatever is in it.
struct Obstacle {
    std::string_view name; // a final * stands for the rest of a name
    Level level;
    std::string_view text;
    std::string_view remedy;
};

constexpr std::array<Obstacle, 10> obstacles { {
    { "ANTHROPIC_API_BASE_URL", Level::warning, "is ignored by today's Claude Code",
        "ANTHROPIC_BASE_URL is what counts; `dragoman code` sets it" },
    { "ANTHROPIC_API_URL", Level::warning, "is ignored by today's Claude Code",
        "ANTHROPIC_BASE_URL is what counts; `dragoman code` sets it" },
    { "ANTHROPIC_API_ENDPOINT", Level::warning, "is ignored by today's Claude Code",
        "ANTHROPIC_BASE_URL is what counts; `dragoman code` sets it" },
    { "ANTHROPIC_SMALL_FAST_MODEL", Level::warning,
        "is deprecated, and still decides about the small model of a plain `claude`",
        "unset it; the small model is dragoman's [models] small, or ANTHROPIC_DEFAULT_HAIKU_MODEL" },
    { "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", Level::note,
        "switches off the list of models in /model too, whatever its value",
        "unset it; DISABLE_TELEMETRY and DISABLE_ERROR_REPORTING switch single things off" },
    { "CLAUDE_CODE_USE_BEDROCK", Level::warning, "leads a plain `claude` to another provider", "unset it" },
    { "CLAUDE_CODE_USE_VERTEX", Level::warning, "leads a plain `claude` to another provider", "unset it" },
    { "CLAUDE_CODE_USE_FOUNDRY", Level::warning, "leads a plain `claude` to another provider", "unset it" },
    { "ANTHROPIC_UNIX_SOCKET", Level::warning, "leads a plain `claude` to that socket, past any base URL",
        "unset it" },
    { "CLAUDECODE", Level::note, "says that this shell belongs to a running Claude Code",
        "sessions inside a session may behave differently; use another terminal" },
} };

std::optional<Version> version_in(std::string_view text)
{
    Version version {};
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    for (std::size_t i = 0; i < version.size(); ++i) {
        const auto [next, error] = std::from_chars(at, end, version[i]);
        const bool last = i + 1 == version.size();
        if (error != std::errc {} || (!last && (next == end || *next != '.')))
            return std::nullopt;
        at = last ? next : next + 1;
    }
    return version;
}

// Nothing that a version needs is secret.
Environment little_of(const Environment& environment)
{
    Environment kept;
    for (const std::string_view name : { "PATH", "HOME", "CLAUDE_CONFIG_DIR", "LANG", "TMPDIR" })
        if (const auto value = lookup(environment, name))
            kept.emplace(name, *value);
    return kept;
}

void add(Findings& findings, Level level, std::string text, std::string_view remedy)
{
    if (level == Level::note)
        findings.note("client", std::move(text), std::string(remedy));
    else
        findings.warning("client", std::move(text), std::string(remedy));
}

bool proxies_loopback(const Environment& environment)
{
    const auto any = [&](std::initializer_list<std::string_view> names) {
        for (const std::string_view name : names)
            if (const auto value = lookup(environment, name))
                return std::string(*value);
        return std::string();
    };
    if (any({ "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY" }).empty())
        return false;
    const std::string direct = any({ "no_proxy", "NO_PROXY" });
    return !direct.contains("127.0.0.1") && !direct.contains("localhost") && direct != "*";
}

bool is_on_this_machine(std::string_view url)
{
    const auto parsed = net::parse_url(url);
    return parsed && parsed->origin.is_loopback();
}

// A pick in /model is kept in the person's settings, where a plain `claude` meets it too.
void check_kept_model(const SettingsFile& file, Findings& findings)
{
    json::Document document;
    const auto root = document.parse(file.text);
    const auto model = json::Entry(root ? root->object() : std::nullopt).text("model").value_or("");
    if (model.starts_with(route::alias_prefix))
        findings.note("client",
            fmt::format("{} keeps a model that was picked in /model and that only dragoman knows", file.path),
            "nothing for `dragoman code`; before a plain `claude`, pick another one, or take its line "
            "\"model\" "
            "out");
}

void check_files(const std::vector<SettingsFile>& files, Findings& findings)
{
    for (const SettingsFile& file : files) {
        check_kept_model(file, findings);
        const bool managed = file.rank == SettingsFile::Rank::managed;
        std::vector<std::string> names;
        for (const auto& [name, entry] : file.environment)
            if (name.starts_with("ANTHROPIC_") || name.starts_with("CLAUDE_CODE_USE_"))
                names.push_back(name);
        if (file.key_helper)
            names.emplace_back("apiKeyHelper");
        if (names.empty())
            continue;
        findings.warning("client",
            fmt::format(
                "{} sets {}, which counts more than the environment", file.path, fmt::join(names, ", ")),
            managed ? "it is your administrator's file, and no session can go around it"
                    : "`dragoman code` overrides it for its session; a plain `claude` follows the file");
    }
}

bool has_login(const SettingsPlaces& places)
{
    if (::access((places.config_directory + "/.credentials.json").c_str(), F_OK) == 0)
        return true;
    auto text = read_file(places.state_file, state_max);
    json::Document document;
    const auto root = text ? document.parse(*text) : Failure(text.error());
    return static_cast<bool>(json::Entry(root ? root->object() : std::nullopt).entry("oauthAccount"));
}

} // namespace

void check_client_environment(const Environment& environment, Findings& findings)
{
    for (const Obstacle& obstacle : obstacles)
        if (lookup(environment, obstacle.name))
            add(findings, obstacle.level, fmt::format("{} {}", obstacle.name, obstacle.text),
                obstacle.remedy);
    if (lookup(environment, "ANTHROPIC_API_KEY") && lookup(environment, "ANTHROPIC_AUTH_TOKEN"))
        findings.warning("client",
            "ANTHROPIC_API_KEY and ANTHROPIC_AUTH_TOKEN are both set: Claude Code warns of that",
            "unset one of them; for dragoman ANTHROPIC_AUTH_TOKEN is enough");
    if (const auto url = lookup(environment, "ANTHROPIC_BASE_URL"); url && !is_on_this_machine(*url))
        findings.note("client", "ANTHROPIC_BASE_URL leads a plain `claude` to another machine",
            "`dragoman code` uses its own");
    if (proxies_loopback(environment))
        findings.warning("client",
            "a proxy is set and NO_PROXY leaves this machine out: a plain `claude` would ask the proxy for "
            "127.0.0.1",
            "put 127.0.0.1,localhost into NO_PROXY; `dragoman code` does");
}

void check_version(std::string_view said, const std::string& path, Findings& findings)
{
    const auto version = version_in(said);
    const std::string first_line(said.substr(0, said.find('\n')));
    if (!version)
        return findings.warning("client", fmt::format("{} --version says: {}", path, first_line),
            "is that Claude Code? PATH decides which one is started");
    if (*version < oldest)
        return findings.note("client",
            fmt::format("{} is {}, older than {}.{}.{}, the oldest that dragoman is tested with", path,
                first_line, oldest[0], oldest[1], oldest[2]),
            "claude update");
    findings.ok("client", fmt::format("{} is {}", path, first_line));
}

void check_client(const Context& context, Findings& findings)
{
    const Environment& environment = context.sources.environment;
    const auto path = find_client(environment);
    if (!path)
        return findings.warning("client", "Claude Code is not installed",
            "npm install -g @anthropic-ai/claude-code, or https://code.claude.com; other clients need none");
    const auto said = run_program({ *path, "--version" }, little_of(environment), version_time);
    if (!said)
        return findings.warning("client", said.error().message, "try it by hand: claude --version");
    if (!said->fine())
        return findings.warning(
            "client", fmt::format("{} --version ended with {}", *path, said->exit_code), "install it again");
    check_version(said->out, *path, findings);
}

void check_client_settings(const Context& context, Findings& findings)
{
    const std::size_t before = findings.all().size();
    const Environment& environment = context.sources.environment;
    const SettingsPlaces places = settings_places(environment, "");
    const auto files = read_settings(places, {});
    check_files(files, findings);
    check_client_environment(with_settings(environment, files), findings);
    if (has_login(places))
        findings.note("client", "there is a login at claude.ai, which Claude Code may prefer",
            "`dragoman code --isolated` goes without it; `claude /logout` removes it");
    if (findings.all().size() == before)
        findings.ok("client", "nothing in its settings or the environment is in the way");
}

void say_what_safeguards_mean(Findings& findings)
{
    findings.note("client",
        "in auto mode Claude Code asks the server to judge tool calls; other vendors' models cannot, so it "
        "says "
        "that the host \"isn't compatible\" and judges with requests of its own",
        "`dragoman code --permission-mode default` asks you instead, and the notice does not come");
}

} // namespace dragoman::cli
