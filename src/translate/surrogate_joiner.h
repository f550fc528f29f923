// Joins the halves of a surrogate pair that an upstream cut into two deltas.
//
// Servers that escape everything beyond ASCII may end one delta with \ud83d and begin the next with \ude00.
// Each delta becomes an event of its own, whose reader would see two broken characters; so a high half is
// held back until its block goes on, and becomes U+FFFD if it never does. Costs nothing until a chunk has
// such escapes.
#pragma once

#include "json/raw.h"

#include <memory>
#include <string>

namespace dragoman::translate {

class SurrogateJoiner {
public:
    // From now on deltas may hold halves of pairs.
    void look()
    {
        if (!kept_)
            kept_ = std::make_unique<Kept>();
    }

    // What may be written now. Borrows from `delta` or from the joiner, until the next call.
    json::RawString join(json::RawString delta);

    bool holding() const { return kept_ && !kept_->held.empty(); }

    // At the end of a block: U+FFFD if a half is left alone, else empty.
    json::RawString flush();

private:
    struct Kept {
        std::string held; // a high half that waits for its other
        std::string joined;
        std::string mended;
    };
    std::unique_ptr<Kept> kept_; // few streams ever need it
};

} // namespace dragoman::translate
