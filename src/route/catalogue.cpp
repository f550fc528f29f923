#include "route/catalogue.h"

#include "base/limits.h"
#include "json/document.h"
#include "json/entry.h"
#include "json/escape.h"
#include "json/writer.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

namespace dragoman::route {

namespace {

using json::Entry;

using std::string_view;

constexpr std::size_t id_max = 256;
constexpr std::size_t name_max = 200;
constexpr std::size_t description_max = 300;
constexpr std::size_t date_max = 10; // a time that follows is cut off

// OpenRouter's name first, then those of vLLM, Groq, LM Studio and Anthropic; LiteLLM's.
constexpr string_view context_names[] { "context_length", "max_model_len", "context_window",
    "max_context_length", "max_input_tokens" };
constexpr string_view output_names[] { "max_completion_tokens", "max_output_tokens", "max_tokens" };

bool contains(const std::vector<std::string>& list, string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

bool usable_id(string_view id)
{
    return !id.empty() && id.size() <= id_max
        && std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c != '\x7f'; });
}

std::string first_line(std::string text, std::size_t bytes_max)
{
    text.resize(std::min(text.find_first_of("\r\n"), text.size()));
    if (text.size() <= bytes_max)
        return text;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end) + "…";
}

Reasoning reasoning_of(const Entry& entry)
{
    Reasoning reasoning;
    reasoning.supported_efforts = entry.texts("supported_efforts").value_or(std::vector<std::string> {});
    reasoning.default_effort = entry.text("default_effort");
    reasoning.default_enabled = entry.boolean("default_enabled");
    reasoning.mandatory = entry.boolean("mandatory");
    reasoning.supports_max_tokens = entry.boolean("supports_max_tokens");
    return reasoning;
}

Prices prices_of(const Entry& entry)
{
    return { .prompt = entry.price("prompt"),
        .completion = entry.price("completion"),
        .cache_read = entry.price("input_cache_read"),
        .cache_write = entry.price("input_cache_write"),
        .request = entry.price("request") };
}

std::shared_ptr<const ModelFacts> facts_of(const Entry& entry)
{
    auto id = entry.text("id").value_or("");
    if (!usable_id(id))
        return nullptr;
    auto facts = std::make_shared<ModelFacts>();
    facts->known = true;
    facts->id = std::move(id);
    facts->name =
        first_line(entry.text("name").value_or(entry.text("display_name").value_or(facts->id)), name_max);
    facts->description = first_line(entry.text("description").value_or(""), description_max);
    facts->canonical_slug = entry.text("canonical_slug").value_or("");
    facts->created = entry.integer("created");
    facts->expires = entry.text("expiration_date").value_or("").substr(0, date_max);
    facts->context_length = entry.first_positive(context_names);
    facts->supported_parameters = entry.texts("supported_parameters");
    const auto top_provider = entry.entry("top_provider");
    facts->max_output = top_provider.positive("max_completion_tokens");
    facts->moderated = top_provider.boolean("is_moderated");
    if (!facts->context_length)
        facts->context_length = top_provider.positive("context_length");
    if (!facts->max_output)
        facts->max_output = entry.first_positive(output_names);
    const auto limits = entry.entry("limits"); // GitHub's
    if (!facts->context_length)
        facts->context_length = limits.first_positive(context_names);
    if (!facts->max_output)
        facts->max_output = limits.first_positive(output_names);
    if (const auto modalities = entry.entry("architecture").texts("input_modalities")) {
        facts->input_image = contains(*modalities, "image");
        facts->input_file = contains(*modalities, "file");
        facts->input_audio = contains(*modalities, "audio");
    }
    const auto reasoning = entry.entry("reasoning");
    facts->has_reasoning = static_cast<bool>(reasoning);
    facts->reasoning = reasoning_of(reasoning);
    facts->prices = prices_of(entry.entry("pricing"));
    return facts;
}

std::string folded(string_view id)
{
    std::string result(id);
    for (auto& c : result)
        c = c == '.' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return result;
}

} // namespace

Result<Catalogue> Catalogue::parse(string_view body)
{
    json::Document document;
    const auto root = document.parse(body);
    if (!root)
        return Failure(Error::upstream_protocol("the list of models: " + root.error().message));
    const auto data = Entry(root->object()).value("data");
    const auto array = data ? data->array() : root->array();
    if (!array)
        return Failure(Error::upstream_protocol("the list of models has no array named data"));
    Catalogue catalogue;
    for (const auto element : *array) {
        auto facts = facts_of(Entry(element.object()));
        if (!facts || !catalogue.by_id_.emplace(facts->id, facts).second) {
            ++catalogue.skipped_;
            continue;
        }
        if (!facts->canonical_slug.empty())
            catalogue.by_canonical_slug_.emplace(facts->canonical_slug, facts);
        catalogue.by_folded_id_.emplace(folded(facts->id), facts);
        catalogue.models_.push_back(std::move(facts));
    }
    return catalogue;
}

Catalogue::Facts Catalogue::exact(string_view slug) const
{
    for (const auto* index : { &by_id_, &by_canonical_slug_ })
        if (const auto found = index->find(slug); found != index->end())
            return found->second;
    return nullptr;
}

Catalogue::Facts Catalogue::newest_of(string_view family) const
{
    Facts newest;
    for (auto at = by_id_.lower_bound(family); at != by_id_.end() && at->first.starts_with(family); ++at) {
        const bool is_variant = at->first.find(':') != std::string::npos;
        if (!is_variant && (!newest || at->second->created.value_or(0) > newest->created.value_or(0)))
            newest = at->second;
    }
    return newest;
}

Catalogue::Facts Catalogue::find(string_view slug) const
{
    auto found = exact(slug);
    if (!found)
        found = exact(slug.substr(0, slug.find(':')));
    if (!found && slug.starts_with('~')) {
        auto family = slug.substr(1, slug.find(':') - 1);
        found = exact(family);
        if (!found && family.ends_with("-latest"))
            found = newest_of(family.substr(0, family.size() - string_view("latest").size()));
    }
    if (!found || found->id == slug)
        return found;
    auto copy = std::make_shared<ModelFacts>(*found);
    copy->id = slug;
    return copy;
}

Catalogue::Facts Catalogue::facts(string_view slug) const
{
    if (auto found = find(slug))
        return found;
    auto unknown = std::make_shared<ModelFacts>();
    unknown->id = slug;
    unknown->name = slug;
    return unknown;
}

std::optional<std::string> Catalogue::corrected(string_view slug) const
{
    if (empty() || find(slug))
        return std::nullopt;
    const auto colon = std::min(slug.find(':'), slug.size());
    for (const auto& [wanted, variant] :
        { std::pair(slug, string_view {}), std::pair(slug.substr(0, colon), slug.substr(colon)) })
        if (const auto found = by_folded_id_.find(folded(wanted)); found != by_folded_id_.end())
            return found->second->id + std::string(variant);
    return std::nullopt;
}

std::string encode(const CachedList& list)
{
    std::string out;
    json::Writer(out)
        .begin_object()
        .key("version")
        .integer(1)
        .key("fetched_at")
        .integer(list.fetched_at)
        .key("url")
        .text(list.url)
        .key("bytes")
        .integer(static_cast<std::int64_t>(list.body.size()))
        .end_object();
    return out + "\n" + list.body;
}

Result<CachedList> decode_cached_list(string_view file)
{
    const auto damaged = [](const char* what) {
        return Failure(Error::bad_request(std::string("the stored list of models ") + what));
    };
    const auto line = file.substr(0, file.find('\n'));
    json::Document document;
    const auto root = document.parse(line);
    if (!root || line.size() == file.size())
        return damaged("has no readable first line");
    const Entry head(root->object());
    const auto fetched_at = head.integer("fetched_at");
    const auto bytes = head.integer("bytes");
    if (head.integer("version") != 1 || !fetched_at || *fetched_at < 0 || !bytes)
        return damaged("is not of version 1");
    const auto body = file.substr(line.size() + 1);
    if (static_cast<std::uint64_t>(*bytes) != body.size())
        return damaged("is cut off");
    return CachedList {
        .fetched_at = *fetched_at, .url = head.text("url").value_or(""), .body = std::string(body)
    };
}

} // namespace dragoman::route
