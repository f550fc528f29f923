// Tool calls that a weak model wrote into its text, taken out of it again.
//
// Text is held back only while it can still be a call: up to the length of an opening, and behind one as long
// as what follows may be a call of a declared tool. What turns out to be prose about calls is text, and so is
// what the text shows as code, but for a block of code that is nothing but a call.
#pragma once

#include "translate/code_spans.h"
#include "translate/text_call_formats.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dragoman::translate {

class TextToolCalls {
public:
    // Text, or a call; in their order.
    using Piece = std::variant<std::string, TextCall>;

    // Keeps a reference.
    explicit TextToolCalls(const AnswerPlan& plan)
        : plan_(plan)
    {
    }

    // Plain UTF-8. Gives what is certain by now.
    std::vector<Piece> feed(std::string_view text);

    // Nothing more of this text will come. `cut_off`: since there was no room for it, so that what is half a
    // call must not become one.
    std::vector<Piece> flush(bool cut_off = false);

private:
    void read(bool last, std::vector<Piece>& pieces);
    bool skip_closing(bool last);
    bool read_behind(const TextCallOpening& opening, bool last, std::vector<Piece>& pieces);
    void release(std::size_t size, std::vector<Piece>& pieces);

    const AnswerPlan& plan_;
    CodeSpans code_ {}; // of the text in front of held_
    std::string held_ {};
    std::size_t looked_ = 0; // bytes of held_ that are an opening which is none
    bool waits_ = false; // for the end of a call: nothing else is worth a look
    bool after_call_ = false; // white space and closing tags belong to the call
};

} // namespace dragoman::translate
