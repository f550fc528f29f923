// What the translation of a request has to tell the translation of its answer.
#pragma once

#include "base/limits.h"
#include "translate/taken_ids.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dragoman::translate {

struct AnswerPlan {
    bool stream = false; // what the client asked for, whatever the upstream answers with
    std::string client_model {}; // the answer names the model the client asked for
    std::string upstream_model {}; // the slug that was sent
    std::string upstream_name {}; // for messages and envelopes: "openrouter"
    bool responses = false; // the upstream speaks the Responses API: envelopes hold its items

    // Upstream name to client name, for the names that had to be changed; and every name the client declared,
    // for models that get the case wrong or put a namespace in front.
    std::unordered_map<std::string, std::string> client_tool_names {};
    std::vector<std::string> declared_tools {};

    // Tool ids of the history, as the upstream was shown them and as the client knows them: an answer that
    // repeats one gets a fresh id.
    TakenIds used_tool_ids {};

    // All sequences the client asked for, as plain UTF-8; the first `stop_sequences_upstream` went upstream.
    std::vector<std::string> stop_sequences {};
    std::size_t stop_sequences_upstream = 0;

    bool hide_thinking = false; // display "omitted": blocks keep their signature and lose their text
    bool seals_signatures =
        false; // Messages: signatures go to the client in envelopes, which tell whose they are
    bool prewarm = false; // max_tokens 0: the output is dropped, the stop reason is max_tokens
    bool web_search = false; // the client declared a web_search_* tool: sources become result blocks
    std::string web_search_query {}; // what to show as its input when the upstream does not say
    bool sources_footer = false; // sources that a model cites unasked become a footer of the text
    bool cache_ttl_1h = false; // every breakpoint asked for an hour: cache writes count as such
    bool inline_think = false; // split <think> at the beginning of the content
    bool watches_for_thoughts = false; // the same if it happens to begin with <think>, though nobody says so
    bool text_tool_calls = false; // calls that stand in the text are recovered
    bool coerce_arguments = false; // arguments of calls are made to follow the schema
    std::unordered_map<std::string, std::string> tool_schemas {}; // by the client's name, where one of both
    bool inline_think_opened = false; // and the prompt's template has opened the tag already

    std::size_t whole_answer_max = limits::whole_answer; // bytes of an answer that is kept whole
    std::optional<std::uint64_t> context_length {}; // tokens
    std::uint64_t max_tokens = 0; // as sent upstream
    std::uint64_t estimated_input = 0; // tokens; 0 when nobody counted. For answers without usage
    std::string last_image {}; // where the newest picture stands, for errors about it; empty: there is none
};

} // namespace dragoman::translate
