#include "translate/prefill.h"

#include "translate/block_text.h"
#include "translate/refused_parameter.h"

namespace dragoman::translate {

bool begins_the_answer(const anthropic::MessagesRequest& request)
{
    using anthropic::BlockType;
    using anthropic::Role;
    bool said = false;
    for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message)
        for (auto block = message->blocks.rbegin(); block != message->blocks.rend(); ++block) {
            const Role role = block->type == BlockType::compaction ? Role::user : message->role;
            if (!speaks(*block, role))
                continue;
            if (role != Role::assistant)
                return said;
            if (block->type == BlockType::tool_use)
                return false;
            said = true;
        }
    return said;
}

bool takes_prefill(const route::Target& target)
{
    return !target.has(route::Quirk::no_prefill) && !(target.facts && target.facts->refuses(refused_prefill));
}

} // namespace dragoman::translate
