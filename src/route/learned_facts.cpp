#include "route/learned_facts.h"

#include "json/document.h"
#include "json/entry.h"
#include "json/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace dragoman::route {

namespace {

constexpr std::size_t parameters_max = 64;
constexpr std::size_t name_max = 256; // bytes; longer names are not from any list of models
constexpr std::size_t parameter_name_max = 64;

struct Flag {
    std::string_view name;
    bool LearnedFacts::* member;
    std::string_view description;
};

constexpr Flag flags[] = {
    { "no_images", &LearnedFacts::no_images, "no pictures" },
    { "no_forced_tool", &LearnedFacts::no_forced_tool, "no forced tool while it thinks" },
    { "never_forced", &LearnedFacts::never_forced, "no forced tool at all" },
    { "no_system_later", &LearnedFacts::no_system_later, "no system message in mid-conversation" },
    { "no_system", &LearnedFacts::no_system, "no system message at all" },
    { "no_strict", &LearnedFacts::no_strict, "no strict tools" },
    { "simple_schemas", &LearnedFacts::simple_schemas, "simple schemas only" },
    { "no_cache_control", &LearnedFacts::no_cache_control, "no marks for caches" },
    { "no_foreign_thinking", &LearnedFacts::no_foreign_thinking, "no unsigned thinking of the history" },
    { "no_thoughts_back", &LearnedFacts::no_thoughts_back, "no thinking of the history" },
    { "needs_reasoning_content", &LearnedFacts::needs_reasoning_content, "wants its thinking back" },
    { "wants_max_completion_tokens", &LearnedFacts::wants_max_completion_tokens,
        "calls max_tokens max_completion_tokens" },
    { "wants_max_tokens", &LearnedFacts::wants_max_tokens, "calls max_completion_tokens max_tokens" },
    { "thinks_in_text", &LearnedFacts::thinks_in_text, "thinks in its text" },
};

std::optional<std::uint64_t> smaller(std::optional<std::uint64_t> one, std::optional<std::uint64_t> other)
{
    return one && other ? std::min(one, other) : one ? one : other;
}

std::int64_t seconds_of(WallClock::time_point now)
{
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

void write_facts(json::Writer& json, const LearnedFacts& facts)
{
    if (!facts.refused_parameters.empty()) {
        json.key("refused_parameters").begin_array();
        for (const std::string& name : facts.refused_parameters)
            json.text(name);
        json.end_array();
    }
    if (facts.context_length)
        json.key("context_length").integer(static_cast<std::int64_t>(*facts.context_length));
    if (facts.max_output)
        json.key("max_output").integer(static_cast<std::int64_t>(*facts.max_output));
    for (const Flag& flag : flags)
        if (facts.*flag.member)
            json.key(flag.name).boolean(true);
}

LearnedFacts read_facts(const json::Entry& entry)
{
    LearnedFacts facts;
    for (std::string& name : entry.texts("refused_parameters").value_or(std::vector<std::string> {}))
        facts.refused_parameters.insert(std::move(name));
    facts.context_length = entry.positive("context_length");
    facts.max_output = entry.positive("max_output");
    for (const Flag& flag : flags)
        facts.*flag.member = entry.boolean(flag.name).value_or(false);
    return merged({}, facts);
}

std::string listed(const std::set<std::string>& names)
{
    std::string text;
    std::size_t left = names.size();
    for (const std::string& name : names) {
        --left;
        text.append(name).append(left == 0 ? "" : left == 1 ? " and " : ", ");
    }
    return text;
}

} // namespace

LearnedFacts merged(LearnedFacts known, const LearnedFacts& added)
{
    for (const std::string& name : added.refused_parameters)
        if (!name.empty() && name.size() <= parameter_name_max
            && known.refused_parameters.size() < parameters_max)
            known.refused_parameters.insert(name);
    known.context_length = smaller(known.context_length, added.context_length);
    known.max_output = smaller(known.max_output, added.max_output);
    for (const Flag& flag : flags)
        known.*flag.member |= added.*flag.member;
    // Of two names for one thing the newer counts, or neither would ever be right again.
    if (added.wants_max_completion_tokens)
        known.wants_max_tokens = false;
    else if (added.wants_max_tokens)
        known.wants_max_completion_tokens = false;
    return known;
}

std::vector<std::string> descriptions(const LearnedFacts& facts)
{
    std::vector<std::string> texts;
    if (!facts.refused_parameters.empty())
        texts.push_back("refuses " + listed(facts.refused_parameters));
    if (facts.context_length)
        texts.push_back(fmt::format("a window of {} tokens", *facts.context_length));
    if (facts.max_output)
        texts.push_back(fmt::format("at most {} tokens of output", *facts.max_output));
    for (const Flag& flag : flags)
        if (facts.*flag.member)
            texts.emplace_back(flag.description);
    return texts;
}

LearnedMemory::LearnedMemory(std::size_t models_max)
    : models_max_(std::max<std::size_t>(models_max, 1))
{
}

bool LearnedMemory::add(
    Entries& entries, Key key, const LearnedFacts& facts, std::int64_t now_s, std::size_t models_max)
{
    if (facts.empty() || key.first.size() > name_max || key.second.size() > name_max)
        return false;
    auto found = entries.find(key);
    const LearnedFacts before = found == entries.end() ? LearnedFacts {} : found->second.facts;
    LearnedFacts after = merged(before, facts);
    if (after == before)
        return false;
    if (found == entries.end() && entries.size() >= models_max)
        entries.erase(std::min_element(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.second.learned_s < b.second.learned_s; }));
    entries.insert_or_assign(std::move(key), Entry { std::move(after), now_s });
    return true;
}

void LearnedMemory::count()
{
    knows_any_.store(!entries_.empty(), std::memory_order_release);
    has_news_.store(!news_.empty(), std::memory_order_release);
}

bool LearnedMemory::learn(
    std::string_view upstream, std::string_view model, const LearnedFacts& facts, WallClock::time_point now)
{
    const Key key { upstream, model };
    std::lock_guard lock(mutex_);
    if (!add(entries_, key, facts, seconds_of(now), models_max_))
        return false;
    add(news_, key, facts, seconds_of(now), models_max_);
    count();
    return true;
}

LearnedFacts LearnedMemory::find(std::string_view upstream, std::string_view model) const
{
    if (empty())
        return {};
    const Key key { upstream, model };
    std::lock_guard lock(mutex_);
    auto found = entries_.find(key);
    return found == entries_.end() ? LearnedFacts {} : found->second.facts;
}

std::size_t LearnedMemory::clear(std::string_view upstream, std::string_view model)
{
    const auto is_meant = [&](const auto& entry) {
        return (upstream.empty() || entry.first.first == upstream)
            && (model.empty() || entry.first.second == model);
    };
    std::lock_guard lock(mutex_);
    const std::size_t forgotten = std::erase_if(entries_, is_meant);
    std::erase_if(news_, is_meant);
    count();
    return forgotten;
}

std::vector<LearnedMemory::Known> LearnedMemory::known(
    std::string_view upstream, std::string_view model) const
{
    std::vector<Known> all;
    std::lock_guard lock(mutex_);
    for (const auto& [key, entry] : entries_)
        if ((upstream.empty() || key.first == upstream) && (model.empty() || key.second == model))
            all.push_back({ key.first, key.second, entry.facts });
    return all;
}

std::size_t LearnedMemory::size() const
{
    std::lock_guard lock(mutex_);
    return entries_.size();
}

std::string LearnedMemory::to_json() const
{
    std::string text;
    json::Writer json(text);
    json.begin_object().key("version").integer(1).key("models").begin_array();
    {
        std::lock_guard lock(mutex_);
        for (const auto& [key, entry] : entries_) {
            json.begin_object().key("upstream").text(key.first).key("model").text(key.second);
            json.key("learned").integer(entry.learned_s);
            write_facts(json, entry.facts);
            json.end_object();
        }
    }
    json.end_array().end_object();
    return text;
}

Result<LearnedMemory::Entries> LearnedMemory::read(std::string_view text, std::size_t models_max)
{
    json::Document document;
    ASSIGN_OR_RETURN(root, document.parse(text));
    const json::Entry file(root.object());
    const auto models = file.value("models");
    if (file.integer("version") != 1 || !models || !models->is(json::Type::array))
        return Failure(Error::bad_request("this is no file of learned facts"));
    Entries entries;
    for (json::Value each : json::Array(*models->array())) {
        const json::Entry entry(each.object());
        auto upstream = entry.text("upstream");
        auto model = entry.text("model");
        if (upstream && model)
            add(entries, { std::move(*upstream), std::move(*model) }, read_facts(entry),
                entry.integer("learned").value_or(0), models_max);
    }
    return entries;
}

Result<void> LearnedMemory::add_json(std::string_view text)
{
    ASSIGN_OR_RETURN(entries, read(text, models_max_));
    std::lock_guard lock(mutex_);
    for (const auto& [key, entry] : entries)
        add(entries_, key, entry.facts, entry.learned_s, models_max_);
    count();
    return {};
}

bool LearnedMemory::take_news()
{
    std::lock_guard lock(mutex_);
    const bool any = !news_.empty();
    news_.clear();
    count();
    return any;
}

Result<bool> LearnedMemory::follow(std::string_view text)
{
    Entries entries;
    if (!text.empty()) {
        ASSIGN_OR_RETURN(kept, read(text, models_max_));
        entries = std::move(kept);
    }
    std::lock_guard lock(mutex_);
    bool added = false;
    for (const auto& [key, entry] : news_)
        added |= add(entries, key, entry.facts, entry.learned_s, models_max_);
    news_.clear();
    entries_ = std::move(entries);
    count();
    return added;
}

} // namespace dragoman::route
