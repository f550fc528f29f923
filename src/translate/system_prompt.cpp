#include "translate/system_prompt.h"

#include "json/escape.h"

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

SystemPrompt::SystemPrompt(const Scene& scene, const std::vector<Entry>& leading)
    : scene_(scene)
{
    pieces_.reserve(scene.request.system.size() + leading.size());
    for (const anthropic::Block& block : scene.request.system)
        add(block);
    for (const Entry& entry : leading)
        add(*entry.block);
}

void SystemPrompt::add(const anthropic::Block& block)
{
    json::RawString text = without_billing_line(block.text);
    if (text != block.text)
        scene_.notes.drop("billing header");
    if (!json::is_blank(text))
        pieces_.push_back({ text, &block });
    if (block.type != anthropic::BlockType::text)
        scene_.notes.drop(block.type_name.escaped);
}

void SystemPrompt::say(ContentWriter& content) const
{
    for (const Piece& piece : pieces_) {
        content.begin_text().add(piece.text);
        content.end_text(scene_.marks.kept(piece.block->cache_control));
    }
    if (!scene_.system_appendix.empty()) {
        content.begin_text().say(scene_.system_appendix);
        content.end_text();
    }
}

void write_system_prompt(json::Writer& json, const Scene& scene, const std::vector<Entry>& leading)
{
    const SystemPrompt prompt(scene, leading);
    if (prompt.empty())
        return;
    json.begin_object().key("role").word(scene.style.system_role).key("content");
    auto form = scene.style.cache_parts ? ContentWriter::Form::parts : ContentWriter::Form::string;
    ContentWriter content(json, form, scene.request.has_surrogate_escapes ? &scene.notes : nullptr);
    prompt.say(content);
    content.finish();
    json.end_object();
}

} // namespace dragoman::translate
