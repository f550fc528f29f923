#include "translate/media.h"

#include "base/encoding.h"

#include <array>
#include <string>

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::BlockType;
using anthropic::SourceType;

bool is_text_type(json::RawString media_type) { return media_type.escaped.starts_with("text/"); }

// "data:image/png;base64,..." without a copy of the data.
void write_data_url(json::Writer& json, std::string_view media_type, json::RawString data)
{
    json.begin_value().append("\"data:").append(media_type).append(";base64,");
    json.append_lasting(data.escaped);
    json.out() += '"';
}

void write_image(json::Writer& json, const Block& block)
{
    json.begin_object().key("type").text("image_url").key("image_url").begin_object().key("url");
    if (block.details->source.type == SourceType::url)
        json.string(block.details->source.url);
    else
        write_data_url(json,
            sniff_image(block.details->source.data.escaped, block.details->source.media_type.escaped),
            block.details->source.data);
    json.end_object().end_object();
}

void write_file(json::Writer& json, const Block& block, Notes* mended)
{
    json.begin_object().key("type").text("file").key("file").begin_object().key("filename");
    json.begin_value() += '"';
    TextWriter name(json, mended);
    say_file_name(name, block);
    json.out() += '"';
    json.key("file_data");
    std::string_view media_type = block.details->source.media_type.escaped;
    if (block.details->source.type == SourceType::url)
        json.string(block.details->source.url);
    else
        write_data_url(json, media_type.empty() ? "application/pdf" : media_type, block.details->source.data);
    json.end_object().end_object();
}

void say_document_note(TextWriter& text, const Block& block)
{
    text.say("[document ");
    if (!block.details->title.empty())
        text.say("\"").add(block.details->title).say("\" ");
    if (block.details->source.type == SourceType::file)
        text.say("file ").add(block.details->source.file_id).say(" unavailable]");
    else if (block.details->source.type == SourceType::url)
        text.say("at ").add(block.details->source.url).say(" omitted: it cannot be read here]");
    else
        text.say("omitted: files of this kind cannot be read here]");
}

} // namespace

bool is_media_part(const Block& block, const ChatStyle& style)
{
    SourceType source = block.details->source.type;
    if (source != SourceType::base64 && source != SourceType::url)
        return false;
    if (block.type == BlockType::image)
        return style.images;
    return block.type == BlockType::document && style.files && (source != SourceType::url || style.file_urls)
        && !is_text_type(block.details->source.media_type);
}

void write_media_part(json::Writer& json, const Block& block, Notes* mended)
{
    if (block.type == BlockType::image)
        write_image(json, block);
    else
        write_file(json, block, mended);
}

// Some upstreams read the kind of a file off its name, which need not be one.
void say_file_name(TextWriter& name, const Block& block)
{
    constexpr std::string_view ending = ".pdf";
    const json::RawString title = block.details->title;
    if (title.empty()) {
        name.say("document.pdf");
        return;
    }
    name.add(title);
    const std::string_view media_type = block.details->source.media_type.escaped;
    const bool pdf = media_type.empty() || media_type == "application/pdf";
    const std::size_t size = title.escaped.size();
    const std::string_view end = size < ending.size() ? "" : title.escaped.substr(size - ending.size());
    if (pdf && end != ending && end != ".PDF")
        name.say(ending);
}

void say_media_note(TextWriter& text, const Block& block, const ChatStyle& style)
{
    if (block.type == BlockType::document)
        return say_document_note(text, block);
    if (!style.images)
        text.say("[image omitted: model ").say(style.model).say(" accepts text only]");
    else if (block.details->source.type == SourceType::file)
        text.say("[image file ").add(block.details->source.file_id).say(" unavailable]");
    else
        text.say("[image omitted: its source is not known here]");
}

std::string_view sniff_image(std::string_view base64, std::string_view otherwise)
{
    struct Kind {
        std::string_view head;
        std::string_view media_type;
    };
    static constexpr std::array kinds = {
        Kind { "\x89PNG\r\n\x1a\n", "image/png" },
        Kind { "\xff\xd8\xff", "image/jpeg" },
        Kind { "GIF8", "image/gif" },
    };
    auto head = base64_decode(base64.substr(0, 24), 16);
    if (head) {
        for (const Kind& kind : kinds)
            if (head->starts_with(kind.head))
                return kind.media_type;
        if (head->starts_with("RIFF") && head->size() >= 12 && head->compare(8, 4, "WEBP") == 0)
            return "image/webp";
    }
    return otherwise.empty() ? "image/png" : otherwise;
}

} // namespace dragoman::translate
