// What a tool's result says, before any upstream's form is given to it.
#pragma once

#include "anthropic/messages_request.h"

#include <vector>

namespace dragoman::translate {

// The blocks of a result that say something.
std::vector<const anthropic::Block*> speaking_blocks(const anthropic::Blocks& blocks);

// A failed result whose text does not say so itself: no upstream has a flag for it, so a word goes in front.
bool wants_error_prefix(const anthropic::Block& result);

} // namespace dragoman::translate
