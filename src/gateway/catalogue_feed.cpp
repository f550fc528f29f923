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
    const config::Upstream& from, net::Upstream& upstream, const std::string& version)
{
    auto url = net::parse_url(from.models_url);
    if (!url)
        co_return Failure(url.error());
    OwnedFields owned = common_fields(from, from.key(), version);
    std::vector<net::Field> fields = views(owned);
    net::UpstreamRequest request { .origin = url->origin,
        .method = "GET",
        .target = url->path,
        .fields = fields,
        .connect_time = from.connect };
    auto answer = co_await upstream.send(request);
    if (!answer)
        co_return Failure(answer.error());
    if ((*answer)->status() != 200)
        co_return Failure(Error::upstream_protocol(fmt::format("status {}", (*answer)->status())));
    co_return co_await net::read_all(**answer, model_list_max);
}

void keep(const config::Config& config, const config::Upstream& from, std::string body)
{
    if (auto kept = keep_list(config, from, std::move(body)); !kept)
        log::warning("the model list could not be kept on disk", { { "reason", kept.error().message } });
}

net::Task<void> fetch_list(Shared& shared, std::shared_ptr<const config::Config> config,
    const config::Upstream& from, net::Upstream& upstream)
{
    auto fetched = co_await net::before(Clock::now() + patience, get(from, upstream, shared.version));
    Result<std::string> body = fetched ? std::move(*fetched) : Failure(Error::timed_out("no answer in time"));
    auto catalogue = body ? route::Catalogue::parse(*body) : Failure(body.error());
    if (!catalogue) {
        log::warning("the upstream's model list could not be fetched",
            { { "url", from.models_url }, { "reason", catalogue.error().message } });
        co_return;
    }
    log::debug("model list fetched", { { "upstream", from.name }, { "models", catalogue->models().size() } });
    shared.catalogues.set(from.name, std::make_shared<const route::Catalogue>(std::move(*catalogue)));
    if (!config->demo)
        net::post_to_background(
            [config, &from, body = std::move(*body)]() mutable { keep(*config, from, std::move(body)); });
}

} // namespace

void load_cached_catalogues(Shared& shared)
{
    auto config = shared.live.get();
    if (!config->catalogue.enabled || config->demo)
        return;
    for (const config::Upstream& from : config->upstreams) {
        auto kept = read_kept_list(*config, from);
        if (!kept)
            log::warning("the model list on disk could not be read", { { "reason", kept.error().message } });
        else if (*kept)
            shared.catalogues.set(
                from.name, std::make_shared<const route::Catalogue>(std::move((*kept)->catalogue)));
    }
    if (!shared.catalogues.get()->of(config->main().name).empty())
        shared.catalogues.settle();
}

// The list of OpenRouter and of one's own server needs no key, those of others do.
net::Task<void> fetch_catalogues(Shared& shared, net::Upstream& upstream)
{
    auto config = shared.live.get();
    for (const config::Upstream& from : config->upstreams) {
        const bool is_first = &from == &config->main();
        if (is_first || !from.degraded())
            co_await fetch_list(shared, config, from, upstream);
        if (is_first)
            shared.catalogues.settle();
    }
}

net::Task<void> keep_catalogues(Shared& shared, net::Upstream& upstream)
{
    for (;;) {
        auto config = shared.live.get();
        if (config->catalogue.enabled)
            co_await fetch_catalogues(shared, upstream);
        else
            shared.catalogues.settle();
        bool empty = shared.catalogues.get()->of(config->main().name).empty();
        Clock::duration pause = config->catalogue.refresh;
        if (empty && config->catalogue.enabled)
            pause = std::min<Clock::duration>(pause, after_failure);
        co_await net::sleep_for(pause);
    }
}

} // namespace dragoman::gateway
