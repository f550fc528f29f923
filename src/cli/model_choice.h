// Choosing a model: a short list to begin with, and what a person's words mean. Pure, apart from choose().
#pragma once

#include "base/result.h"
#include "cli/models_table.h"

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

enum class Size : std::uint8_t { big, small };

// At most `count` models that can work as an agent, `standard` first if the list has it: of each well-known
// vendor the best recent one within a bound on its price. By the list alone: nothing is known here of how
// good a model is.
Models suggested_models(
    const route::Catalogue& catalogue, Size size, std::string_view standard, std::size_t count);

// The id as the list has it (dashes for dots are forgiven); an Error names the nearest. Presets ("@preset/…")
// and what the list would not have anyway go through.
Result<std::string> checked_model(std::string_view id, const route::Catalogue& catalogue);

// A numbered line for each.
std::string numbered_models(const Models& models, std::string_view standard, const Style& style);

struct Question {
    std::string_view what; // "Big model"
    std::string_view standard; // what Enter means
    Size size = Size::big;
};
// Asks until there is an answer; nullopt when the input ended.
std::optional<std::string> choose_model(
    const Question& question, const route::Catalogue& catalogue, const Style& style);

} // namespace dragoman::cli
