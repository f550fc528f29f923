#include "cli/service_systemd.h"

#include "base/files.h"
#include "base/limits.h"
#include "cli/service_file.h"
#include "cli/service_settings.h"
#include "cli/systemctl.h"
#include "cli/terminal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <unistd.h>

namespace dragoman::cli {
namespace {

constexpr std::string_view unit = "dragoman.service";

int fail(const Error& error)
{
    complain(error.message);
    return exit_failed;
}

class SystemdService {
public:
    SystemdService(const Context& context, const ServiceOptions& options, const Started& started);
    int run();

private:
    std::optional<int> wrong_person() const;
    Result<Environment> ask_manager();
    std::optional<int> out_of_sight() const;
    bool is_packaged() const;
    int install();
    Result<void> start(PlacedFile::How placed);
    int report_failed_start(const Error& error);
    void say_what_now(const Environment& services);
    int uninstall();
    int status();
    std::string journal() const;

    const Context& context_;
    const ServiceOptions& options_;
    const Started& started_;
    Scope scope_;
    std::string path_;
    std::string text_;
    Systemctl systemctl_;
};

std::string path_of_unit(Scope scope, const Environment& environment)
{
    if (scope == Scope::system)
        return fmt::format("/etc/systemd/system/{}", unit);
    if (const auto given = lookup(environment, "XDG_CONFIG_HOME"); given && given->starts_with('/'))
        return fmt::format("{}/systemd/user/{}", *given, unit);
    return fmt::format("{}/.config/systemd/user/{}", lookup(environment, "HOME").value_or(""), unit);
}

SystemdService::SystemdService(const Context& context, const ServiceOptions& options, const Started& started)
    : context_(context)
    , options_(options)
    , started_(started)
    , scope_(options.system ? Scope::system : Scope::user)
    , path_(path_of_unit(scope_, context.sources.environment))
    , text_(unit_text(scope_ == Scope::system ? packaged_system_unit() : packaged_user_unit(), started))
    , systemctl_(scope_, context.sources.environment)
{
}

int SystemdService::run()
{
    if (options_.action == ServiceOptions::Action::status)
        return status();
    if (options_.action == ServiceOptions::Action::install && options_.print) {
        complain(fmt::format("this would be {}", path_));
        print(text_);
        return exit_ok;
    }
    if (auto code = wrong_person())
        return *code;
    return options_.action == ServiceOptions::Action::install ? install() : uninstall();
}

std::optional<int> SystemdService::wrong_person() const
{
    const Environment& environment = context_.sources.environment;
    if (scope_ == Scope::system && ::geteuid() != 0) {
        complain("a service of the whole machine needs root: run this with sudo, or without --system for "
                 "your own");
        return exit_failed;
    }
    if (scope_ == Scope::user && ::geteuid() == 0 && lookup(environment, "SUDO_USER")) {
        complain(
            "with sudo this would be root's own service: run it without sudo for yours, or with --system for "
            "one of the whole machine");
        return exit_failed;
    }
    if (scope_ == Scope::user && !path_.starts_with('/')) {
        complain("HOME is not set, so that there is no place for your unit");
        return exit_usage;
    }
    return std::nullopt;
}

// The system's unit hides homes and temporary folders from the service, its own program among them.
std::optional<int> SystemdService::out_of_sight() const
{
    if (scope_ == Scope::user)
        return std::nullopt;
    for (const std::string* path : { &started_.program, &started_.config })
        for (const std::string_view hidden : { "/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/" })
            if (path->starts_with(hidden)) {
                complain(fmt::format(
                    "a service of the whole machine does not see {}: install the program with `sudo "
                    "make install`, and put its configuration into /etc/dragoman",
                    *path));
                return exit_failed;
            }
    return std::nullopt;
}

// The manager looks for units below its own XDG_CONFIG_HOME, whatever this shell's is.
Result<Environment> SystemdService::ask_manager()
{
    auto services = systemctl_.services_environment();
    if (services && lookup(*services, "HOME"))
        path_ = path_of_unit(scope_, *services);
    return services;
}

// A package has brought the very unit that would be written.
bool SystemdService::is_packaged() const
{
    const std::string_view folder = scope_ == Scope::system ? "system" : "user";
    for (const std::string_view root : { "/usr/lib", "/lib", "/usr/local/lib" })
        if (auto text = read_file(fmt::format("{}/systemd/{}/{}", root, folder, unit), limits::MiB);
            text && *text == text_ && !read_file(path_, limits::MiB))
            return true;
    return false;
}

int SystemdService::install()
{
    if (auto code = out_of_sight())
        return *code;
    const auto services = ask_manager();
    if (!services)
        return fail(services.error());
    if (auto code = settings_in_the_way(context_, scope_, *services))
        return *code;
    PlacedFile placed;
    if (!is_packaged()) {
        auto done = place_file(path_, signed_unit(text_), 0644);
        if (!done)
            return fail(done.error());
        placed = *done;
    }
    if (started_.program.contains("/build/"))
        print(fmt::format(
            "Note: {} lies in a build folder; the service ends with it. `make install` gives it a "
            "lasting place.\n",
            started_.program));
    if (!placed.backup.empty())
        print(fmt::format("The unit that was there is now {}.\n", placed.backup));
    if (placed.how == PlacedFile::How::written)
        print(fmt::format("Written: {}\n", path_));
    if (auto begun = start(placed.how); !begun)
        return report_failed_start(begun.error());
    say_what_now(*services);
    return exit_ok;
}

// What runs with an older unit starts again; what runs with this one is left alone.
Result<void> SystemdService::start(PlacedFile::How placed)
{
    const std::string name(unit);
    std::vector<std::vector<std::string>> steps { { "daemon-reload" }, { "enable", name },
        { placed == PlacedFile::How::written ? "restart" : "start", name } };
    for (auto& step : steps)
        if (auto done = systemctl_.call(std::move(step)); !done)
            return done;
    return {};
}

int SystemdService::report_failed_start(const Error& error)
{
    const auto now = systemctl_.properties(unit);
    const auto status = now.find("StatusText");
    complain(error.message);
    if (status != now.end() && !status->second.empty())
        complain("what it said last: " + status->second);
    complain(fmt::format("more: {}", journal()));
    return exit_failed;
}

void SystemdService::say_what_now(const Environment& services)
{
    const auto now = systemctl_.properties(unit);
    const auto status = now.find("StatusText");
    print(fmt::format("dragoman runs as {} service{}\n", scope_ == Scope::user ? "your" : "the machine's",
        status == now.end() || status->second.empty() ? "." : ": " + plain(status->second)));
    print(fmt::format("Its log: {}\n", journal()));
    if (const auto unseen = unseen_variables(context_.sources.environment, services); !unseen.empty())
        print(fmt::format(
            "Set in this shell, and unknown to the service: {}. What it shall know belongs into the "
            "configuration or, for proxies and certificates, into `{} edit dragoman`.\n",
            fmt::join(unseen, ", "), systemctl_.words()));
    const auto user = lookup(context_.sources.environment, "USER");
    const std::string linger = fmt::format("/var/lib/systemd/linger/{}", user.value_or(""));
    if (scope_ == Scope::user && !read_file(linger, limits::KiB))
        print(
            "It begins with your login and ends with your last logout; `loginctl enable-linger` lets it run "
            "always.\n");
}

int SystemdService::uninstall()
{
    (void)ask_manager(); // Where there is none, a file may still be left.
    const auto before = systemctl_.properties(unit);
    const auto known = before.find("LoadState");
    const bool loaded = known != before.end() && known->second != "not-found";
    if (loaded)
        if (auto stopped = systemctl_.call({ "disable", "--now", std::string(unit) }); !stopped)
            return fail(stopped.error());
    const auto removed = remove_file(path_);
    if (!removed)
        return fail(removed.error());
    if (*removed == Removed::gone)
        print(fmt::format("Removed: {}\n", path_));
    if (*removed == Removed::kept)
        print(fmt::format("{} stays: it is not, or no longer, what dragoman wrote.\n", path_));
    if (!loaded) {
        print(*removed == Removed::was_absent ? "There is no service to remove.\n" : "");
        return exit_ok;
    }
    if (auto reloaded = systemctl_.call({ "daemon-reload" }); !reloaded)
        return fail(reloaded.error());
    print("dragoman no longer runs as a service. Its configuration and its keys are untouched.\n");
    return exit_ok;
}

int SystemdService::status()
{
    const auto answers = ask_manager();
    if (!answers)
        return fail(answers.error());
    auto now = systemctl_.properties(unit);
    if (now["LoadState"] == "not-found" || now["FragmentPath"].empty()) {
        print(scope_ == Scope::user
                ? "There is no service of yours. `dragoman service install` makes one.\n"
                : "The machine has no service. `sudo dragoman service install --system` makes one.\n");
        return exit_failed;
    }
    const std::array<std::pair<std::string_view, std::string>, 6> lines { { { "unit", now["FragmentPath"] },
        { "starts by itself",
            now["UnitFileState"] == "enabled" ? "yes" : "no (" + now["UnitFileState"] + ")" },
        { "runs",
            now["ActiveState"] == "active" ? "yes, process " + now["MainPID"]
                                           : fmt::format("no ({}, {})", now["ActiveState"], now["Result"]) },
        { "started again", now["NRestarts"] == "0" ? "" : now["NRestarts"] + " times after a failure" },
        { "says", now["StatusText"] }, { "log", journal() } } };
    for (const auto& [name, value] : lines)
        if (!value.empty())
            print(fmt::format("{:<18}{}\n", name, plain(value)));
    return now["ActiveState"] == "active" ? exit_ok : exit_failed;
}

std::string SystemdService::journal() const
{
    return fmt::format("journalctl{} -u dragoman -f", scope_ == Scope::user ? " --user" : "");
}

} // namespace

int systemd_service(const Context& context, const ServiceOptions& options, const Started& started)
{
    return SystemdService(context, options, started).run();
}

} // namespace dragoman::cli
