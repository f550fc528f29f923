// What names led to, kept: a worker's requests ask for the same few models again and again.
//
// It holds for one configuration and one set of lists: when either changes, there is another one of these.
// Only for the thread that made it.
#pragma once

#include "base/result.h"
#include "route/catalogue.h"
#include "route/model_facts.h"
#include "route/resolve.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::gateway {

class Resolved {
public:
    using Target = std::shared_ptr<const route::Target>; // stays what it is while somebody holds it

    // As route::slug_of() and route::target_for() with what belongs to the upstream of this position.
    Result<std::string> slug(std::size_t upstream, std::string_view client_model, const route::Rules& rules,
        const route::Catalogue& catalogue);
    Target target(std::size_t upstream, std::string_view slug, const route::Rules& rules,
        const route::Catalogue& catalogue);

private:
    template <class T> using ByName = std::map<std::string, T, std::less<>>;
    struct OfUpstream {
        ByName<std::string> slugs {};
        ByName<Target> targets {};
    };

    OfUpstream& of(std::size_t upstream);

    std::vector<OfUpstream> upstreams_ {};
};

} // namespace dragoman::gateway
