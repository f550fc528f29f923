#include "cli/systemctl.h"

#include "base/files.h"
#include "base/limits.h"
#include "cli/terminal.h"
#include "config/values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <unistd.h>

namespace dragoman::cli {
namespace {

// What systemctl needs of ours. Keys are none of it.
constexpr std::array<std::string_view, 7> handed_on { "PATH", "HOME", "USER", "LOGNAME", "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS" };

constexpr std::string_view instead =
    "Without it: `dragoman serve` in a terminal (tmux keeps it), or as the command of a container; `dragoman "
    "code` needs no service at all.";

std::string runtime_folder(const Environment& environment)
{
    const auto given = lookup(environment, "XDG_RUNTIME_DIR");
    return given ? std::string(*given) : fmt::format("/run/user/{}", ::getuid());
}

bool exists(const std::string& path)
{
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

bool is_wsl()
{
    auto release = read_file("/proc/sys/kernel/osrelease", limits::KiB);
    if (!release)
        return false;
    std::ranges::transform(
        *release, release->begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return release->contains("microsoft");
}

// $'…' and "…" of a shell, as far as systemctl writes them.
std::string unquoted(std::string_view value)
{
    if (value.starts_with("$'") && value.ends_with('\'') && value.size() >= 3)
        value = value.substr(2, value.size() - 3);
    else if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    else
        return std::string(value);
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size())
            ++i;
        out += value[i];
    }
    return out;
}

template <class Take> void each_assignment(std::string_view lines, Take take)
{
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        if (const std::size_t equals = line.find('='); equals != std::string_view::npos && equals > 0)
            take(std::string(line.substr(0, equals)), line.substr(equals + 1));
    }
}

} // namespace

Surroundings surroundings(const Environment& environment)
{
    const std::string folder = runtime_folder(environment);
    return { .booted_with_systemd = exists("/run/systemd/system"),
        .wsl = is_wsl(),
        .user_manager = exists(folder + "/systemd/private") || exists(folder + "/bus") };
}

std::string why_no_systemd(const Surroundings& here, Scope scope)
{
    if (!here.booted_with_systemd && here.wsl)
        return fmt::format(
            "this WSL runs without systemd. To switch it on put the lines\n\n    [boot]\n    "
            "systemd=true\n\ninto /etc/wsl.conf, run `wsl --shutdown` in Windows, and open a new "
            "terminal. {}",
            instead);
    if (!here.booted_with_systemd)
        return fmt::format(
            "systemd does not run here, as in most containers, so that there is nothing that could "
            "start a service. {}",
            instead);
    if (scope == Scope::user && !here.user_manager)
        return fmt::format(
            "systemd runs, but not for this user: that begins with a login of their own (by ssh, at "
            "the console, `machinectl shell USER@`; not su or sudo), or with `loginctl enable-linger "
            "USER` as root. `dragoman service install --system` serves the whole machine. {}",
            instead);
    return "systemd does not answer";
}

Systemctl::Systemctl(Scope scope, const Environment& environment)
    : scope_(scope)
    , environment_ { { "LC_ALL", "C.UTF-8" }, { "SYSTEMD_PAGER", "" }, { "SYSTEMD_COLORS", "0" } }
    , here_(surroundings(environment))
{
    for (const std::string_view name : handed_on)
        if (const auto value = lookup(environment, name))
            environment_.emplace(name, *value);
    // Left out by su and by some ssh servers, though the person's systemd may run.
    if (scope == Scope::user)
        environment_.emplace("XDG_RUNTIME_DIR", runtime_folder(environment));
}

Result<ProgramResult> Systemctl::run(std::vector<std::string> arguments) const
{
    std::vector<std::string> command { "systemctl" };
    if (scope_ == Scope::user)
        command.emplace_back("--user");
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_program(command, environment_);
}

Result<Environment> Systemctl::services_environment() const
{
    const auto shown = run({ "show-environment" });
    if (shown && shown->fine())
        return parse_environment(shown->out);
    std::string why = why_no_systemd(here_, scope_);
    if (here_.booted_with_systemd && shown)
        why += fmt::format("\n{} says: {}", words(), plain(config::trim(shown->err)));
    else if (here_.booted_with_systemd)
        why += fmt::format("\n{}", shown.error().message);
    return Failure(Error::internal(why));
}

Result<void> Systemctl::call(std::vector<std::string> arguments) const
{
    const std::string spoken = fmt::format("{} {}", words(), fmt::join(arguments, " "));
    const auto result = run(std::move(arguments));
    if (!result)
        return Failure(result.error());
    if (!result->fine())
        return Failure(
            Error::internal(fmt::format("`{}` failed: {}", spoken, plain(config::trim(result->err)))));
    return {};
}

std::map<std::string, std::string> Systemctl::properties(std::string_view unit) const
{
    std::map<std::string, std::string> found;
    const auto shown = run({ "show", std::string(unit),
        "--property=LoadState,FragmentPath,UnitFileState,ActiveState,SubState,StatusText,Result,NRestarts,"
        "MainPID" });
    if (shown && shown->fine())
        each_assignment(shown->out,
            [&](std::string name, std::string_view value) { found.emplace(std::move(name), value); });
    return found;
}

std::string Systemctl::words() const { return scope_ == Scope::user ? "systemctl --user" : "systemctl"; }

Environment parse_environment(std::string_view lines)
{
    Environment environment;
    each_assignment(lines, [&](std::string name, std::string_view value) {
        environment.emplace(std::move(name), unquoted(value));
    });
    return environment;
}

} // namespace dragoman::cli
