#include "translate/responses_parts.h"

#include "json/escape.h"
#include "translate/media.h"

namespace dragoman::translate {

using anthropic::Block;
using anthropic::BlockType;
using anthropic::SourceType;

namespace {

// "data:image/png;base64,..." without a copy of the data.
void write_data_url(json::Writer& json, std::string_view media_type, json::RawString data)
{
    json.begin_value().append("\"data:").append(media_type).append(";base64,");
    json.append_lasting(data.escaped);
    json.out() += '"';
}

} // namespace

PartsWriter::PartsWriter(json::Writer& json, std::string_view type, Notes* mended)
    : json_(json)
    , text_(json, mended)
    , type_(type)
    , mended_(mended)
{
    json_.begin_array();
}

TextWriter& PartsWriter::begin_text()
{
    json_.begin_object().key("type").text(type_).key("text");
    json_.begin_value() += '"';
    return text_;
}

void PartsWriter::end_text()
{
    json_.out() += '"';
    if (type_ == "output_text")
        json_.key("annotations").begin_array().end_array();
    json_.end_object();
}

void PartsWriter::medium(const Block& block)
{
    if (block.type == BlockType::image)
        return write_image(block);
    // A file has a name of its own upstream, but no place for what the client says about it.
    if (!json::is_blank(block.details->context)) {
        TextWriter& text = begin_text();
        text.say("Context of the document");
        if (!block.details->title.empty())
            text.say(" \"").add(block.details->title).say("\"");
        text.say(": ").add(block.details->context);
        end_text();
    }
    write_file(block);
}

void PartsWriter::write_image(const Block& block)
{
    json_.begin_object().key("type").text("input_image").key("detail").text("auto").key("image_url");
    const anthropic::Source& source = block.details->source;
    if (source.type == SourceType::url)
        json_.string(source.url);
    else
        write_data_url(json_, sniff_image(source.data.escaped, source.media_type.escaped), source.data);
    json_.end_object();
}

void PartsWriter::write_file(const Block& block)
{
    json_.begin_object().key("type").text("input_file");
    const anthropic::Source& source = block.details->source;
    if (source.type == SourceType::url) {
        json_.key("file_url").string(source.url).end_object();
        return;
    }
    json_.key("filename");
    json_.begin_value() += '"';
    TextWriter name(json_, mended_);
    say_file_name(name, block);
    json_.out() += '"';
    json_.key("file_data");
    const std::string_view media_type = source.media_type.escaped;
    write_data_url(json_, media_type.empty() ? "application/pdf" : media_type, source.data);
    json_.end_object();
}

void PartsWriter::finish() { json_.end_array(); }

} // namespace dragoman::translate
