#include "gateway/service.h"

#include "base/code_memory.h"
#include "base/files.h"
#include "base/log.h"
#include "base/signals_held.h"
#include "gateway/catalogue_feed.h"
#include "gateway/control.h"
#include "gateway/warm_up.h"
#include "gateway/worker.h"
#include "net/background.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <unistd.h>

namespace dragoman::gateway {

namespace {

net::ServerOptions server_options(const config::Config& config)
{
    net::ServerOptions options { .listen = {},
        .workers = static_cast<unsigned>(config.server.workers),
        .body_max = config.server.request_body };
    for (const config::Endpoint& endpoint : config.server.listen)
        options.listen.push_back({ endpoint.host, endpoint.port, endpoint.optional });
    options.patience.idle = config.server.client_idle;
    if (const std::size_t most = config.limits.all.body_bytes; most > 0)
        options.bodies_in_memory = most;
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
    warm_up_at_first(shared, context);
    if (context.index == 0)
        boost::asio::co_spawn(context.loop, keep_catalogues(shared, context.upstream), boost::asio::detached);
    return std::make_unique<Worker>(context, shared);
}

// "[::]:8080" is reached at a loopback address.
std::string reachable(std::string_view endpoint)
{
    for (const auto& [any, loopback] :
        { std::pair<std::string_view, std::string_view> { "0.0.0.0:", "127.0.0.1:" }, { "[::]:", "[::1]:" } })
        if (endpoint.starts_with(any))
            return fmt::format("{}{}", loopback, endpoint.substr(any.size()));
    return std::string(endpoint);
}

std::int64_t now_unix()
{
    return std::chrono::duration_cast<std::chrono::seconds>(WallClock::now().time_since_epoch()).count();
}

} // namespace

// Bodies of many megabytes come and go on several threads. Left to itself glibc raises the size from which it
// maps memory until such bodies lie in the heaps of those threads, and keeps what a burst of them took for
// good. https://man7.org/linux/man-pages/man3/mallopt.3.html
void give_large_memory_back()
{
#ifdef __GLIBC__
    constexpr int mapped_from = 4 * limits::MiB;
    constexpr int kept_in_a_heap = 8 * limits::MiB;
    ::mallopt(M_MMAP_THRESHOLD, mapped_from);
    ::mallopt(M_TRIM_THRESHOLD, kept_in_a_heap);
#endif
}

Service::Service(const config::Sources& sources, const config::Config& config, ServiceOptions options)
    : sources_(sources)
    , config_(std::make_shared<config::Config>(config))
    , options_(std::move(options))
    , live_(sources, config)
    , shared_ { .live = live_, .version = options_.version, .warms_up = options_.warms_up }
    , calibration_(shared_.calibration, calibration_path(config))
    , learned_(shared_.learned, shared_.learned_in_sessions, learned_path(config))
    , metrics_(shared_)
{
}

Service::~Service()
{
    if (thread_.joinable())
        stop();
}

Result<void> Service::bind()
{
    auto trust = net::Trust::load(sources_.environment);
    if (!trust)
        return Failure(trust.error());
    auto proxies = net::Proxies::from(sources_.environment);
    if (!proxies)
        return Failure(proxies.error());
    proxies_ = *proxies;
    shared_.instance_token = options_.instance_token.empty()
        ? lasting_instance_token(config_->state_directory)
        : options_.instance_token;
    load_cached_catalogues(shared_);
    calibration_.restore();
    learned_.follow();
    server_ = std::make_unique<net::Server>(server_options(*config_), *trust, *proxies,
        [this](net::WorkerContext& context) { return make_worker(context, shared_); });
    if (auto bound = server_->bind(std::move(options_.started_by.sockets)); !bound)
        return bound;
    if (options_.kind
        == Instance::Kind::serve) // Beside a client the port belongs to the one that serves all.
        if (auto started = metrics_.start(config_->metrics.listen); !started)
            return started;
    Instance instance { .pid = ::getpid(),
        .kind = options_.kind,
        .url = url(),
        .token = shared_.instance_token,
        .started = now_unix(),
        .version = options_.version,
        .demonstration = config_->demo,
        .config = config_->file };
    auto file = InstanceFile::write(runtime_directory(sources_.environment), instance);
    if (file)
        instance_ = std::move(*file);
    else
        log::debug("other commands will not find this process", { { "reason", file.error().message } });
    control_ = std::make_unique<Control>(*server_, shared_, calibration_, learned_,
        options_.kind == Instance::Kind::serve, options_.started_by.manager);
    return {};
}

std::vector<std::string> Service::endpoints() const { return server_->endpoints(); }

std::string Service::url() const
{
    for (const std::string& endpoint : server_->endpoints())
        if (!endpoint.starts_with("unix:"))
            return "http://" + reachable(endpoint);
    return {};
}

std::string Service::proxies() const { return proxies_.describe(); }

void Service::run()
{
    give_code_back();
    control_->run();
    net::finish_background();
    calibration_.save();
    learned_.follow();
}

void Service::start()
{
    SignalsHeld held;
    thread_ = std::thread([this] { run(); });
}

void Service::stop()
{
    shared_.cut_off = true;
    server_->stop_now();
    thread_.join();
}

} // namespace dragoman::gateway
