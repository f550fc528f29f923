#include "translate/content_writer.h"

#include "json/escape.h"
#include "translate/cache_control.h"

namespace dragoman::translate {

TextWriter& TextWriter::add(json::RawString text)
{
    if (!mended_)
        json_.append_lasting(text.escaped);
    else if (json::append_mended(json_.out(), text) > 0)
        mended_->repair("lone surrogate");
    return *this;
}

TextWriter& TextWriter::add_value(json::RawValue value)
{
    if (!mended_) {
        json::append_escaped(json_.out(), value.text);
        return *this;
    }
    // A backslash occurs in JSON only inside of strings, so the whole value may be mended as if it were one.
    std::string mended;
    if (json::append_mended(mended, { value.text }) > 0)
        mended_->repair("lone surrogate");
    json::append_escaped(json_.out(), mended);
    return *this;
}

TextWriter& TextWriter::say(std::string_view text)
{
    json::append_escaped(json_.out(), text);
    return *this;
}

ContentWriter::ContentWriter(json::Writer& json, Form form, Notes* mended)
    : json_(json)
    , text_(json, mended)
    , form_(form)
{
    if (form_ == Form::parts)
        json_.begin_array();
    else
        json_.begin_value() += '"';
}

TextWriter& ContentWriter::begin_text(std::string_view separator)
{
    if (form_ == Form::parts) {
        json_.begin_object().key("type").word("text").key("text");
        json_.begin_value() += '"';
    } else if (!empty_) {
        text_.say(separator);
    }
    empty_ = false;
    return text_;
}

void ContentWriter::end_text(const anthropic::CacheControl& mark)
{
    if (form_ == Form::string)
        return;
    json_.out() += '"';
    append_cache_control(json_, mark);
    json_.end_object();
}

json::Writer& ContentWriter::part()
{
    empty_ = false;
    return json_;
}

void ContentWriter::finish()
{
    if (form_ == Form::parts)
        json_.end_array();
    else
        json_.out() += '"';
}

} // namespace dragoman::translate
