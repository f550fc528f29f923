#include "cli/service_launchd.h"

#include "cli/run_program.h"
#include "cli/service_file.h"
#include "cli/service_settings.h"
#include "cli/terminal.h"
#include "config/values.h"

#include <fmt/format.h>

#include <unistd.h>

namespace dragoman::cli {
namespace {

class LaunchdService {
public:
    LaunchdService(const Context& context, const ServiceOptions& options, const Started& started)
        : context_(context)
        , options_(options)
        , home_(lookup(context.sources.environment, "HOME").value_or(""))
        , path_(fmt::format("{}/Library/LaunchAgents/{}.plist", home_, launchd_label))
        , text_(launchd_text(started, home_))
    {
    }
    int run();

private:
    int install();
    int uninstall();
    int status();
    bool is_loaded() { return launchctl({ "print", service() }).has_value(); }
    Result<std::string> launchctl(std::vector<std::string> arguments);
    static std::string domain() { return fmt::format("gui/{}", ::getuid()); }
    static std::string service() { return fmt::format("{}/{}", domain(), launchd_label); }
    std::string log_words() const { return fmt::format("tail -f {}/Library/Logs/dragoman.log", home_); }

    const Context& context_;
    const ServiceOptions& options_;
    std::string home_;
    std::string path_;
    std::string text_;
};

int fail(std::string_view why)
{
    complain(why);
    return exit_failed;
}

int LaunchdService::run()
{
    if (options_.system)
        return fail("on macOS dragoman is a service of one person only: leave --system out");
    if (!home_.starts_with('/'))
        return fail("HOME is not set, so that there is no place for your service");
    switch (options_.action) {
    case ServiceOptions::Action::install:
        return install();
    case ServiceOptions::Action::uninstall:
        return uninstall();
    case ServiceOptions::Action::status:
        return status();
    }
    return exit_failed;
}

Result<std::string> LaunchdService::launchctl(std::vector<std::string> arguments)
{
    const std::string spoken = fmt::format("launchctl {} {}", arguments.front(), arguments.back());
    arguments.insert(arguments.begin(), "launchctl");
    Environment environment { { "HOME", home_ } };
    if (const auto path = lookup(context_.sources.environment, "PATH"))
        environment.emplace("PATH", *path);
    auto result = run_program(arguments, environment);
    if (!result)
        return Failure(result.error());
    if (!result->fine())
        return Failure(
            Error::internal(fmt::format("`{}` failed: {}", spoken, plain(config::trim(result->err)))));
    return std::move(result->out);
}

int LaunchdService::install()
{
    if (options_.print) {
        complain(fmt::format("this would be {}", path_));
        print(text_);
        return exit_ok;
    }
    // launchd hands on next to nothing; a service's settings stand in the configuration.
    const Environment services { { "HOME", home_ } };
    if (auto code = settings_in_the_way(context_, Scope::user, services))
        return *code;
    auto placed = place_file(path_, signed_plist(text_), 0644);
    if (!placed)
        return fail(placed.error().message);
    if (!placed->backup.empty())
        print(fmt::format("The file that was there is now {}.\n", placed->backup));
    const bool loaded = is_loaded();
    if (placed->how == PlacedFile::How::written)
        print(fmt::format("Written: {}\n", path_));
    if (loaded && placed->how == PlacedFile::How::written)
        (void)launchctl({ "bootout", service() });
    if (!loaded || placed->how == PlacedFile::How::written)
        if (auto started = launchctl({ "bootstrap", domain(), path_ }); !started)
            return fail(started.error().message);
    print(fmt::format("dragoman runs as your service, from each login on.\nIts log: {}\n", log_words()));
    return exit_ok;
}

int LaunchdService::uninstall()
{
    if (is_loaded())
        if (auto stopped = launchctl({ "bootout", service() }); !stopped)
            return fail(stopped.error().message);
    const auto removed = remove_file(path_);
    if (!removed)
        return fail(removed.error().message);
    if (*removed == Removed::gone)
        print(fmt::format("Removed: {}\n", path_));
    else if (*removed == Removed::kept)
        print(fmt::format("{} stays: it is not, or no longer, what dragoman wrote.\n", path_));
    else
        print("There is no service to remove.\n");
    return exit_ok;
}

int LaunchdService::status()
{
    auto shown = launchctl({ "print", service() });
    if (!shown) {
        print("There is no service of yours. `dragoman service install` makes one.\n");
        return exit_failed;
    }
    const bool runs = shown->contains("state = running");
    print(fmt::format(
        "{:<18}{}\n{:<18}{}\n{:<18}{}\n", "agent", path_, "runs", runs ? "yes" : "no", "log", log_words()));
    return runs ? exit_ok : exit_failed;
}

} // namespace

int launchd_service(const Context& context, const ServiceOptions& options, const Started& started)
{
    return LaunchdService(context, options, started).run();
}

} // namespace dragoman::cli
