// An upstream's body, recognised by its first bytes, whatever was asked for: a stream of events, or one JSON
// text (or a page of HTML, which begins as one) that is kept until its end.
#pragma once

#include "base/recycled.h"
#include "base/result.h"
#include "sse/decoder.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::translate {

// "[DONE]", in any case and between blanks: Chat Completions ends so, and servers that speak more than that
// dialect end all of them alike.
bool is_end_marker(std::string_view data);

class AnswerBody {
public:
    // `kept_max`: bytes of a body that is kept. `keeps_all`: what comes of events is kept by the caller too.
    AnswerBody(std::size_t kept_max, bool keeps_all)
        : kept_max_(kept_max)
        , keeps_all_(keeps_all)
    {
    }

    AnswerBody(const AnswerBody&) = delete;
    AnswerBody& operator=(const AnswerBody&) = delete;
    ~AnswerBody() { recycled::give(text_); }

    Result<void> feed(std::string_view bytes);

    std::optional<sse::Event> next();
    bool overflowed() const { return decoder_.overflowed(); } // an event outgrew its limit

    // The event that the end left without its blank line: half of it, perhaps.
    std::optional<sse::Event> last() { return decoder_.finish(); }

    bool has_events() const { return form_ == Form::events; }
    bool is_text() const { return form_ == Form::text; }
    const std::string& text() const { return text_; } // valid until more is fed
    std::uint64_t pieces() const { return pieces_; } // events, or reads of a text that brought something

private:
    enum class Form : std::uint8_t { unknown, events, text };

    bool recognise(std::string_view bytes);

    std::size_t kept_max_;
    bool keeps_all_;
    Form form_ = Form::unknown;
    sse::Decoder decoder_;
    std::string text_; // or the first bytes, while the form is unknown
    std::size_t kept_ = 0;
    std::uint64_t pieces_ = 0;
};

} // namespace dragoman::translate
