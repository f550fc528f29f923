// Which reasoning of the history an upstream gets to see again.
//
// Details go back to the family of models that made them (route::model_family), in order and byte for byte
// (but for ids of calls, see follow_calls); everything else would be refused or misunderstood, and is left
// out. Plain text without a signature goes to open models only. The target's quirks say in which form.
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "route/model_facts.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

// The position of the first message whose thinking the request's clear_thinking edits leave in the history.
std::size_t first_kept_message(const anthropic::MessagesRequest& request, const route::Target& target);

// What one assistant message gives back of its reasoning.
struct MessageReasoning {
    std::vector<std::string> details {}; // elements of reasoning_details, in order
    std::string_view field {}; // otherwise: the field for plain text ("reasoning"); empty: nothing
    std::string text {}; // its value, as the escaped inside of a string

    bool empty() const { return details.empty() && field.empty(); }
};

// Where plain text goes.
enum class ThoughtsBack : std::uint8_t { nowhere, details, field, parts, tags };

// A signature that belongs to one call.
struct CallSignature {
    std::string call {}; // as the upstream called it; empty: the first of the message
    std::string signature {}; // as the escaped inside of a string
};

// Details may name the call that they belong to by the id that the upstream gave it. Each one that does gets
// the id that the call is shown under now; `shown` leads from the one to the other.
void follow_calls(MessageReasoning& reasoning, const std::map<std::string, std::string>& shown);

// Decides for each message of one request which reasoning the target may see again.
class ReasoningHistory {
public:
    ReasoningHistory(const anthropic::MessagesRequest& request, const route::Target& target);

    // False when a clear_thinking edit drops the thinking of the message at this position.
    bool keeps(std::size_t message) const { return message >= first_kept_; }

    // Of the thinking blocks of one outgoing assistant message, in order; `blocks` may hold others too.
    MessageReasoning of(std::span<const anthropic::Block* const> blocks) const;

    // Of calls, where the upstream wants them there and the same family of models made them.
    std::vector<CallSignature> signatures(std::span<const anthropic::Block* const> blocks) const;

    ThoughtsBack form() const { return form_; }
    bool signs_calls() const { return signs_calls_; }
    bool requires_field() const { return requires_field_; } // on every message, if only empty

private:
    void add_block(MessageReasoning& reasoning, const anthropic::Block& block) const;
    void add_envelope(
        MessageReasoning& reasoning, const anthropic::Block& block, json::RawString carrier) const;
    void add_text(MessageReasoning& reasoning, const anthropic::Block& block) const;
    void add_hidden_text(MessageReasoning& reasoning, const std::string& detail) const;
    void add_signed(
        MessageReasoning& reasoning, const anthropic::Block& block, json::RawString carrier) const;

    ThoughtsBack form_;
    std::string_view field_; // for text that stands alone
    bool signs_calls_;
    bool requires_field_;
    std::string family_;
    std::size_t first_kept_ = 0;
};

// "reasoning_details":[...] or the plain field; nothing when there is nothing. After the message's role.
void append_reasoning(json::Writer& json, const MessageReasoning& reasoning);

} // namespace dragoman::translate
