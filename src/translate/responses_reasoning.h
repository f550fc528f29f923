// Which reasoning of the history goes back to a Responses upstream, and where.
//
// Items travel in the envelopes of thinking blocks. They go back to the upstream and model that made them,
// unchanged, and to nobody else: what is encrypted for one is refused by all others. An item without content
// that could be read again is left out.
#pragma once

#include "anthropic/messages_request.h"
#include "route/model_facts.h"
#include "translate/conversation_turns.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

// What one thinking block gives back: input items, and what is known of the item that followed them.
struct Thought {
    std::vector<std::string> items {}; // JSON
    std::string call_id {}; // the rest is escaped; empty: it was a message
    std::string id {};
    std::string phase {};
};

class ResponsesReasoning {
public:
    ResponsesReasoning(const anthropic::MessagesRequest& request, const route::Target& target,
        std::string_view upstream_name);

    // One element for each entry of an assistant's turn, empty for what is no thinking of this upstream's.
    std::vector<Thought> of(std::span<const Entry> entries) const;

private:
    std::string_view upstream_name_;
    std::string_view model_;
    std::size_t first_kept_;
};

} // namespace dragoman::translate
