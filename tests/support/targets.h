// Models at upstreams: with the quirks that a preset gives them.
#pragma once

#include "config/presets.h"
#include "route/model_quirks.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace dragoman::test {

inline route::Quirks quirks_of(std::string_view preset) { return config::preset_of(preset)->quirks; }

inline route::Target with_quirks(const route::Quirks& upstream, route::Target target)
{
    target.quirks = route::quirks_of_model(upstream, target);
    return target;
}

inline route::Target at(std::string_view preset, route::Target target)
{
    return with_quirks(quirks_of(preset), std::move(target));
}

// At an upstream of which nothing is known.
inline route::Target elsewhere(route::Target target) { return with_quirks({}, std::move(target)); }

// A model of which no list says anything.
inline route::Target unlisted(
    std::string model, route::Target::Dialect dialect = route::Target::Dialect::chat)
{
    auto facts = std::make_shared<route::ModelFacts>();
    facts->id = model;
    return { .model = std::move(model), .facts = std::move(facts), .dialect = dialect };
}

} // namespace dragoman::test
