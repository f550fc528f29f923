#include "gateway/app.h"

#include "base/exit_code.h"
#include "base/log.h"
#include "gateway/control.h"
#include "gateway/demo_server.h"
#include "gateway/service.h"
#include "gateway/started_by.h"

#include <fmt/format.h>

#include <cstdio>
#include <unistd.h>

namespace dragoman::gateway {

namespace {

void say(const std::string& text) { std::fputs((text + "\n").c_str(), stderr); }

void announce(const Service& service, const config::Config& config, const std::string& program)
{
    for (const std::string& endpoint : service.endpoints())
        log::info("listening on " + (endpoint.starts_with("unix:") ? endpoint : "http://" + endpoint));
    if (config.degraded())
        log::warning(fmt::format("no upstream key is configured: set {}; until then every message is refused",
            config.missing_keys()));
    else if (!config.demo && ::isatty(STDERR_FILENO) != 0)
        log::info("start Claude Code in another terminal with: " + program + " code");
    if (std::string through = service.proxies(); !through.empty())
        log::info("upstreams are reached through a proxy", { { "proxy", through } });
}

void announce_demonstration(const std::string& url, bool token_required)
{
    std::string_view token = token_required ? "\"$DRAGOMAN_CLIENT_TOKEN\"" : "demonstration";
    std::string_view authorization = token_required ? " -H \"x-api-key: $DRAGOMAN_CLIENT_TOKEN\"" : "";
    std::string body = R"({"model":"claude-sonnet-4-5","max_tokens":256,"stream":true,)"
                       R"("messages":[{"role":"user","content":"Hello"}]})";
    std::string text = fmt::format(
        "This is a demonstration: a scripted upstream plays a small model, nothing leaves this machine.\n"
        "Set OPENROUTER_API_KEY and start again to work with a real one.\n\n"
        "Try it, while this runs:\n\n"
        "  curl -N {0}/v1/messages -H 'content-type: application/json'{3} -d '{1}'\n\n"
        "  ANTHROPIC_BASE_URL={0} ANTHROPIC_AUTH_TOKEN={2} claude\n\n",
        url, body, token, authorization);
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

int run(const config::Sources& sources, const config::Config& config, const std::string& version,
    const std::string& program, StartedBy by)
{
    const ServiceManager manager = by.manager;
    Service service(sources, config, { .version = version, .started_by = std::move(by), .warms_up = true });
    if (auto bound = service.bind(); !bound) {
        log::error(bound.error().message);
        manager.failed(bound.error().message);
        return exit_failed;
    }
    announce(service, config, program);
    if (const std::string url = service.url(); config.demo && !url.empty())
        announce_demonstration(url, config.client_token_required());
    service.run();
    log::info("ended");
    return exit_ok;
}

} // namespace

int serve(const config::Sources& given, const std::string& version, const std::string& program)
{
    survive_stray_signals();
    give_large_memory_back();
    config::Sources sources = given;
    auto by = take_over(sources);
    if (!by) {
        say("dragoman: " + by.error().message);
        return exit_failed;
    }
    DemoServer demo;
    if (sources.flags.demo) {
        if (auto started = set_up_demonstration(demo, sources); !started) {
            say("dragoman: " + started.error().message);
            return exit_failed;
        }
    }
    auto loaded = config::load(sources);
    if (!loaded) {
        for (const std::string& mistake : loaded.error().mistakes)
            say(mistake);
        by->manager.failed(loaded.error().mistakes.front());
        return exit_usage;
    }
    config::forget_keys_of_process(loaded->config);
    const config::Config& config = loaded->config;
    auto opened = log::open({ .level = config.log.level, .file = config.log.file });
    if (!opened)
        log::warning(opened.error().message);
    for (const std::string& warning : loaded->warnings)
        log::warning(warning);
    return run(sources, config, version, program, std::move(*by));
}

} // namespace dragoman::gateway
