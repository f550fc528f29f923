// What a content block says, as text: for everything that has no form of its own in a chat message.
//
// Blocks of a user's turn and of tool results never disappear: what nobody knows becomes its JSON. Blocks of
// an assistant's turn are what the model itself said and did; tools that ran at a server are told as text,
// because a tool call without an answer would be refused.
#pragma once

#include "anthropic/messages_request.h"
#include "translate/chat_style.h"
#include "translate/content_writer.h"
#include "translate/notes.h"
#include "translate/tool_names.h"

#include <vector>

namespace dragoman::translate {

// The text of blocks in one place, and the media that were taken out of it on the way.
class BlockText {
public:
    BlockText(const ChatStyle& style, const ToolNames& names, Notes& notes)
        : style_(style)
        , names_(names)
        , notes_(notes)
    {
    }

    // Text of a block on the user's side. A picture or PDF inside leaves "[image 1 attached below]" and is
    // added to `media`.
    void say(TextWriter& text, const anthropic::Block& block, std::vector<const anthropic::Block*>& media);

    // Text of a block on the assistant's side other than text: what a server's tool was asked and gave.
    void say_server_tool(TextWriter& text, const anthropic::Block& block);

private:
    void say_document(
        TextWriter& text, const anthropic::Block& block, std::vector<const anthropic::Block*>& media);
    void say_search_result(
        TextWriter& text, const anthropic::Block& block, std::vector<const anthropic::Block*>& media);
    void say_nested(
        TextWriter& text, const anthropic::Blocks& blocks, std::vector<const anthropic::Block*>& media);
    void say_json(TextWriter& text, const anthropic::Block& block);

    const ChatStyle& style_;
    const ToolNames& names_;
    Notes& notes_;
};

// Whether the block has anything to say to the upstream. Blank texts have not; nor has, on the assistant's
// side, what only Anthropic's own servers understand.
bool speaks(const anthropic::Block& block, anthropic::Role role);

} // namespace dragoman::translate
