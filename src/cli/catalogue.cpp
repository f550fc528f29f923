#include "cli/catalogue.h"

#include "gateway/catalogue_store.h"
#include "gateway/targets.h"
#include "net/fetch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace dragoman::cli {
namespace {

Result<std::string> fetch_list(const config::Upstream& upstream, const Environment& environment,
    std::string_view version, std::chrono::milliseconds patience)
{
    const net::FetchRequest request { .url = upstream.models_url,
        .fields = gateway::common_fields(upstream, upstream.key(), version),
        .time = patience,
        .bytes_max = gateway::model_list_max };
    auto answer = net::fetch(request, environment);
    if (!answer)
        return Failure(answer.error());
    if (answer->status != 200)
        return Failure(Error::upstream_protocol(fmt::format("{} answered {}", request.url, answer->status)));
    return std::move(answer->body);
}

std::string number_of(std::int64_t count, std::string_view what)
{
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

} // namespace

Result<KnownModels> known_models(const config::Config& config, const config::Upstream& upstream,
    const Environment& environment, std::string_view version, Network network,
    std::chrono::milliseconds patience)
{
    auto kept = gateway::read_kept_list(config, upstream);
    const bool have = kept && *kept;
    const std::int64_t now = gateway::now_unix();
    const auto from_disk = [&](std::string trouble) {
        return KnownModels { std::move((*kept)->catalogue),
            std::max<std::int64_t>(0, now - (*kept)->fetched_at), std::move(trouble) };
    };
    if (have && gateway::is_fresh((*kept)->fetched_at, now, config))
        return from_disk("");
    if (network != Network::may_be_asked && have)
        return from_disk("the network is left alone");
    if (network == Network::left_alone)
        return Failure(Error::unreachable("no list of models is on disk, and the network is left alone"));
    auto body = fetch_list(upstream, environment, version, patience);
    auto catalogue = body ? route::Catalogue::parse(*body) : Failure(body.error());
    if (!catalogue && have)
        return from_disk(catalogue.error().message);
    if (!catalogue)
        return Failure(catalogue.error());
    if (config.catalogue.enabled)
        (void)gateway::keep_list(
            config, upstream, std::move(*body)); // nowhere to keep it: fetched again next time
    return KnownModels { std::move(*catalogue), 0, "" };
}

std::vector<KnownUpstream> known_upstreams(
    const config::Config& config, const Environment& environment, std::string_view version, Network network)
{
    std::vector<KnownUpstream> all;
    for (const config::Upstream& upstream : config.upstreams)
        all.push_back({ &upstream, known_models(config, upstream, environment, version, network) });
    return all;
}

gateway::Catalogues catalogues_of(const std::vector<KnownUpstream>& known)
{
    gateway::Catalogues all;
    for (const KnownUpstream& one : known)
        if (one.models)
            all =
                all.with(one.upstream->name, std::make_shared<const route::Catalogue>(one.models->catalogue));
    return all;
}

bool is_listed(std::string_view id, const route::Catalogue& catalogue)
{
    const std::string dated = std::string(id) + "-20";
    return id.contains('@') || catalogue.find(id) != nullptr
        || std::ranges::any_of(
            catalogue.models(), [&](const auto& model) { return model->id.starts_with(dated); });
}

std::vector<std::string> ids_of(const route::Catalogue& catalogue)
{
    std::vector<std::string> ids;
    for (const auto& model : catalogue.models())
        ids.push_back(model->id);
    return ids;
}

std::string nearest_ids(std::string_view wanted, const route::Catalogue& catalogue, std::size_t count)
{
    return fmt::format("{}", fmt::join(route::nearest(wanted, ids_of(catalogue), count), ", "));
}

std::string age_text(std::int64_t seconds)
{
    struct Unit {
        std::int64_t seconds;
        std::string_view name;
    };
    static constexpr std::array<Unit, 3> units { { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } } };
    for (const Unit& unit : units)
        if (seconds >= unit.seconds)
            return number_of(seconds / unit.seconds, unit.name);
    return "a moment";
}

std::string window_text(std::uint64_t tokens)
{
    if (tokens < 1000)
        return fmt::format("{}", tokens);
    if (tokens < 1000000)
        return fmt::format("{}k", tokens / 1000);
    const std::uint64_t tenths = tokens / 100000;
    return tenths % 10 == 0 ? fmt::format("{}M", tenths / 10)
                            : fmt::format("{}.{}M", tenths / 10, tenths % 10);
}

std::string price_text(double dollars_per_token)
{
    const double price = dollars_per_token * 1e6;
    if (price <= 0)
        return "free";
    for (const int digits : { 2, 3, 4 }) {
        const double scale = std::pow(10, digits);
        if (std::abs(price * scale - std::round(price * scale)) < 1e-6 * scale)
            return fmt::format("${:.{}f}", price, digits);
    }
    return fmt::format("${:.4f}", price);
}

} // namespace dragoman::cli
