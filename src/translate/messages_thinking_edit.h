// How long the answer of a Messages request that is passed through may become, and how much of it is
// thinking: max_tokens, the budget beside it, and the effort, in what the endpoint knows of them.
#pragma once

#include "anthropic/messages_request.h"
#include "json/document.h"
#include "route/model_facts.h"
#include "translate/json_edits.h"
#include "translate/notes.h"
#include "translate/upstream_call.h"

#include <cstdint>
#include <string_view>

namespace dragoman::translate {

class ThinkingEditor {
public:
    ThinkingEditor(const anthropic::MessagesRequest& request, const route::Target& target,
        const Options& options, JsonEdits& edits, Notes& notes);

    void edit_max_tokens(const json::Value& value);
    void edit(const json::Value& thinking);

    std::uint64_t max_tokens() const { return max_tokens_; } // that go upstream
    bool thinks() const { return thinks_; }
    bool is_stopped() const { return stopped_; }
    bool takes_effort() const { return takes_effort_; }
    std::string_view wanted_effort() const; // escaped; empty: the client names none
    std::string_view sent_effort() const;

private:
    std::uint64_t asked_tokens() const;
    std::uint64_t tokens_to_send() const;
    void edit_budget(const json::Value& value, const json::Object& thinking);

    const anthropic::MessagesRequest& request_;
    const route::Target& target_;
    const Options& options_;
    JsonEdits& edits_;
    Notes& notes_;
    bool own_api_; // everything but the model's name passes
    bool imitation_; // the fields that the first version of the API had
    bool takes_effort_; // and the effort
    bool thinks_;
    bool stopped_; // the thought that it would have to go on with is refused
    std::uint64_t max_tokens_;
};

} // namespace dragoman::translate
