#include "gateway/upstream_states.h"

#include "base/seconds_to_wait.h"
#include "gateway/plan.h"

#include <set>
#include <string>

namespace dragoman::gateway {

namespace {

// "home/qwen3-coder": the targets of this upstream that anybody may have been sent to.
std::set<std::string> targets_of(
    const config::Config& config, std::size_t position, const MetricsSnapshot& figures)
{
    std::set<std::string> targets;
    const std::string before = config.upstreams[position].name + "/";
    const auto add = [&](const std::string& name) {
        const NamedModel named = named_model(name, config);
        if (named.upstream == position && !named.model.empty())
            targets.insert(before + std::string(named.model));
    };
    for (const std::string& name : { config.models.big, config.models.middle, config.models.small })
        add(name);
    for (const route::Route& route : config.routes)
        for (const route::RouteTarget& target : route.targets)
            if (!target.model.empty())
                add(to_string(target));
    for (const auto& target : figures.targets)
        targets.insert(target.name.starts_with(before) ? target.name : before + target.name);
    return targets;
}

void add_resting_keys(UpstreamState& state, const config::Upstream& upstream,
    const std::set<std::string>& targets, const route::KeyRests& rests, TimePoint now)
{
    const auto add = [&](int number, const route::KeyRests::Key& key, const std::string& source) {
        for (const std::string& target : targets)
            if (const auto until = rests.until(target, { &key, 1 }, now))
                state.resting_keys.push_back({ .target = target,
                    .key = number,
                    .source = source,
                    .seconds = seconds_to_wait(*until - now) });
    };
    if (upstream.keys.empty())
        add(0, {}, ""); // what needs no key rests, too
    for (std::size_t i = 0; i < upstream.keys.size(); ++i) {
        const config::UpstreamKey& key = upstream.keys[i];
        add(static_cast<int>(i) + 1, { key.value.reveal(), key.weight }, config::to_string(key.source));
    }
}

} // namespace

std::vector<UpstreamState> upstream_states(const config::Config& config, const route::Breakers& breakers,
    const route::KeyRests& rests, const MetricsSnapshot& figures, TimePoint now)
{
    const auto failing = breakers.report(now);
    std::vector<UpstreamState> states;
    for (std::size_t i = 0; i < config.upstreams.size(); ++i) {
        const config::Upstream& upstream = config.upstreams[i];
        UpstreamState state {
            .name = upstream.name, .degraded = upstream.degraded(), .keys = upstream.keys.size()
        };
        for (const route::Breakers::Report& one : failing)
            if (one.target.starts_with(upstream.name + "/"))
                state.breakers.push_back({ .target = one.target,
                    .state = std::string(name_of(one.state)),
                    .failures = one.failures });
        add_resting_keys(state, upstream, targets_of(config, i, figures), rests, now);
        states.push_back(std::move(state));
    }
    return states;
}

} // namespace dragoman::gateway
