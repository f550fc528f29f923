#include "gateway/catalogue_feed.h"

#include "base/log.h"
#include "gateway/catalogue_store.h"
#include "gateway/targets.h"
#include "net/background.h"
#include "net/race.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace dragoman::gateway {

namespace {

constexpr auto patience = std::chrono::seconds(15);
constexpr Clock::duration after_failure = std::chrono::minutes(1); // then twice as long each time
constexpr Clock::duration after_failures = std::chrono::minutes(10);

enum class Failures : std::uint8_t { are_warned_of, are_known };

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

void tell_failure(const config::Upstream& from, const Error& error, Failures failures)
{
    const log::Field fields[] { { "upstream", from.name }, { "url", from.models_url },
        { "reason", error.message } };
    log::write(failures == Failures::are_known ? log::Level::debug : log::Level::warning,
        "the upstream's model list could not be fetched", fields);
}

net::Task<void> fetch_list(Shared& shared, std::shared_ptr<const config::Config> config,
    const config::Upstream& from, net::Upstream& upstream, Failures failures)
{
    auto fetched = co_await net::before(Clock::now() + patience, get(from, upstream, shared.version));
    Result<std::string> body = fetched ? std::move(*fetched) : Failure(Error::timed_out("no answer in time"));
    auto catalogue = body ? route::Catalogue::parse(*body) : Failure(body.error());
    if (!catalogue) {
        tell_failure(from, catalogue.error(), failures);
    } else {
        log::debug(
            "model list fetched", { { "upstream", from.name }, { "models", catalogue->models().size() } });
        shared.catalogues.set(from.name, std::make_shared<const route::Catalogue>(std::move(*catalogue)));
        if (!config->demo)
            net::post_to_background(
                [config, &from, body = std::move(*body)]() mutable { keep(*config, from, std::move(body)); });
    }
    if (&from == &config->main())
        shared.catalogues.settle();
}

// The list of OpenRouter and of one's own server needs no key, those of others do. Where failures are known
// already, only of those that have no list yet.
net::Task<void> fetch(Shared& shared, net::Upstream& upstream, Failures failures)
{
    auto config = shared.live.get();
    if (!config->catalogue.enabled)
        co_return;
    auto loop = co_await boost::asio::this_coro::executor;
    const auto known = shared.catalogues.get();
    for (const config::Upstream& from : config->upstreams) {
        const bool answers = &from == &config->main() || !from.degraded();
        const bool is_due = failures == Failures::are_warned_of || known->of(from.name).empty();
        if (answers && is_due)
            boost::asio::co_spawn(
                loop, fetch_list(shared, config, from, upstream, failures), boost::asio::detached);
    }
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

// All at once: one that does not answer keeps nobody waiting.
net::Task<void> fetch_catalogues(Shared& shared, net::Upstream& upstream)
{
    return fetch(shared, upstream, Failures::are_warned_of);
}

net::Task<void> keep_catalogues(Shared& shared, net::Upstream& upstream)
{
    for (;;) {
        auto config = shared.live.get();
        const TimePoint next = Clock::now() + config->catalogue.refresh;
        if (config->catalogue.enabled)
            co_await fetch(shared, upstream, Failures::are_warned_of);
        else
            shared.catalogues.settle();
        config.reset();
        Clock::duration pause = after_failure;
        while (Clock::now() + pause < next) {
            co_await net::sleep_for(pause);
            co_await fetch(shared, upstream, Failures::are_known);
            pause = std::min(2 * pause, after_failures);
        }
        co_await net::sleep_until(next);
    }
}

} // namespace dragoman::gateway
