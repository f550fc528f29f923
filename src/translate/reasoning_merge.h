// Puts the fragments of reasoning_details together again, and seals them for the way back.
//
// The client returns thinking blocks verbatim, so their signature is the only channel through which an
// upstream's reasoning state survives a turn. Claude's own signatures stay as they are; everything else
// travels in an envelope. https://openrouter.ai/docs/use-cases/reasoning-tokens
#pragma once

#include "openai/chat_chunk.h"
#include "translate/answer_plan.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace dragoman::translate {

class ReasoningMerge {
public:
    void add(const openai::ReasoningDetail& detail);

    // Thinking that came as a plain string, in a field of that name.
    void add_plain(std::string_view field, json::RawString text, bool keep_text);

    // Nothing that would be worth a block of its own.
    bool empty() const;
    void clear();

    // The signature of a thinking block that showed the text. Claude's encrypted parts, if there are any,
    // remain for redacted().
    std::string take_signature(const AnswerPlan& plan);

    // The data of each redacted_thinking block for what is left.
    std::vector<std::string> take_redacted(const AnswerPlan& plan);

private:
    struct Detail {
        openai::ReasoningDetail::Kind kind;
        std::string type, text, signature, data, id, format, index, whole;
    };

    bool continues(const Detail& last, const openai::ReasoningDetail& detail) const;
    bool known(const openai::ReasoningDetail& detail);
    static std::string detail_json(const Detail& detail);
    std::string seal(const AnswerPlan& plan);

    std::vector<Detail> details_;
    std::string_view plain_field_; // of a static string
    std::string plain_text_; // only if the block does not show it
    std::unordered_set<std::size_t> seen_; // hashes of the encrypted parts of the whole answer
};

} // namespace dragoman::translate
