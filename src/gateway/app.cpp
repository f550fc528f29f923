#include "gateway/app.h"

#include "base/limits.h"
#include "base/log.h"
#include "config/command_line.h"
#include "gateway/catalogue_feed.h"
#include "gateway/control.h"
#include "gateway/demo_server.h"
#include "gateway/worker.h"
#include "net/background.h"
#include "tokens/calibration_file.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <malloc.h>
#include <thread>

namespace dragoman::gateway {

namespace {

void say(const std::string& text) { std::fputs((text + "\n").c_str(), stderr); }

net::ServerOptions server_options(const config::Config& config)
{
    net::ServerOptions options { .listen = {},
        .workers = static_cast<unsigned>(config.server.workers),
        .body_max = config.server.request_body };
    for (const config::Endpoint& endpoint : config.server.listen)
        options.listen.push_back({ endpoint.host, endpoint.port, endpoint.optional });
    options.patience.idle = config.server.client_idle;
    options.patience.write_stall = config.server.write_stall;
    return options;
}

// The demonstration's counts say nothing about a real model's tokenizer.
std::string calibration_path(const config::Config& config)
{
    return config.demo || config.state_directory.empty() ? "" : config.state_directory + "/calibration.json";
}

std::unique_ptr<net::Handler> make_worker(net::WorkerContext& context, Shared& shared)
{
    if (context.index == 0)
        boost::asio::co_spawn(context.loop, keep_catalogue(shared, context.upstream), boost::asio::detached);
    return std::make_unique<Worker>(context, shared);
}

// The demonstration is an upstream like any other: only its address and its key are given.
Result<void> set_up_demonstration(DemoServer& demo, config::Sources& sources)
{
    if (auto started = demo.start(); !started)
        return started;
    sources.environment["OPENROUTER_BASE_URL"] = demo.base_url();
    sources.environment["OPENROUTER_API_KEY"] = "demonstration";
    sources.dotenv = false;
    return {};
}

void announce(const net::Server& server, const config::Config& config, const net::Proxies& proxies)
{
    for (const std::string& endpoint : server.endpoints())
        log::info("listening on http://" + endpoint);
    if (config.degraded())
        log::warning(
            "no upstream key is configured: set OPENROUTER_API_KEY; until then every message is refused");
    if (std::string through = proxies.describe(); !through.empty())
        log::info("upstreams are reached through a proxy", { { "proxy", through } });
}

void announce_demonstration(const std::string& address, bool token_required)
{
    std::string_view token = token_required ? "\"$DRAGOMAN_CLIENT_TOKEN\"" : "demonstration";
    std::string_view authorization = token_required ? " -H \"x-api-key: $DRAGOMAN_CLIENT_TOKEN\"" : "";
    std::string body = R"({"model":"claude-sonnet-4-5","max_tokens":256,"stream":true,)"
                       R"("messages":[{"role":"user","content":"Hello"}]})";
    std::string text = fmt::format(
        "This is a demonstration: a scripted upstream plays a small model, nothing leaves this machine.\n"
        "Set OPENROUTER_API_KEY and start again to work with a real one.\n\n"
        "Try it, while this runs:\n\n"
        "  curl -N http://{0}/v1/messages -H 'content-type: application/json'{3} -d '{1}'\n\n"
        "  ANTHROPIC_BASE_URL=http://{0} ANTHROPIC_AUTH_TOKEN={2} claude\n\n",
        address, body, token, authorization);
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

int run(const config::Sources& sources, const config::Config& config, const std::string& version)
{
    auto trust = net::Trust::load(sources.environment);
    auto proxies = net::Proxies::from(sources.environment);
    for (const Error* error : { trust ? nullptr : &trust.error(), proxies ? nullptr : &proxies.error() })
        if (error) {
            log::error(error->message);
            return config::exit_failed;
        }
    config::Live live(sources, config);
    Shared shared { .live = live, .version = version };
    load_cached_catalogue(shared);
    tokens::CalibrationFile calibration(shared.calibration, calibration_path(config));
    calibration.restore();
    net::Server server(server_options(config), *trust, *proxies,
        [&shared](net::WorkerContext& context) { return make_worker(context, shared); });
    if (auto bound = server.bind(); !bound) {
        log::error(bound.error().message);
        return config::exit_failed;
    }
    Control control(server, shared, calibration);
    announce(server, config, *proxies);
    if (config.demo)
        announce_demonstration(server.endpoints().front(), config.client_token_required());
    control.run();
    net::finish_background();
    calibration.save();
    log::info("ended");
    return config::exit_ok;
}

// Bodies of many megabytes come and go on several threads. Left to itself glibc raises the size from which it
// maps memory until such bodies lie in the heaps of those threads, and keeps what a burst of them took for
// good. https://man7.org/linux/man-pages/man3/mallopt.3.html
void give_large_memory_back()
{
    constexpr int mapped_from = 4 * limits::MiB;
    constexpr int kept_in_a_heap = 8 * limits::MiB;
    ::mallopt(M_MMAP_THRESHOLD, mapped_from);
    ::mallopt(M_TRIM_THRESHOLD, kept_in_a_heap);
}

} // namespace

int serve(const config::Sources& given, const std::string& version)
{
    survive_stray_signals();
    give_large_memory_back();
    config::Sources sources = given;
    DemoServer demo;
    if (sources.flags.demo) {
        if (auto started = set_up_demonstration(demo, sources); !started) {
            say("dragoman: " + started.error().message);
            return config::exit_failed;
        }
    }
    auto loaded = config::load(sources);
    if (!loaded) {
        for (const std::string& mistake : loaded.error().mistakes)
            say(mistake);
        return config::exit_usage;
    }
    config::forget_keys_of_process(loaded->config.upstream.key_name);
    const config::Config& config = loaded->config;
    auto opened = log::open({ .level = config.log.level, .file = config.log.file });
    if (!opened)
        log::warning(opened.error().message);
    for (const std::string& warning : loaded->warnings)
        log::warning(warning);
    return run(sources, config, version);
}

} // namespace dragoman::gateway
