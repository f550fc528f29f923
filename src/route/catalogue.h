// The upstream's list of models, as it was at one moment: immutable, shared by pointer, replaced whole.
//
// Parsing is tolerant, because the list grows fields and oddities all the time: a field of an unexpected type
// counts as absent, an entry without a usable id is left out, and only a body that is no list at all is an
// error. Without a list everything still works: facts() then says that nothing is known.
// https://openrouter.ai/docs/api-reference/list-available-models
#pragma once

#include "base/result.h"
#include "route/model_facts.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::route {

class Catalogue {
public:
    Catalogue() = default;

    // The body of `GET /models`, OpenRouter's or any other {"data":[{"id":…},…]}. Error::upstream_protocol.
    static Result<Catalogue> parse(std::string_view body);

    using Facts = std::shared_ptr<const ModelFacts>;

    // What is known of `slug`: its entry, or that of its canonical slug; for a variant ("…:free", "…:online")
    // without an entry of its own, that of the model; for "~author/family-latest" the newest of that family.
    // The facts carry the id that was asked for. Null when there is nothing.
    Facts find(std::string_view slug) const;

    // The same, but never null: facts with known == false.
    Facts facts(std::string_view slug) const;

    // The id that was meant by one with dashes where the list has dots ("anthropic/claude-haiku-4-5"), or the
    // other way round, or in another case. nullopt when `slug` is known as it is, or nothing is that near.
    std::optional<std::string> corrected(std::string_view slug) const;

    const std::vector<Facts>& models() const { return models_; } // in the order of the list
    bool empty() const { return models_.empty(); }
    std::size_t skipped() const { return skipped_; } // entries that could not be used

private:
    Facts exact(std::string_view slug) const;
    Facts newest_of(std::string_view family) const;

    std::vector<Facts> models_;
    std::map<std::string, Facts, std::less<>> by_id_;
    std::map<std::string, Facts, std::less<>> by_canonical_slug_;
    std::map<std::string, Facts, std::less<>> by_folded_id_; // lower case, dots as dashes
    std::size_t skipped_ = 0;
};

// The `count` ids most like `wanted`, nearest first, by edit distance to the id or to its part after the
// slash; only those that could be meant.
std::vector<std::string> nearest(
    std::string_view wanted, const std::vector<std::string>& known, std::size_t count);

// The list on disk: when and where it was fetched, and the upstream's body as it came.
struct CachedList {
    std::int64_t fetched_at = 0; // seconds since 1970
    std::string url {};
    std::string body {};
};
std::string encode(const CachedList& list);
Result<CachedList> decode_cached_list(std::string_view file); // Error::bad_request: move the file aside

} // namespace dragoman::route
