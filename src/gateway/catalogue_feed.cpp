#include "gateway/catalogue_feed.h"

#include "base/log.h"
#include "gateway/catalogue_store.h"
#include "gateway/targets.h"
#include "net/background.h"
#include "net/race.h"

#include <fmt/format.h>

namespace dragoman::gateway {

namespace {

constexpr auto patience = std::chrono::seconds(15);
constexpr auto after_failure = std::chrono::seconds(60);

net::Task<Result<std::string>> get(
    const config::Config& config, net::Upstream& upstream, const std::string& version)
{
    auto url = net::parse_url(config.main().models_url);
    if (!url)
        co_return Failure(url.error());
    OwnedFields owned = common_fields(config, version);
    std::vector<net::Field> fields = views(owned);
    net::UpstreamRequest request { .origin = url->origin,
        .method = "GET",
        .target = url->path,
        .fields = fields,
        .connect_time = config.main().connect };
    auto answer = co_await upstream.send(request);
    if (!answer)
        co_return Failure(answer.error());
    if ((*answer)->status() != 200)
        co_return Failure(Error::upstream_protocol(fmt::format("status {}", (*answer)->status())));
    co_return co_await net::read_all(**answer, model_list_max);
}

void keep(const config::Config& config, std::string body)
{
    if (auto kept = keep_list(config, std::move(body)); !kept)
        log::warning("the model list could not be kept on disk", { { "reason", kept.error().message } });
}

} // namespace

void load_cached_catalogue(Shared& shared)
{
    auto config = shared.live.get();
    if (!config->catalogue.enabled || config->demo)
        return;
    auto kept = read_kept_list(*config);
    if (!kept)
        log::warning("the model list on disk could not be read", { { "reason", kept.error().message } });
    else if (*kept)
        shared.catalogue.set(std::make_shared<const route::Catalogue>(std::move((*kept)->catalogue)));
}

net::Task<void> fetch_catalogue(Shared& shared, net::Upstream& upstream)
{
    auto config = shared.live.get();
    auto fetched = co_await net::before(Clock::now() + patience, get(*config, upstream, shared.version));
    Result<std::string> body = fetched ? std::move(*fetched) : Failure(Error::timed_out("no answer in time"));
    auto catalogue = body ? route::Catalogue::parse(*body) : Failure(body.error());
    if (!catalogue) {
        log::warning("the upstream's model list could not be fetched",
            { { "url", config->main().models_url }, { "reason", catalogue.error().message } });
        shared.catalogue.give_up_waiting();
        co_return;
    }
    log::debug("model list fetched", { { "models", catalogue->models().size() } });
    shared.catalogue.set(std::make_shared<const route::Catalogue>(std::move(*catalogue)));
    if (!config->demo)
        net::post_to_background(
            [config, body = std::move(*body)]() mutable { keep(*config, std::move(body)); });
}

net::Task<void> keep_catalogue(Shared& shared, net::Upstream& upstream)
{
    for (;;) {
        auto config = shared.live.get();
        if (config->catalogue.enabled)
            co_await fetch_catalogue(shared, upstream);
        else
            shared.catalogue.give_up_waiting();
        bool empty = shared.catalogue.get()->empty();
        Clock::duration pause = config->catalogue.refresh;
        if (empty && config->catalogue.enabled)
            pause = std::min<Clock::duration>(pause, after_failure);
        co_await net::sleep_for(pause);
    }
}

} // namespace dragoman::gateway
