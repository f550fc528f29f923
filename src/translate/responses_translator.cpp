#include "translate/responses_translator.h"

#include "json/document.h"
#include "json/escape.h"
#include "translate/responses_items.h"
#include "translate/upstream_error.h"

#include <fmt/format.h>

#include <utility>

namespace dragoman::translate {

namespace {

using Item = openai::ResponsesItem;
using Event = openai::ResponsesEvent;
using Part = openai::ContentPart;

constexpr json::RawString paragraph { R"(\n\n)" };

bool is_call(Item::Kind kind)
{
    return kind == Item::Kind::function_call || kind == Item::Kind::custom_tool_call;
}

bool same_kind(Item::Kind a, Item::Kind b) { return a == b || (is_call(a) && is_call(b)); }

Item::Kind kind_of_delta(Event::Kind kind)
{
    if (kind == Event::Kind::arguments_delta)
        return Item::Kind::function_call;
    const bool text = kind == Event::Kind::text_delta || kind == Event::Kind::refusal_delta;
    return text ? Item::Kind::message : Item::Kind::reasoning;
}

} // namespace

Result<void> ResponsesTranslator::take(const Event& event)
{
    surrogates_ = event.has_surrogate_escapes;
    switch (event.kind) {
    case Event::Kind::error:
        return tell({ .whole = event.whole, .is_error = true });
    case Event::Kind::begun:
        return tell({ .id = event.body.id, .model = event.body.model });
    case Event::Kind::item_added:
        return begin_item(slot_of(event), event.item);
    case Event::Kind::item_done:
        return end_item(slot_of(event), event.item);
    case Event::Kind::text_delta:
        return text(event.delta, Part::Kind::text, slot_of(event));
    case Event::Kind::refusal_delta:
        return text(event.delta, Part::Kind::refusal, slot_of(event));
    case Event::Kind::summary_delta:
        return thought(event.delta, true, event.part_index, slot_of(event));
    case Event::Kind::reasoning_delta:
        return thought(event.delta, false, event.part_index, slot_of(event));
    case Event::Kind::arguments_delta:
        return arguments(event.delta, slot_of(event));
    case Event::Kind::annotation:
        add_sources(event.citations);
        return {};
    case Event::Kind::finished:
        return finish(event.body);
    case Event::Kind::other:
        break;
    }
    return {};
}

// A choice without content, which keeps its memory.
openai::ChatChoice& ResponsesTranslator::fresh_choice()
{
    choice_.clear();
    return choice_;
}

Result<void> ResponsesTranslator::tell(openai::ChatChunk chunk)
{
    chunk.has_surrogate_escapes = surrogates_;
    return blocks_.take(chunk);
}

// Where the index is left out, an item is told by its id or that of its call, and where these are missing or
// change, too, by what is going on.
std::int64_t ResponsesTranslator::slot_of(const Event& event)
{
    if (event.output_index)
        return *event.output_index;
    without_index_ = true;
    if (event.kind == Event::Kind::item_added)
        return free_slot();
    const bool done = event.kind == Event::Kind::item_done;
    const json::RawString id = done ? event.item.id : event.item_id;
    const Item::Kind kind = done ? event.item.kind : kind_of_delta(event.kind);
    auto slot = known_slot(id);
    if (!slot)
        slot = known_slot(event.item.call_id);
    if (!slot)
        slot = open_slot(kind, !done);
    if (slot)
        return *slot;
    const std::int64_t fresh = free_slot();
    if (!done) {
        items_[fresh].kind = kind;
        remember(id, fresh);
    }
    return fresh;
}

std::int64_t ResponsesTranslator::slot_at_the_end(std::size_t position, const Item& item)
{
    const auto place = static_cast<std::int64_t>(position);
    if (!without_index_)
        return place;
    if (auto slot = known_slot(item.id))
        return *slot;
    if (auto slot = known_slot(item.call_id))
        return *slot;
    if (auto at = items_.find(place); at != items_.end() && at->second.kind == item.kind)
        return place;
    return open_slot(item.kind, false).value_or(free_slot());
}

std::optional<std::int64_t> ResponsesTranslator::known_slot(json::RawString id) const
{
    const auto known = id.empty() ? slots_.end() : slots_.find(std::string(id.escaped));
    return known == slots_.end() ? std::nullopt : std::optional(known->second);
}

// Deltas belong to the newest item of their kind; items end in the order in which they began.
std::optional<std::int64_t> ResponsesTranslator::open_slot(Item::Kind kind, bool newest) const
{
    std::optional<std::int64_t> found;
    for (const auto& [slot, progress] : items_)
        if (!progress.done && same_kind(progress.kind, kind) && (newest || !found))
            found = slot;
    return found;
}

void ResponsesTranslator::remember(json::RawString id, std::int64_t slot)
{
    if (!id.empty())
        slots_.insert_or_assign(std::string(id.escaped), slot);
}

std::int64_t ResponsesTranslator::free_slot() const
{
    return items_.empty() ? 0 : items_.rbegin()->first + 1;
}

Result<void> ResponsesTranslator::begin_item(std::int64_t index, const Item& item)
{
    items_[index] = { .kind = item.kind };
    remember(item.id, index);
    if (without_index_)
        remember(item.call_id, index);
    // A search is no item of the answer's own: what was thought before it goes on behind it.
    if (item.kind == Item::Kind::web_search_call || item.kind == Item::Kind::other)
        return {};
    if (auto sealed = seal_reasoning(&item); !sealed)
        return sealed;
    if (item.kind == Item::Kind::reasoning && !item.id.empty() && !item.encrypted)
        open_reasoning_ = kept_item(item.whole);
    if (!is_call(item.kind))
        return {};
    openai::ChatChoice& choice = fresh_choice();
    choice.tool_calls.push_back({ .index = index,
        .id = item.call_id.empty() ? item.id : item.call_id,
        .name = item.name,
        .custom = item.kind == Item::Kind::custom_tool_call });
    return tell({ .choices = { &choice, 1 } });
}

Result<void> ResponsesTranslator::end_item(std::int64_t index, const Item& item)
{
    if (!items_.contains(index))
        if (auto begun = begin_item(index, item); !begun)
            return begun;
    Progress& progress = items_[index];
    if (progress.done)
        return {};
    progress.done = true;
    switch (item.kind) {
    case Item::Kind::message:
        add_sources(item.citations);
        return progress.streamed ? Result<void>() : say_message(item);
    case Item::Kind::reasoning:
        if (!progress.streamed)
            for (std::size_t part = 0; part < item.parts.size(); ++part)
                if (auto taken = thought(item.parts[part].text, true, static_cast<std::int64_t>(part), index);
                    !taken)
                    return taken;
        keep_reasoning(item);
        return {};
    case Item::Kind::function_call:
    case Item::Kind::custom_tool_call:
        return end_call(item, progress, index);
    case Item::Kind::web_search_call:
        keep_search(item);
        return {};
    case Item::Kind::other:
        facts_.notes.drop(json::unescape(json::clip(item.type, 64)));
        return {};
    }
    return {};
}

Result<void> ResponsesTranslator::say_message(const Item& item)
{
    openai::ChatChoice& choice = fresh_choice();
    choice.parts = item.parts;
    return tell({ .choices = { &choice, 1 } });
}

// What the deltas did not bring.
Result<void> ResponsesTranslator::end_call(const Item& item, Progress& progress, std::int64_t index)
{
    std::string value =
        item.arguments_value.empty() ? std::string {} : json::escape(item.arguments_value.text);
    std::string_view all = item.arguments_value.empty() ? item.arguments.escaped : std::string_view(value);
    if (!all.starts_with(progress.arguments))
        return {};
    const std::string rest(all.substr(progress.arguments.size()));
    return rest.empty() ? Result<void>() : arguments({ rest }, index);
}

Result<void> ResponsesTranslator::text(json::RawString delta, Part::Kind kind, std::int64_t index)
{
    items_[index].streamed = true;
    openai::ChatChoice& choice = fresh_choice();
    if (kind == Part::Kind::text)
        choice.content = delta;
    else
        choice.parts.push_back({ kind, delta });
    return tell({ .choices = { &choice, 1 } });
}

// Some servers stream a summary of the reasoning, some the reasoning, some both: the first of them counts.
Result<void> ResponsesTranslator::thought(
    json::RawString delta, bool summary, std::int64_t part, std::int64_t index)
{
    Progress& progress = items_[index];
    if (delta.empty() || (progress.streamed && progress.summary != summary))
        return {};
    const bool next_part = progress.streamed && part != progress.part;
    progress.streamed = true;
    progress.summary = summary;
    progress.part = part;
    openai::ChatChoice& choice = fresh_choice();
    if (next_part) {
        choice.reasoning = paragraph;
        if (auto taken = tell({ .choices = { &choice, 1 } }); !taken)
            return taken;
    }
    choice.reasoning = delta;
    return tell({ .choices = { &choice, 1 } });
}

Result<void> ResponsesTranslator::arguments(json::RawString delta, std::int64_t index)
{
    Progress& progress = items_[index];
    progress.arguments += delta.escaped;
    openai::ChatChoice& choice = fresh_choice();
    choice.tool_calls.push_back(
        { .index = index, .arguments = delta, .custom = progress.kind == Item::Kind::custom_tool_call });
    return tell({ .choices = { &choice, 1 } });
}

void ResponsesTranslator::keep_reasoning(const Item& item)
{
    open_reasoning_.clear();
    if (!item.encrypted && !item.id.empty())
        incomplete_reasoning_.emplace(item.id.escaped);
    if (std::string kept = kept_item(item.whole); !kept.empty())
        hidden_.push_back(std::move(kept));
}

void ResponsesTranslator::keep_search(const Item& item)
{
    if (searches_++ == 0 && !item.query.empty())
        blocks_.searched_for(json::unescape(item.query));
    add_sources(item.citations);
    if (hidden_.empty())
        return;
    if (std::string kept = kept_item(item.whole); !kept.empty())
        hidden_.push_back(std::move(kept));
}

Result<void> ResponsesTranslator::seal_reasoning(const Item* next)
{
    // It goes back from here, even if the whole of it comes only at the end.
    if (std::string open = std::exchange(open_reasoning_, {}); !open.empty())
        hidden_.push_back(std::move(open));
    if (std::string follower = next ? kept_follower(*next) : std::string {};
        !follower.empty() && (!hidden_.empty() || !next->phase.empty()))
        hidden_.push_back(std::move(follower));
    if (!hidden_.empty()) {
        openai::ChatChoice& choice = fresh_choice();
        for (const std::string& item : hidden_)
            choice.reasoning_details.push_back(
                { .kind = openai::ReasoningDetail::Kind::other, .whole = { item } });
        if (auto taken = tell({ .choices = { &choice, 1 } }); !taken)
            return taken;
        hidden_.clear();
    }
    blocks_.next_item();
    return {};
}

// Addresses come with a search, titles with the text that cites them: both are told at the end, as one.
void ResponsesTranslator::add_sources(std::span<const openai::Citation> citations)
{
    for (const openai::Citation& citation : citations)
        sources_.push_back({ std::string(citation.url.escaped), std::string(citation.title.escaped) });
}

Result<void> ResponsesTranslator::finish(const openai::ResponsesBody& body)
{
    const std::string_view status = body.status.escaped;
    if (auto told = tell({ .id = body.id, .model = body.model, .service_tier = body.service_tier }); !told)
        return told;
    if (!body.error.empty() || status == "failed") {
        const std::string_view error = body.error.empty() ? "\"the model failed\"" : body.error.text;
        return Failure(upstream_error(fmt::format(R"({{"error":{}}})", error), plan_, {}));
    }
    if (status == "cancelled")
        return Failure(Error { .kind = Error::Kind::upstream_failed,
            .source = Error::Source::upstream,
            .message = fmt::format("{} cancelled its answer", plan_.upstream_name) });
    if (auto ended = end_items(body.output); !ended)
        return ended;
    late_reasoning(body);
    if (auto sealed = seal_reasoning(nullptr); !sealed)
        return sealed;
    if (auto told = tell_end(body); !told)
        return told;
    blocks_.on_end_marker();
    return {};
}

// Items of which no event told, or not the end.
Result<void> ResponsesTranslator::end_items(std::span<const Item> output)
{
    for (std::size_t i = 0; i < output.size(); ++i) {
        const std::int64_t index = slot_at_the_end(i, output[i]);
        if (!items_.contains(index) && (known_slot(output[i].id) || known_slot(output[i].call_id)))
            continue; // came under another index
        if (auto ended = end_item(index, output[i]); !ended)
            return ended;
    }
    return {};
}

// Some servers bring the content of an item only here, when its block is long closed.
void ResponsesTranslator::late_reasoning(const openai::ResponsesBody& body)
{
    for (const Item& item : body.output)
        if (item.encrypted && incomplete_reasoning_.erase(std::string(item.id.escaped)) > 0)
            hidden_.push_back(kept_item(item.whole));
}

Result<void> ResponsesTranslator::tell_end(const openai::ResponsesBody& body)
{
    openai::ChatChoice& choice = fresh_choice();
    choice.finish_reason.escaped = "stop";
    if (body.status.escaped == "incomplete") {
        const std::string_view reason = body.incomplete_reason.escaped;
        if (reason == "max_output_tokens" || reason == "max_tokens" || reason == "content_filter")
            choice.finish_reason = body.incomplete_reason;
        else
            facts_.notes.repair("incomplete: " + json::unescape(json::clip(body.incomplete_reason, 64)));
    }
    std::vector<openai::Citation> citations;
    citations.reserve(sources_.size());
    for (const Source& source : sources_)
        citations.push_back({ { source.url }, { source.title } });
    openai::ChatChunk chunk { .usage = body.usage, .choices = { &choice, 1 }, .citations = citations };
    if (searches_ > 0) {
        if (!chunk.usage)
            chunk.usage.emplace();
        chunk.usage->web_search_requests = searches_;
    }
    return tell(chunk);
}

} // namespace dragoman::translate
