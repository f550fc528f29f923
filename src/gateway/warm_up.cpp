#include "gateway/warm_up.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace dragoman::gateway {

void warm_up(const Shared& shared, net::WorkerContext& context)
{
    auto config = shared.live.get();
    if (!shared.warms_up || config->demo || config->degraded() || context.draining)
        return;
    if (auto url = net::parse_url(config->main().base_url))
        boost::asio::co_spawn(context.loop,
            context.upstream.warm_up(std::move(url->origin), config->main().connect),
            boost::asio::detached);
}

void warm_up_at_first(const Shared& shared, net::WorkerContext& context)
{
    auto config = shared.live.get();
    auto models = net::parse_url(config->main().models_url);
    auto base = net::parse_url(config->main().base_url);
    bool leaves_one =
        context.index == 0 && config->catalogue.enabled && models && base && models->origin == base->origin;
    if (!leaves_one)
        warm_up(shared, context);
}

} // namespace dragoman::gateway
