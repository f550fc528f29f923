#include "gateway/warm_up.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace dragoman::gateway {

namespace {

void open(const Shared& shared, const config::Config& config, const config::Upstream& upstream,
    net::WorkerContext& context)
{
    if (!shared.warms_up || config.demo || upstream.degraded() || context.draining)
        return;
    if (auto url = net::parse_url(upstream.base_url))
        boost::asio::co_spawn(context.loop,
            context.upstream.warm_up(std::move(url->origin), upstream.connect), boost::asio::detached);
}

} // namespace

void warm_up(const Shared& shared, net::WorkerContext& context)
{
    auto config = shared.live.get();
    for (const config::Upstream& upstream : config->upstreams)
        open(shared, *config, upstream, context);
}

void warm_up_at_first(const Shared& shared, net::WorkerContext& context)
{
    auto config = shared.live.get();
    for (const config::Upstream& upstream : config->upstreams) {
        auto models = net::parse_url(upstream.models_url);
        auto base = net::parse_url(upstream.base_url);
        bool leaves_one = context.index == 0 && config->catalogue.enabled && models && base
            && models->origin == base->origin;
        if (!leaves_one)
            open(shared, *config, upstream, context);
    }
}

} // namespace dragoman::gateway
