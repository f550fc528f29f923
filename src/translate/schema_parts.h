// One JSON schema, wherever its keywords stand: in itself, in what it refers to, and in the parts of allOf.
#pragma once

#include "json/document.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

// The schema that a local reference ("#", "#/$defs/name", "#/definitions/a~1b") points at.
std::optional<json::Value> resolve_reference(const json::Object& root, std::string_view reference);

// References that are being followed, by position in the document: a second visit is a circle.
class ReferenceTrail {
public:
    explicit ReferenceTrail(const json::Object& root)
        : root_(root)
    {
    }

    // The target, when there is one and it is not being followed already.
    std::optional<json::Value> follow(json::RawString reference);

    std::size_t depth() const { return followed_.size(); }
    void return_to(std::size_t depth) { followed_.resize(depth); }

private:
    json::Object root_;
    std::vector<std::size_t> followed_ {};
};

class SchemaParts {
public:
    // Also follows the references of `schema`; the trail keeps them until return_to().
    SchemaParts(const json::Value& schema, ReferenceTrail& trail) { add(schema, trail); }

    // Takes the keywords of another schema in, behind those that are there. `certain`: it holds in every
    // case, and is not only one of several alternatives.
    void add(const json::Value& schema, ReferenceTrail& trail, bool certain = true);

    const std::vector<json::Object>& parts() const { return parts_; }
    bool is_certain(std::size_t part) const { return certain_[part]; }

    // Of the first part that has it.
    std::optional<json::Value> find(std::string_view keyword) const;

    // "string", "object" ... as the keyword says, or as other keywords suggest; "null" is taken out and makes
    // it nullable. Empty when anything goes.
    std::vector<std::string> types() const;
    bool nullable() const;

    // In the order of the parts, each name once.
    std::vector<json::Field> properties() const;
    std::vector<json::RawString> required() const; // in every case; each name once

private:
    std::string guessed_type() const;

    std::vector<json::Object> parts_ {};
    std::vector<bool> certain_ {}; // of each part
};

// Whether a schema allows null and nothing else.
bool is_null_schema(const json::Value& schema);

} // namespace dragoman::translate
