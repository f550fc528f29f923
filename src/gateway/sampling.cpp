#include "gateway/sampling.h"

#include <algorithm>

namespace dragoman::gateway {

bool Sampling::is_due(std::string_view model, TimePoint now)
{
    const std::scoped_lock lock(mutex_);
    auto found = turns_.find(model);
    if (found == turns_.end()) {
        if (turns_.size() == models_max)
            turns_.clear();
        turns_.emplace(model, Turn { now + first_pause, first_pause });
        return true;
    }
    Turn& turn = found->second;
    if (now < turn.next)
        return false;
    turn.pause = std::min(2 * turn.pause, last_pause);
    turn.next = now + turn.pause;
    return true;
}

} // namespace dragoman::gateway
