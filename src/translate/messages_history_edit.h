// What changes inside `system` and `messages` of a Messages request that is passed through.
//
// All of it depends on one block and on the endpoint alone, never on the turn: a history that grew begins
// with the bytes that it had before.
#pragma once

#include "anthropic/messages_request.h"
#include "json/document.h"
#include "json/members.h"
#include "route/model_facts.h"
#include "translate/json_edits.h"
#include "translate/notes.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

// What an endpoint takes.
struct MessagesRules {
    std::string upstream_name {}; // together with the family of models: whose signatures go back
    bool own_api = false; // Anthropic's: everything passes but what dragoman itself put there
    bool signed_thinking = false; // signatures are Anthropic's, and are checked
    bool any_thinking = false; // thinking goes back whoever had it, without the signature of another
    bool thoughts = true; // any thinking of the history
    bool system_messages = true; // messages of role system
    bool deferred_tools = true; // defer_loading and tool_reference
    bool all_tools = true; // also those that Anthropic's servers run
    std::string last_words {}; // at the end of the system prompt, plain text
};

class HistoryEditor {
public:
    HistoryEditor(const anthropic::MessagesRequest& request, const route::Target& target,
        const MessagesRules& rules, JsonEdits& edits, Notes& notes)
        : request_(request)
        , target_(target)
        , rules_(rules)
        , edits_(edits)
        , notes_(notes)
    {
    }

    // True when nothing is left of the system prompt, so that its field must go.
    bool edit_system(const json::Value& system);
    void edit_messages(const json::Value& messages);

private:
    std::span<const anthropic::Block> decoded(const json::Array& content, std::size_t message) const;
    bool is_decoded(const json::Value& messages) const;
    bool is_settled(const anthropic::Message& message) const;
    bool is_settled(const anthropic::Block& block) const;
    bool tell_foreign_work(const json::Value& value, const anthropic::Block* decoded);
    void ask_for_the_rest(const json::Value& messages);
    bool edit_content(const json::Array& content, std::span<const anthropic::Block> decoded);
    void edit_block(const json::Members& block);
    void edit_signature(const json::Value& carrier);
    std::optional<std::string> own_signature(std::string_view carrier) const;
    bool is_foreign(std::string_view carrier) const;
    bool is_unwanted_block(const json::Members& block);
    struct Remark {
        json::Object message;
        std::size_t position;
    };
    void append_remark(const json::Object& message, const json::Value& before);
    void prepend_remarks(const std::vector<Remark>& remarks, const json::Object& message);
    void make_remark(const json::Object& message);
    void append_last_words(const json::Value& system);
    std::string_view comma_in(const json::Value& content, const json::Array& blocks);
    void write_in_blocks(const json::Object& message);
    std::string reminder(const json::Object& message);

    const anthropic::MessagesRequest& request_;
    const route::Target& target_;
    const MessagesRules& rules_;
    JsonEdits& edits_;
    Notes& notes_;
    std::size_t filled_ = 0; // where a list of blocks begins that was empty until now
};

} // namespace dragoman::translate
