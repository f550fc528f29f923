// Splits thinking that a server left inside the content: <think>...</think> and its relatives.
//
// Only a tag at the very beginning counts, so that an answer about such tags stays text; white space may
// stand before it and is dropped between the two parts. A tag may be cut anywhere. With a template that opens
// the tag in the prompt, the content begins inside it (`opened`). What is never closed is thinking to the
// end.
#pragma once

#include <string>
#include <string_view>

namespace dragoman::translate {

class InlineThink {
public:
    enum class Part : unsigned char { undecided, thinking, text };

    enum class Mode : unsigned char {
        off,
        watching, // nobody says that thoughts stand here: only <think> counts
        on,
        opened,
    };

    explicit InlineThink(Mode mode);

    // Once everything is text, the caller need not ask any more.
    bool active() const { return part_ != Part::text || trimming_; }

    // Whether a text that begins with this, escaped, is text and nothing else; then it need not be fed.
    bool settles(std::string_view escaped);

    // Text that was taken stands between the tags, or may do so yet.
    bool undone() const { return part_ == Part::thinking || (part_ == Part::undecided && !held_.empty()); }

    // Takes plain UTF-8; appends what is certain by now.
    void feed(std::string_view text, std::string& thinking, std::string& out);
    void flush(std::string& thinking, std::string& out);

private:
    bool decide();
    bool find_end(std::string& thinking);
    void append_text(std::string& out);

    Part part_;
    bool watching_;
    bool trimming_ = false; // white space after the closing tag
    std::string_view close_;
    std::string held_;
};

} // namespace dragoman::translate
