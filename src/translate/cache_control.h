// Cache breakpoints: which of the client's marks go upstream, and how they are written.
//
// Only some models of OpenRouter take them; for all others they are left out. Four in all are allowed. If the
// client set more, the last one on the tools, the last one on the system prompt and the last ones on the
// messages stay. https://openrouter.ai/docs/features/prompt-caching
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/answer_plan.h"

#include <cstddef>
#include <string_view>
#include <unordered_set>

namespace dragoman::translate {

// Whether the target reads marks. Such a target gets its texts as arrays of parts whether they are marked or
// not: marks move from turn to turn, and the shape of what is cached must not move with them.
bool takes_cache_control(const route::Target& target);

class CacheMarks {
public:
    CacheMarks(const anthropic::MessagesRequest& request, const route::Target& target);

    // Whether this very mark goes upstream. Marks are told apart by where they stand in the body.
    bool keeps(const anthropic::CacheControl& mark) const { return keeps(mark.raw.text); }
    bool keeps(std::string_view mark) const { return kept_.contains(mark.data()); }

    static constexpr std::size_t most = 4;

    // The mark that goes upstream: `mark` itself, or an empty one.
    anthropic::CacheControl kept(const anthropic::CacheControl& mark) const
    {
        return keeps(mark) ? mark : anthropic::CacheControl {};
    }

    // The one at the top level, which lets the upstream choose the place.
    bool automatic() const { return automatic_; }

    // Whether there are marks and each of them asks for an hour.
    bool all_for_an_hour() const { return all_for_an_hour_; }

private:
    std::unordered_set<const void*> kept_ {};
    bool automatic_ = false;
    bool all_for_an_hour_ = false;
};

// All that the client set, wherever they stand.
std::size_t count_marks(const anthropic::MessagesRequest& request);

// "cache_control":{"type":"ephemeral"} with the client's ttl and nothing else of the client's; nothing for an
// empty mark.
void append_cache_control(json::Writer& json, const anthropic::CacheControl& mark);

} // namespace dragoman::translate
