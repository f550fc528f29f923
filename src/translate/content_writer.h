// The content of one chat message: a string, or an array of parts.
//
// The caller writes texts and media in order and does not ask which of the two it is. In a string, texts are
// joined by the separator the caller names; in an array each text is a part of its own.
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "translate/notes.h"

#include <string>
#include <string_view>

namespace dragoman::translate {

// Appends to the inside of a string literal. Text from the request arrives escaped and stays so; lone
// surrogates, which most upstreams refuse, become U+FFFD when the request has any.
class TextWriter {
public:
    // `mended` is null when the request has no surrogates; otherwise it is told when one was lone.
    TextWriter(json::Writer& json, Notes* mended)
        : json_(json)
        , mended_(mended)
    {
    }

    TextWriter& add(json::RawString text); // of the request: escaped, as it came
    TextWriter& add_value(json::RawValue value); // JSON that becomes text
    TextWriter& say(std::string_view text); // our own words

private:
    json::Writer& json_;
    Notes* mended_;
};

class ContentWriter {
public:
    enum class Form : bool { string, parts };

    // Takes the place of a value in `json`, until finish().
    ContentWriter(json::Writer& json, Form form, Notes* mended);

    TextWriter& begin_text(std::string_view separator = "\n\n");
    void end_text(const anthropic::CacheControl& mark = {});

    // For a part that is no text. Only in Form::parts.
    json::Writer& part();

    void finish();

private:
    json::Writer& json_;
    TextWriter text_;
    Form form_;
    bool empty_ = true;
};

} // namespace dragoman::translate
