// Writes one turn of the conversation as chat messages.
#pragma once

#include "translate/block_text.h"
#include "translate/conversation.h"
#include "translate/conversation_turns.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace dragoman::translate {

class MessageWriter {
public:
    MessageWriter(json::Writer& json, const Scene& scene, const std::vector<Entry>& leading);

    void assistant(const Turn& turn, bool last);
    void others(const Turn& turn); // tool results, then what the user and the system say
    void ask_for_the_rest(); // of the answer that was begun

private:
    using Media = std::vector<const anthropic::Block*>;
    struct ResultMedia {
        const anthropic::Block* result;
        Media media;
    };
    using Entries = std::span<const Entry>;

    ContentWriter begin(std::string_view role, bool parts);
    void end(ContentWriter& content);

    void tool(const Answered& answer, Entries reminders);
    void result(ContentWriter& content, const anthropic::Block& block, Media& media);
    void orphan(ContentWriter& content, const anthropic::Block& block);
    void user(Entries entries);
    void system_in_front(ContentWriter& content);
    void system_alone();
    void user_block(ContentWriter& content, Entries entries); // the first of them
    void system(Entries entries);
    void reminders(ContentWriter& content, Entries entries);
    void write_media(ContentWriter& content, const Media& media);
    void write_medium(ContentWriter& content, const anthropic::Block& block);
    void result_media(ContentWriter& content);

    std::vector<const anthropic::Block*> thoughts(const Turn& turn) const;
    void reasoning(const Turn& turn);
    void assistant_content(const Turn& turn, bool trim);
    void spoken(ContentWriter& content, const Turn& turn, const anthropic::Block* trimmed);
    MessageReasoning thoughts_in_content(const Turn& turn) const;
    void tool_calls(const Turn& turn);
    std::vector<CallSignature> call_signatures(const Turn& turn) const;
    void call_signature(const Answered& answered, bool first, const std::vector<CallSignature>& known);
    std::map<std::string, std::string> shown_calls(const Turn& turn) const;

    bool needs_parts(Entries entries) const;
    bool holds_media(const anthropic::Block& block) const;
    anthropic::CacheControl mark(const anthropic::Block& block) const;
    anthropic::CacheControl mark_up_to_next_text(Entries entries) const;

    json::Writer& json_;
    const Scene& scene_;
    BlockText block_text_;
    Notes* mended_;
    std::vector<ResultMedia> result_media_ {}; // of the turn at hand, until the user's next message
    bool after_tool_ = false; // the last message is a tool's
    const std::vector<Entry>* system_ = nullptr; // what the system says is still to be said by the user
};

} // namespace dragoman::translate
