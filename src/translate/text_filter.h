// What happens to text before it becomes a block: thinking that stands inline is split off, stop sequences
// are enforced. Both need decoded text; an answer that needs neither passes as it came.
#pragma once

#include "json/raw.h"
#include "translate/answer_plan.h"
#include "translate/inline_think.h"
#include "translate/stop_sequences.h"
#include "translate/surrogate_joiner.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::translate {

class TextFilter {
public:
    // Both parts are escaped and valid until the next call.
    struct Parts {
        json::RawString thinking {};
        json::RawString text {};
    };

    explicit TextFilter(const AnswerPlan& plan);

    Parts feed(json::RawString delta);

    // The text ends here, for another kind of block or for good: gives what was held back.
    Parts flush();

    // The text is inside a thought, as far as it is known.
    bool thinks() const { return think_.undone(); }

    // The sequence that hit. No text counts after that.
    const std::optional<std::string>& stopped() const { return stopped_; }

    void look_for_surrogates() { joiner_.look(); }

private:
    Parts pass(std::string_view text, bool last);

    InlineThink think_;
    StopSequences stops_;
    SurrogateJoiner joiner_;
    std::optional<std::string> stopped_;

    struct Texts {
        std::string plain, plain_thinking, plain_text, sure_text, thinking, text;
    };
    Texts& texts();
    std::unique_ptr<Texts> texts_; // of the last call; few streams ever need them
};

} // namespace dragoman::translate
