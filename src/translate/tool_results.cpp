#include "translate/tool_results.h"

#include "json/escape.h"
#include "translate/block_text.h"

namespace dragoman::translate {

using anthropic::Block;
using anthropic::Blocks;

std::vector<const Block*> speaking_blocks(const Blocks& blocks)
{
    std::vector<const Block*> result;
    for (const Block& block : blocks)
        if (speaks(block, anthropic::Role::user))
            result.push_back(&block);
    return result;
}

bool wants_error_prefix(const Block& result)
{
    if (!result.is_error)
        return false;
    for (const Block& block : result.content) {
        if (!speaks(block, anthropic::Role::user))
            continue;
        const std::string_view text = json::trim_start(block.text).escaped;
        return block.type != anthropic::BlockType::text
            || !(text.starts_with("Error") || text.starts_with("<tool_use_error>"));
    }
    return true;
}

} // namespace dragoman::translate
