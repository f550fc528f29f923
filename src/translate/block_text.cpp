#include "translate/block_text.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "json/document.h"
#include "json/escape.h"
#include "translate/media.h"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace dragoman::translate {

using anthropic::Block;
using anthropic::Blocks;
using anthropic::BlockType;
using anthropic::SourceType;

namespace {

bool has_citation(const Block& block)
{
    for (const Block& inside : block.content)
        if (!inside.details->url.empty())
            return true;
    return false;
}

bool server_tool_speaks(const Block& block)
{
    // What a tool search found becomes part of the tools, not of the text.
    return !block.type_name.escaped.starts_with("tool_search_")
        && !block.name.escaped.starts_with("tool_search_");
}

// The text inside a document in base64 whose media type says that it is text.
std::optional<std::string> decoded_text(const anthropic::Source& source)
{
    if (source.type != SourceType::base64 || !source.media_type.escaped.starts_with("text/"))
        return std::nullopt;
    auto decoded = base64_decode(source.data.escaped);
    if (!decoded)
        return std::nullopt;
    std::string literal = "\"" + json::escape(*decoded) + "\"";
    json::Document document;
    return document.parse(literal) ? decoded : std::nullopt; // else it is not UTF-8
}

void say_attribute(TextWriter& text, std::string_view name, json::RawString value)
{
    if (!value.empty())
        text.say(fmt::format(" {}=\"", name)).add(value).say("\"");
}

// Results of one tool call of a server, a line each.
void say_result(TextWriter& text, const Block& block, int& number)
{
    switch (block.type) {
    case BlockType::text:
        text.say("\n").add(block.text);
        return;
    case BlockType::web_search_result:
        text.say(fmt::format("\n{}. ", number++))
            .add(block.details->title)
            .say(" – ")
            .add(block.details->url);
        return;
    case BlockType::web_fetch_result:
        text.say("\n").add(block.details->url);
        break;
    case BlockType::execution_result:
        if (!block.details->output.empty())
            text.say("\n").add(block.details->output);
        if (!block.details->error_output.empty())
            text.say("\n").add(block.details->error_output);
        return;
    case BlockType::server_tool_error:
        text.say("\nError: ").add(block.details->error_code);
        return;
    case BlockType::document:
        if (block.details->source.type == SourceType::text)
            text.say("\n").add(block.details->source.data);
        break;
    default:
        break;
    }
    for (const Block& inside : block.content)
        say_result(text, inside, number);
}

} // namespace

bool speaks(const Block& block, anthropic::Role role)
{
    bool assistant = role == anthropic::Role::assistant;
    switch (block.type) {
    case BlockType::text:
        return !json::is_blank(block.text) || has_citation(block);
    case BlockType::tool_use:
        return assistant;
    case BlockType::server_tool_use:
    case BlockType::server_tool_result:
        return server_tool_speaks(block);
    case BlockType::compaction:
        return !json::is_blank(block.text);
    case BlockType::thinking:
    case BlockType::redacted_thinking:
    case BlockType::fallback:
    case BlockType::tool_addition:
    case BlockType::tool_removal:
        return false;
    default:
        return role == anthropic::Role::user;
    }
}

void BlockText::say(TextWriter& text, const Block& block, std::vector<const Block*>& media)
{
    if (is_media_part(block, style_)) {
        media.push_back(&block);
        std::string_view kind = block.type == BlockType::image ? "image" : "document";
        text.say(fmt::format("[{} {} attached below]", kind, media.size()));
        return;
    }
    switch (block.type) {
    case BlockType::text:
        text.add(block.text);
        return;
    case BlockType::image:
        notes_.drop("image");
        return say_media_note(text, block, style_);
    case BlockType::document:
        return say_document(text, block, media);
    case BlockType::search_result:
        return say_search_result(text, block, media);
    case BlockType::tool_reference:
        text.say("[Tool ").say(names_.upstream(block.name)).say(" is now available]");
        return;
    case BlockType::container_upload:
        notes_.drop("container_upload");
        text.say("[file ").add(block.details->source.file_id).say(" unavailable]");
        return;
    case BlockType::compaction:
        text.say("<conversation-summary>\n").add(block.text).say("\n</conversation-summary>");
        return;
    default:
        return say_json(text, block);
    }
}

void BlockText::say_document(TextWriter& text, const Block& block, std::vector<const Block*>& media)
{
    const anthropic::Source& source = block.details->source;
    bool plain = source.type == SourceType::text || source.type == SourceType::content;
    std::optional<std::string> decoded = decoded_text(source);
    if (!plain && !decoded) {
        notes_.drop("document");
        return say_media_note(text, block, style_);
    }
    text.say("<document");
    say_attribute(text, "title", block.details->title);
    say_attribute(text, "context", block.details->context);
    text.say(">\n");
    if (decoded)
        text.say(*decoded);
    else if (source.type == SourceType::text)
        text.add(source.data);
    else
        say_nested(text, block.content, media);
    text.say("\n</document>");
}

void BlockText::say_search_result(TextWriter& text, const Block& block, std::vector<const Block*>& media)
{
    if (block.has_citations)
        notes_.drop("citations");
    text.say("<search_result");
    say_attribute(text, "title", block.details->title);
    say_attribute(text, "source", block.details->url);
    text.say(">\n");
    say_nested(text, block.content, media);
    text.say("\n</search_result>");
}

void BlockText::say_nested(TextWriter& text, const Blocks& blocks, std::vector<const Block*>& media)
{
    bool first = true;
    for (const Block& block : blocks) {
        if (!speaks(block, anthropic::Role::user))
            continue;
        if (!first)
            text.say("\n");
        first = false;
        say(text, block, media);
    }
}

void BlockText::say_json(TextWriter& text, const Block& block)
{
    notes_.drop(block.type_name.escaped);
    text.add_value({ json::clip({ block.raw.text }, limits::unknown_block_text).escaped });
}

void BlockText::say_server_tool(TextWriter& text, const Block& block)
{
    if (block.type == BlockType::server_tool_use) {
        text.say("[").add(block.name);
        if (!block.details->query.empty())
            text.say(" \"").add(block.details->query).say("\"");
        else if (block.input.text.starts_with('{') && block.input.text != "{}")
            text.say(" ").add_value({ json::clip({ block.input.text }, limits::unknown_block_text).escaped });
        text.say("]");
        return;
    }
    int number = 1;
    if (block.type == BlockType::text) {
        for (const Block& citation : block.content)
            if (!citation.details->url.empty())
                text.say(number++ > 1 ? " [" : "[")
                    .add(citation.details->title)
                    .say("](")
                    .add(citation.details->url)
                    .say(")");
        return;
    }
    text.say("[").add(block.type_name).say("]");
    for (const Block& inside : block.content)
        say_result(text, inside, number);
}

} // namespace dragoman::translate
