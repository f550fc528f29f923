#include "cli/service_settings.h"

#include "base/exit_code.h"
#include "base/files.h"
#include "cli/terminal.h"
#include "config/check_config.h"
#include "config/mistakes.h"
#include "config/secrets.h"
#include "config/values.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>

namespace dragoman::cli {
namespace {

constexpr std::string_view configuration_of_system = "/etc/dragoman";

// Settings that are easily left behind in a shell. Keys have words of their own.
constexpr std::array<std::string_view, 27> settings { "HOST", "PORT", "PROXY_PORT", "BIG_MODEL_NAME",
    "BIG_MODEL", "OPENROUTER_MODEL", "MIDDLE_MODEL", "SMALL_MODEL_NAME", "SMALL_MODEL", "OPENROUTER_BASE_URL",
    "OPENAI_BASE_URL", "BASE_URL", "DRAGOMAN_CLIENT_TOKEN", "DRAGOMAN_CLIENT_TOKEN_FILE",
    "DRAGOMAN_ALLOW_UNAUTHENTICATED", "LOG_LEVEL", "LOG_FILE_PATH", "https_proxy", "HTTPS_PROXY",
    "http_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "XDG_CONFIG_HOME" };

bool holds_something(const std::string& file)
{
    auto text = read_file(file, config::secret_file_max);
    const Secret content(text ? std::move(*text) : std::string());
    return !config::trim(content.reveal()).empty();
}

config::Sources sources_of_service(const Context& context, Scope scope, const Environment& services)
{
    config::Sources sources { .flags = context.sources.flags, .environment = services };
    if (scope == Scope::user)
        return sources;
    sources.dotenv = false;
    sources.environment["CONFIGURATION_DIRECTORY"] = configuration_of_system;
    for (const std::string_view name :
        { "OPENROUTER_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DRAGOMAN_CLIENT_TOKEN" })
        if (const std::string file = key_file_of_system(name); holds_something(file))
            sources.environment[fmt::format("{}_FILE", name)] = file;
    return sources;
}

// Where systemd starts it: relative paths of the configuration, and a .env, are looked for there.
void enter_folder_of_service(Scope scope, const Environment& services)
{
    const std::string folder(scope == Scope::user ? lookup(services, "HOME").value_or("/") : "/");
    std::error_code ignored;
    std::filesystem::current_path(folder, ignored);
}

int refuse_for_lack_of_key(const Context& context, std::string_view key_name)
{
    if (lookup(context.sources.environment, key_name))
        complain(fmt::format(
            "{0} is set in this shell, and a service does not see it. `dragoman init` puts the key "
            "into a file that only you can read, and names it in the configuration; then run this "
            "again",
            key_name));
    else
        complain(
            fmt::format("no upstream key is configured, and without one every message is refused. `dragoman "
                        "init` asks for one ({}); then run this again",
                key_name));
    return exit_failed;
}

// From this shell, or from whoever sits here.
std::optional<Secret> key_at_hand(const Context& context, std::string_view key_name, std::string_view file)
{
    config::Mistakes mistakes;
    if (auto found = config::find_secret(context.sources.environment, key_name, mistakes))
        return found->value;
    if (!can_ask())
        return std::nullopt;
    auto typed = ask_hidden(fmt::format("{} (it is not shown, and goes to {}): ", key_name, file));
    return typed && !typed->empty() ? std::move(typed) : std::nullopt;
}

std::optional<int> put_key_in_place(const Context& context, const std::string& key_name)
{
    const std::string file = key_file_of_system(key_name);
    if (file.empty()) {
        complain(fmt::format(
            "the configuration wants the key {0}, which this unit does not load: name a key_file "
            "in the configuration, or load the credential {0} (in lower case) with `systemctl edit "
            "dragoman`",
            key_name));
        return exit_failed;
    }
    const auto key = key_at_hand(context, key_name, file);
    if (!key || !config::is_header_word(key->reveal())) {
        complain(fmt::format("there is no key for the service. Put it into {0}, mode 0600:\n\n"
                             "    sudo mkdir -p -m 700 {1}\n    sudo sh -c 'umask 077; cat > {0}'\n\n"
                             "paste the key, then Enter and Ctrl-D, and run this again",
            file, file.substr(0, file.rfind('/'))));
        return exit_failed;
    }
    auto made = make_private_directory(file.substr(0, file.rfind('/')));
    auto written = made ? replace_atomically(file, std::string(key->reveal()) + "\n") : made;
    if (!written) {
        complain(written.error().message);
        return exit_failed;
    }
    print(fmt::format("The key is in {}, for root alone.\n", file));
    return std::nullopt;
}

bool is_everybodys_to_read(const std::string& path)
{
    std::error_code error;
    const auto mode = std::filesystem::status(path, error).permissions();
    return !error && (mode & std::filesystem::perms::others_read) != std::filesystem::perms::none;
}

// Root reads everything; the service runs as a user of its own. What the unit hands over as a credential
// needs no reading.
std::optional<int> out_of_reach(const config::Config& config)
{
    if (!config.file.empty() && !is_everybodys_to_read(config.file)) {
        complain(fmt::format(
            "{0} cannot be read by the service, which runs as a user of its own: `chmod 644 {0}`, "
            "and keys and tokens not in it but in {1}/keys",
            config.file, configuration_of_system));
        return exit_failed;
    }
    const std::string& key = config.main().key_source().file;
    const std::string handed_over = key_file_of_system(config.main().key_name);
    const std::string tokens = key_file_of_system("DRAGOMAN_CLIENT_TOKEN");
    for (const auto& [file, place] :
        { std::pair(key, handed_over), std::pair(config.server.client_tokens_file, tokens) }) {
        if (file.empty() || file == place || is_everybodys_to_read(file))
            continue;
        complain(fmt::format("{} cannot be read by the service, which runs as a user of its own. {}", file,
            place.empty()
                ? "Hand it over with LoadCredential= in `systemctl edit dragoman`"
                : fmt::format("From {} the unit hands it over: put it there, and take it out of the "
                              "configuration",
                      place)));
        return exit_failed;
    }
    return std::nullopt;
}

} // namespace

std::string key_file_of_system(std::string_view key_name)
{
    for (const auto& [name, file] :
        { std::pair<std::string_view, std::string_view> { "OPENROUTER_API_KEY", "openrouter" },
            { "OPENAI_API_KEY", "openai" }, { "ANTHROPIC_API_KEY", "anthropic" },
            { "DRAGOMAN_CLIENT_TOKEN", "client-tokens" } })
        if (name == key_name)
            return fmt::format("{}/keys/{}", configuration_of_system, file);
    return {};
}

std::vector<std::string> unseen_variables(const Environment& shell, const Environment& services)
{
    std::vector<std::string> names;
    for (const std::string_view name : settings)
        if (const auto value = lookup(shell, name); value && lookup(services, name) != value)
            names.emplace_back(name);
    return names;
}

std::optional<int> settings_in_the_way(const Context& context, Scope scope, const Environment& services)
{
    enter_folder_of_service(scope, services);
    const auto loaded = config::load(sources_of_service(context, scope, services));
    if (!loaded) {
        std::fputs(config::to_text(loaded.error().warnings, loaded.error().mistakes).c_str(), stderr);
        complain("with these settings the service would not start");
        return exit_usage;
    }
    std::fputs(config::to_text(loaded->warnings, {}).c_str(), stderr);
    if (scope == Scope::system)
        if (auto code = out_of_reach(loaded->config))
            return code;
    if (!loaded->config.degraded())
        return std::nullopt;
    const std::string& key_name = loaded->config.main().key_name;
    return scope == Scope::user ? std::optional(refuse_for_lack_of_key(context, key_name))
                                : put_key_in_place(context, key_name);
}

} // namespace dragoman::cli
