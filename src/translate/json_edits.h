// Changes to a JSON text as byte ranges: what no change names stays as it was, byte for byte.
//
// Changes are gathered in any order and made at once. One that lies inside a larger one is forgotten, so that
// a walk need not know what a later step removes. The text must outlive the edits.
#pragma once

#include "json/document.h"
#include "json/pieces.h"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::translate {

class JsonEdits {
public:
    explicit JsonEdits(std::string_view text)
        : text_(text)
    {
    }

    void replace(const json::Value& value, std::string by);
    void insert(std::size_t offset, std::string what);

    // Takes members out with the commas that they leave behind. True when nothing is left of the container.
    bool remove_fields(
        const json::Object& object, const std::function<bool(const json::Field&)>& is_unwanted);
    bool remove_elements(
        const json::Array& array, std::span<const std::size_t> unwanted); // positions, in order

    bool empty() const { return edits_.empty(); }
    json::Pieces apply() const; // which borrows from the text

private:
    struct Edit {
        std::size_t begin;
        std::size_t end;
        std::string by;
    };
    class Removal;

    std::string_view text_;
    std::vector<Edit> edits_ {};
};

} // namespace dragoman::translate
