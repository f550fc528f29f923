#include "translate/responses_reasoning.h"

#include "json/document.h"
#include "translate/envelope.h"
#include "translate/reasoning_history.h"

#include <map>
#include <set>

namespace dragoman::translate {

namespace {

using anthropic::BlockType;

std::string member(const json::Object& object, std::string_view name)
{
    auto value = object.find(name);
    auto string = value ? value->string() : std::nullopt;
    return std::string(string ? string->escaped : std::string_view {});
}

// Encrypted, or in clear words as open models give it.
bool has_content(const json::Object& item)
{
    auto content = item.find("content");
    auto parts = content ? content->array() : std::nullopt;
    return !member(item, "encrypted_content").empty() || (parts && !parts->empty());
}

// The items of all thinking blocks of one turn. An item may have come twice: without its content in its own
// place, and with it at the end.
class TurnThoughts {
public:
    void add(std::size_t entry, const Envelope& envelope);
    std::vector<Thought> place(std::size_t entries);

private:
    struct Kept {
        std::size_t entry;
        std::string id;
        std::string json;
        bool reasoning;
        bool complete;
    };
    void add_follower(std::size_t entry, const std::string& type, const json::Object& item);

    std::vector<Kept> kept_;
    std::map<std::string, std::size_t> complete_; // the complete one of each id
    std::map<std::size_t, Thought> followers_;
};

void TurnThoughts::add(std::size_t entry, const Envelope& envelope)
{
    for (const std::string& detail : envelope.details) {
        json::Document document;
        auto root = document.parse(detail);
        auto item = root ? root->object() : std::nullopt;
        if (!item)
            continue;
        const std::string type = member(*item, "type");
        if (type != "reasoning" && type != "web_search_call") {
            add_follower(entry, type, *item);
            continue;
        }
        Kept kept { .entry = entry,
            .id = member(*item, "id"),
            .json = detail,
            .reasoning = type == "reasoning",
            .complete = type != "reasoning" || has_content(*item) };
        if (kept.complete && !kept.id.empty())
            complete_.try_emplace(kept.id, kept_.size());
        kept_.push_back(std::move(kept));
    }
}

void TurnThoughts::add_follower(std::size_t entry, const std::string& type, const json::Object& item)
{
    if (type != "message" && type != "function_call")
        return;
    Thought& thought = followers_[entry];
    thought.call_id = member(item, "call_id");
    thought.id = member(item, "id");
    thought.phase = member(item, "phase");
}

std::vector<Thought> TurnThoughts::place(std::size_t entries)
{
    std::vector<Thought> thoughts(entries);
    for (auto& [entry, follower] : followers_)
        thoughts[entry] = std::move(follower);
    std::set<std::string> placed;
    bool after_reasoning = false; // a search goes back only behind the thought that led to it
    for (Kept& kept : kept_) {
        const auto whole = complete_.find(kept.id);
        const bool complete = kept.complete || (!kept.id.empty() && whole != complete_.end());
        const bool known = !kept.id.empty() && placed.contains(kept.id);
        if (kept.reasoning)
            after_reasoning = complete && !known;
        if (!complete || known || !after_reasoning)
            continue;
        thoughts[kept.entry].items.push_back(kept.complete ? kept.json : kept_[whole->second].json);
        placed.insert(kept.id);
    }
    return thoughts;
}

} // namespace

ResponsesReasoning::ResponsesReasoning(
    const anthropic::MessagesRequest& request, const route::Target& target, std::string_view upstream_name)
    : upstream_name_(upstream_name)
    , model_(target.model)
    , first_kept_(first_kept_message(request, target))
{
}

std::vector<Thought> ResponsesReasoning::of(std::span<const Entry> entries) const
{
    TurnThoughts thoughts;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const anthropic::Block& block = *entries[i].block;
        const bool redacted = block.type == BlockType::redacted_thinking;
        if ((!redacted && block.type != BlockType::thinking) || entries[i].message < first_kept_)
            continue;
        const auto envelope = decode_envelope(redacted ? block.data : block.signature);
        if (envelope && envelope->dialect == responses_dialect && envelope->provider == upstream_name_
            && envelope->model == model_)
            thoughts.add(i, *envelope);
    }
    return thoughts.place(entries.size());
}

} // namespace dragoman::translate
