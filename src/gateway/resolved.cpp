#include "gateway/resolved.h"

#include <utility>

namespace dragoman::gateway {

namespace {

// Whoever asks for more names than anybody needs has them worked out each time.
constexpr std::size_t names_max = 64;
constexpr std::size_t name_max = 256; // bytes

template <class Map, class T> void keep(Map& known, std::string_view name, const T& what)
{
    if (name.size() > name_max)
        return;
    if (known.size() >= names_max)
        known.clear();
    known.emplace(name, what);
}

} // namespace

Resolved::OfUpstream& Resolved::of(std::size_t upstream)
{
    if (upstream >= upstreams_.size())
        upstreams_.resize(upstream + 1);
    return upstreams_[upstream];
}

// An error is worked out each time, too.
Result<std::string> Resolved::slug(std::size_t upstream, std::string_view client_model,
    const route::Rules& rules, const route::Catalogue& catalogue)
{
    auto& slugs = of(upstream).slugs;
    if (const auto known = slugs.find(client_model); known != slugs.end())
        return known->second;
    ASSIGN_OR_RETURN(slug, route::slug_of(client_model, rules, catalogue));
    keep(slugs, client_model, slug);
    return slug;
}

Resolved::Target Resolved::target(
    std::size_t upstream, std::string_view slug, const route::Rules& rules, const route::Catalogue& catalogue)
{
    auto& targets = of(upstream).targets;
    if (const auto known = targets.find(slug); known != targets.end())
        return known->second;
    auto target = std::make_shared<const route::Target>(route::target_for(slug, rules, catalogue));
    keep(targets, slug, target);
    return target;
}

} // namespace dragoman::gateway
