#include "cli/status.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/limits.h"
#include "cli/live_screen.h"
#include "cli/status_text.h"
#include "json/document.h"
#include "net/fetch.h"

#include <algorithm>
#include <chrono>
#include <unistd.h>

namespace dragoman::cli {

namespace {

constexpr auto patience = std::chrono::seconds(1);
constexpr auto pause_between_looks = std::chrono::seconds(1);

std::int64_t now_unix()
{
    return std::chrono::duration_cast<std::chrono::seconds>(WallClock::now().time_since_epoch()).count();
}

// Its token is shown only to who has proved to know it already.
std::string report_of(const gateway::Instance& instance)
{
    if (!gateway::proves_itself(instance))
        return {};
    net::FetchRequest request { .url = instance.url + "/api/status",
        .fields = { { "authorization", "Bearer " + std::string(instance.token.reveal()) } },
        .time = patience,
        .bytes_max = limits::MiB };
    auto answer = net::fetch(request, {}); // always on this machine: no proxy has a part in it
    json::Document document;
    const bool is_report = answer && answer->status == 200 && document.parse(answer->body);
    return is_report ? std::move(answer->body) : std::string();
}

std::vector<Seen> look(const Environment& environment)
{
    std::vector<Seen> all;
    for (gateway::Instance& instance : gateway::find_instances(runtime_directory(environment))) {
        std::string report = report_of(instance);
        all.push_back({ std::move(instance), std::move(report) });
    }
    return all;
}

int watch(const Environment& environment)
{
    const Style style = Style::of(STDOUT_FILENO, environment);
    const auto draw = [&] {
        return status_text(look(environment), now_unix(), style) + "\n" + style.dim("q ends this") + "\n";
    };
    if (watch_live(pause_between_looks, draw))
        return exit_ok;
    complain("status --watch needs a terminal; `dragoman status --json` is for programs");
    return exit_usage;
}

} // namespace

int status(const Context& context, bool json, bool watched)
{
    const Environment& environment = context.sources.environment;
    if (json && watched) {
        complain("--json and --watch do not go together: a program asks again when it wants to know");
        return exit_usage;
    }
    if (watched)
        return watch(environment);
    const std::vector<Seen> all = look(environment);
    print(json ? status_json(all) : status_text(all, now_unix(), Style::of(STDOUT_FILENO, environment)));
    const bool running = std::ranges::any_of(all, [](const Seen& seen) { return !seen.report.empty(); });
    return running ? exit_ok : exit_failed;
}

} // namespace dragoman::cli
