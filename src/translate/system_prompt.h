// The system prompt: the first message upstream.
//
// Claude Code puts a line "x-anthropic-billing-header: ..." in front of it, which looks like a header, is not
// one, and differs between requests that otherwise share their beginning. It is taken out, so that upstreams
// can find the prompt in their caches.
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "translate/content_writer.h"
#include "translate/conversation.h"
#include "translate/conversation_turns.h"

#include <string_view>
#include <vector>

namespace dragoman::translate {

// What the system says: `leading` are its messages that stood in front of the conversation.
class SystemPrompt {
public:
    SystemPrompt(const Scene& scene, const std::vector<Entry>& leading);

    bool empty() const { return pieces_.empty() && scene_.system_appendix.empty(); }
    void say(ContentWriter& content) const;

private:
    struct Piece {
        json::RawString text;
        const anthropic::Block* block;
    };

    void add(const anthropic::Block& block);

    const Scene& scene_;
    std::vector<Piece> pieces_ {};
};

// Writes the message, or nothing when there is nothing to say.
void write_system_prompt(json::Writer& json, const Scene& scene, const std::vector<Entry>& leading);

// The text without its billing line; what is left may be blank.
json::RawString without_billing_line(json::RawString text);

} // namespace dragoman::translate
