// The lists of models of all upstreams, at one moment: immutable, replaced whole.
#pragma once

#include "route/catalogue.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::gateway {

class Catalogues {
public:
    using List = std::shared_ptr<const route::Catalogue>;

    // Of the upstream of that name; an empty one while there is none.
    const route::Catalogue& of(std::string_view upstream) const
    {
        static const route::Catalogue none;
        const auto found = std::ranges::find(lists_, upstream, &Entry::first);
        return found == lists_.end() ? none : *found->second;
    }

    // The same, and this one.
    Catalogues with(std::string_view upstream, List list) const
    {
        Catalogues next = *this;
        const auto found = std::ranges::find(next.lists_, upstream, &Entry::first);
        if (found == next.lists_.end())
            next.lists_.emplace_back(upstream, std::move(list));
        else
            found->second = std::move(list);
        return next;
    }

private:
    using Entry = std::pair<std::string, List>;
    std::vector<Entry> lists_ {};
};

} // namespace dragoman::gateway
