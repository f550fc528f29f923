#include "translate/image_path.h"

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::BlockType;

std::string inside(const Block& block)
{
    for (std::size_t i = block.content.size(); i-- > 0;)
        if (block.content[i].type == BlockType::image)
            return ".tool_result.content." + std::to_string(i);
    return {};
}

} // namespace

std::string last_image_path(const anthropic::MessagesRequest& request)
{
    for (std::size_t m = request.messages.size(); m-- > 0;) {
        const auto& blocks = request.messages[m].blocks;
        for (std::size_t b = blocks.size(); b-- > 0;) {
            const bool itself = blocks[b].type == BlockType::image;
            if (const std::string rest = itself ? std::string() : inside(blocks[b]); itself || !rest.empty())
                return "messages." + std::to_string(m) + ".content." + std::to_string(b) + rest;
        }
    }
    return {};
}

} // namespace dragoman::translate
