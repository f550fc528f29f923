// The closing tag that some servers leave at the end of a thought, though it comes in a field of its own.
//
// It may be cut anywhere. Where the thought goes on behind it, it is a part of the thought.
#pragma once

#include "json/raw.h"

#include <string>

namespace dragoman::translate {

class ClosingTag {
public:
    // What may be shown by now, escaped as it came; valid until the next call.
    json::RawString feed(json::RawString delta);

    bool holds() const { return !held_.empty(); } // something back

    // The thought ends here: what was kept back, unless it is the tag.
    std::string flush();

private:
    std::string held_, shown_;
};

} // namespace dragoman::translate
