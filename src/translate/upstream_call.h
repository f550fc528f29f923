// A request as one upstream shall receive it, and what its answer needs.
#pragma once

#include "json/pieces.h"
#include "translate/answer_plan.h"
#include "translate/notes.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::translate {

// The client's headers that mean something for translation; all others stay behind.
struct ClientHeaders {
    std::string_view anthropic_version {};
    std::string_view anthropic_beta {};
    std::string_view session_id {}; // x-claude-code-session-id
    std::string_view agent_id {}; // x-claude-code-agent-id
};

// Choices of the configuration that change a translation.
struct Options {
    bool absent_thinking_off =
        false; // a request without `thinking` switches reasoning off instead of leaving it out
    bool sources_footer = false;
    bool watches_for_thoughts = false; // a text that begins with <think> is split, said or not
    std::uint64_t default_max_tokens = 8192;
    std::uint64_t most_output = 0; // tokens: the upstream refused to give more; 0: it did not
    std::string upstream_name = "openrouter";

    // JSON for these fields of a router, unless the request has its own; empty: none.
    std::string_view models {};
    std::string_view provider {};
    std::string_view plugins {};
};

struct UpstreamCall {
    json::Pieces body {}; // borrows from the client's
    std::vector<std::pair<std::string_view, std::string>>
        fields {}; // HTTP fields of this request besides the usual; the names are literals
    AnswerPlan plan {};
    Notes notes {};
};

} // namespace dragoman::translate
