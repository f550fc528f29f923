#include "translate/system_prompt.h"

#include "json/escape.h"
#include "translate/content_writer.h"

namespace dragoman::translate {

namespace {

constexpr std::string_view billing_line = "x-anthropic-billing-header:";

} // namespace

json::RawString without_billing_line(json::RawString text)
{
    if (!text.escaped.starts_with(billing_line))
        return text;
    std::size_t at = text.escaped.find('\\');
    while (at != std::string_view::npos && text.escaped[at + 1] != 'n')
        at = text.escaped.find('\\', at + 2);
    return at == std::string_view::npos ? json::RawString {}
                                        : json::RawString { text.escaped.substr(at + 2) };
}

void write_system_prompt(json::Writer& json, const Scene& scene, const std::vector<Entry>& leading)
{
    struct Piece {
        json::RawString text;
        const anthropic::Block* block;
    };
    std::vector<Piece> pieces;
    pieces.reserve(scene.request.system.size() + leading.size());
    auto add = [&](const anthropic::Block& block) {
        json::RawString text = without_billing_line(block.text);
        if (text != block.text)
            scene.notes.drop("billing header");
        if (!json::is_blank(text))
            pieces.push_back({ text, &block });
        if (block.type != anthropic::BlockType::text)
            scene.notes.drop(block.type_name.escaped);
    };
    for (const anthropic::Block& block : scene.request.system)
        add(block);
    for (const Entry& entry : leading)
        add(*entry.block);
    if (pieces.empty() && scene.system_appendix.empty())
        return;

    json.begin_object().key("role").word(scene.style.system_role).key("content");
    auto form = scene.style.cache_parts ? ContentWriter::Form::parts : ContentWriter::Form::string;
    ContentWriter content(json, form, scene.request.has_surrogate_escapes ? &scene.notes : nullptr);
    for (const Piece& piece : pieces) {
        content.begin_text().add(piece.text);
        content.end_text(scene.marks.kept(piece.block->cache_control));
    }
    if (!scene.system_appendix.empty()) {
        content.begin_text().say(scene.system_appendix);
        content.end_text();
    }
    content.finish();
    json.end_object();
}

} // namespace dragoman::translate
