#include "translate/stream_translator.h"

#include "json/escape.h"
#include "translate/envelope.h"
#include "translate/upstream_error.h"
#include "translate/usage.h"

#include <fmt/format.h>

#include <algorithm>

namespace dragoman::translate {

namespace {

constexpr std::size_t thought_head_max = 64; // bytes, escaped, by which thoughts are told apart

void keep_first(std::string& known, json::RawString value)
{
    if (known.empty() && !value.empty())
        known = json::unescape(value);
}

// "[image generated: image/png, 12345 bytes]": a message of the assistant cannot hold pictures, and a data
// URL as text would flood the context.
std::string describe_image(std::string_view url)
{
    if (!url.starts_with("data:"))
        return fmt::format("![image]({})", url);
    std::string_view rest = url.substr(5);
    std::string_view type = rest.substr(0, rest.find_first_of(";,"));
    std::size_t comma = rest.find(',');
    std::size_t bytes = comma == rest.npos ? 0 : (rest.size() - comma - 1) / 4 * 3;
    if (rest.ends_with("=="))
        bytes -= bytes >= 2 ? 2 : 0;
    else if (rest.ends_with('='))
        bytes -= bytes >= 1 ? 1 : 0;
    return fmt::format("[image generated: {}, {} bytes]", type.empty() ? "unknown" : type, bytes);
}

std::string without_blanks(std::string text) { return text.erase(0, text.find_first_not_of(" \t\r\n")); }

std::string beginning_of(json::RawString text) { return json::unescape(json::clip(text, thought_head_max)); }

bool begin_alike(std::string_view a, std::string_view b)
{
    const std::size_t size = std::min(a.size(), b.size());
    return a.substr(0, size) == b.substr(0, size);
}

// In the form that routers give it, so that both lead back to the call.
openai::ReasoningDetail signature_of(const openai::ToolCallDelta& call)
{
    return { .kind = openai::ReasoningDetail::Kind::encrypted,
        .type = { "reasoning.encrypted" },
        .data = call.signature,
        .id = call.id,
        .format = { call_signature_format } };
}

} // namespace

StreamTranslator::StreamTranslator(
    const AnswerPlan& plan, IdSource& ids, anthropic::MessageOutput& output, AnswerFacts& facts)
    : plan_(plan)
    , ids_(ids)
    , facts_(facts)
    , blocks_(output, plan, ids)
    , filter_(plan)
    , tools_(blocks_, plan, ids, facts.notes)
{
    if (plan.text_tool_calls && !plan.declared_tools.empty())
        recovery_ = std::make_unique<TextToolCalls>(plan);
}

bool StreamTranslator::Owner::admits(std::int64_t index)
{
    if (!choice)
        choice = index;
    return *choice == index;
}

Result<void> StreamTranslator::take(const openai::ChatChunk& chunk)
{
    if (done() || finished_)
        return {};
    if (!chunk.is_repetition)
        note_facts(chunk);
    take_usage(chunk);
    if (chunk.is_error)
        return Failure(upstream_error(chunk.whole.text, plan_, facts_.upstream_provider));
    for (const openai::ChatChoice& choice : chunk.choices)
        if (!choice.error.empty() || finish_kind(choice.finish_reason.escaped) == FinishKind::failed
            || finish_kind(choice.finish_reason.escaped) == FinishKind::overloaded)
            return Failure(choice_error(choice, plan_, facts_.upstream_provider));

    if (chunk.has_surrogate_escapes) {
        blocks_.look_for_surrogates();
        filter_.look_for_surrogates();
    }
    // A streamed source may be known before the text that cites it; in a whole message there is no before.
    bool whole = !chunk.choices.empty() && chunk.choices.front().whole_message;
    if (!whole)
        citations_.add(chunk.citations);
    bool substance_before = substance_;
    for (const openai::ChatChoice& choice : chunk.choices)
        if (auto taken = take_choice(choice); !taken)
            return taken;
    if (substance_)
        blocks_.start();
    body_before_ = body_before_ || (substance_ && !substance_before);
    if (whole)
        citations_.add(chunk.citations);
    return {};
}

void StreamTranslator::note_facts(const openai::ChatChunk& chunk)
{
    keep_first(facts_.upstream_id, chunk.id);
    keep_first(facts_.upstream_model, chunk.model);
    keep_first(facts_.upstream_provider, chunk.provider);
    keep_first(service_tier_, chunk.service_tier);
}

void StreamTranslator::take_usage(const openai::ChatChunk& chunk)
{
    if (!chunk.usage)
        return;
    if (usage_)
        merge_usage(*usage_, *chunk.usage);
    else
        usage_ = chunk.usage;
    if (usage_->suspect)
        facts_.notes.repair("usage");
    facts_.cost_usd = usage_->cost_usd;
    facts_.usage = to_usage(*usage_);
    usage_after_finish_ = finish_.seen() && chunk.choices.empty();
}

Result<void> StreamTranslator::take_choice(const openai::ChatChoice& choice)
{
    // Some servers repeat the whole message in their last chunk.
    bool repetition = choice.whole_message && body_before_;
    if (!repetition && !plan_.prewarm && !filter_.stopped()) {
        if (auto taken = take_body(choice); !taken)
            return taken;
    }
    take_finish(choice);
    return {};
}

Result<void> StreamTranslator::take_body(const openai::ChatChoice& choice)
{
    if (!choice.reasoning.empty() || !choice.reasoning_details.empty())
        take_reasoning(choice);
    take_content(choice);
    if (!choice.tool_calls.empty() && !filter_.stopped())
        return take_tool_calls(choice);
    return {};
}

// The text stands in a plain field, in the details, or in both; never is it taken from both.
void StreamTranslator::take_reasoning(const openai::ChatChoice& choice)
{
    using Kind = openai::ReasoningDetail::Kind;
    if (!reasoning_owner_.admits(choice.index))
        return;
    bool details = !choice.reasoning_details.empty();
    if (!choice.reasoning.empty())
        thinking(choice.reasoning, details ? std::string_view {} : choice.reasoning_field);
    for (const openai::ReasoningDetail& detail : choice.reasoning_details) {
        if (choice.reasoning.empty() && !detail.text.empty())
            thinking(detail.text, {});
        blocks_.detail(detail);
        substance_ |= detail.kind == Kind::encrypted || detail.kind == Kind::other;
    }
}

void StreamTranslator::take_content(const openai::ChatChoice& choice)
{
    bool any = !choice.content.empty() || !choice.parts.empty() || !choice.refusal.empty()
        || !choice.audio_transcript.empty();
    if (!any || !content_owner_.admits(choice.index))
        return;
    if (!choice.content.empty())
        text(choice.content);
    for (const openai::ContentPart& part : choice.parts)
        take_part(part);
    if (!choice.audio_transcript.empty()) {
        facts_.notes.drop("audio");
        text(choice.audio_transcript);
    }
    if (!choice.refusal.empty())
        take_part({ openai::ContentPart::Kind::refusal, choice.refusal });
}

void StreamTranslator::take_part(const openai::ContentPart& part)
{
    using Kind = openai::ContentPart::Kind;
    if (part.text.empty())
        return;
    switch (part.kind) {
    case Kind::text:
        text(part.text);
        return;
    case Kind::thinking:
        thinking(part.text, "reasoning_content");
        return;
    case Kind::refusal:
        refused_ = true;
        refusal_ += part.text.escaped;
        text(part.text);
        return;
    case Kind::image:
        image(part.text);
        return;
    }
}

void StreamTranslator::image(json::RawString url)
{
    facts_.notes.drop("image");
    std::string note = json::escape(describe_image(json::unescape(url)));
    if (blocks_.has_text())
        note.insert(0, R"(\n\n)");
    text({ note });
}

void StreamTranslator::text(json::RawString delta)
{
    TextFilter::Parts parts = filter_.feed(delta);
    facts_.thinks_in_text |= plan_.watches_for_thoughts && !parts.thinking.empty();
    inline_thinking(parts.thinking);
    if (!parts.text.empty())
        say(parts.text);
}

void StreamTranslator::say(json::RawString delta)
{
    if (recovery_)
        deliver(recovery_->feed(json::unescape(delta)));
    else
        write_text(delta);
}

// Calls that were found in the text are calls like all others, each one whole.
void StreamTranslator::deliver(const std::vector<TextToolCalls::Piece>& pieces)
{
    for (const TextToolCalls::Piece& piece : pieces) {
        if (const auto* text = std::get_if<std::string>(&piece)) {
            const std::string escaped = json::escape(*text);
            write_text({ escaped });
            continue;
        }
        const auto& call = std::get<TextCall>(piece);
        end_thought();
        facts_.notes.repair("tool call in the text");
        const std::string name = json::escape(call.name);
        const std::string arguments = json::escape(call.arguments);
        substance_ = true;
        (void)tools_.take({ .name = { name }, .arguments = { arguments } });
        tools_.advance();
    }
}

void StreamTranslator::write_text(json::RawString delta)
{
    bool blank = !blocks_.has_text() && json::is_blank(delta);
    substance_ |= !blank;
    if (closing_tag_.holds() && !json::is_blank(delta))
        end_thought();
    if (tools_.defer(MessageBlocks::Open::text, delta, {}))
        return;
    if (plan_.web_search && !blank && !citations_.empty() && !blocks_.has_text()) {
        citations_.write_search(blocks_.next_block(), ids_, search_query());
        ++searches_;
    }
    blocks_.text(delta);
}

void StreamTranslator::thinking(json::RawString delta, std::string_view field)
{
    const bool blank = json::is_blank(delta);
    if (blocks_.open() != MessageBlocks::Open::thinking && !blank && !filter_.thinks())
        flush_text();
    if (plan_.inline_think) {
        if (thought_head_.size() < thought_head_max)
            thought_head_ = without_blanks(thought_head_ + beginning_of(delta));
        delta = closing_tag_.feed(delta);
    }
    if (!delta.empty())
        write_thinking(delta, field);
}

void StreamTranslator::end_thought()
{
    if (!closing_tag_.holds())
        return;
    if (const std::string rest = closing_tag_.flush(); !rest.empty())
        write_thinking({ rest }, {});
}

// Some servers write their thoughts into the text and beside it: the same ones, if they begin alike.
void StreamTranslator::inline_thinking(json::RawString delta)
{
    const bool undecided = !repeats_thought_ && !thought_head_.empty();
    if (delta.empty() || (undecided && json::is_blank(delta)))
        return;
    if (undecided)
        repeats_thought_ = begin_alike(thought_head_, without_blanks(beginning_of(delta)));
    if (!repeats_thought_.value_or(false))
        write_thinking(delta, "reasoning_content");
}

void StreamTranslator::write_thinking(json::RawString delta, std::string_view field)
{
    substance_ |= !json::is_blank(delta);
    if (!tools_.defer(MessageBlocks::Open::thinking, delta, field))
        blocks_.thinking(delta, field);
}

void StreamTranslator::flush_text(bool cut_off)
{
    end_thought();
    TextFilter::Parts rest = filter_.flush();
    inline_thinking(rest.thinking);
    if (!rest.text.empty())
        say(rest.text);
    if (recovery_)
        deliver(recovery_->flush(cut_off));
}

Result<void> StreamTranslator::take_tool_calls(const openai::ChatChoice& choice)
{
    if (!tool_owner_.admits(choice.index))
        return {};
    flush_text();
    substance_ = true;
    for (const openai::ToolCallDelta& call : choice.tool_calls) {
        if (!call.signature.empty())
            blocks_.detail(signature_of(call));
        if (auto taken = tools_.take(call); !taken)
            return taken;
    }
    tools_.advance();
    return {};
}

void StreamTranslator::take_finish(const openai::ChatChoice& choice)
{
    bool owns = choice.index == 0 || choice.index == content_owner_.choice
        || choice.index == tool_owner_.choice || choice.index == reasoning_owner_.choice;
    if (owns)
        finish_.take(choice.finish_reason, choice.native_finish_reason, choice.stop_reason);
}

void StreamTranslator::next_item()
{
    flush_text();
    // A call that is not over yet cannot be interrupted; its arguments go on later.
    if (!tools_.defer(MessageBlocks::Open::thinking, {}, {}))
        blocks_.finish();
}

void StreamTranslator::break_off()
{
    if (finished_)
        return;
    finished_ = true;
    if (blocks_.open() != MessageBlocks::Open::text)
        return;
    flush_text();
    if (blocks_.open() == MessageBlocks::Open::text)
        blocks_.close();
}

} // namespace dragoman::translate
