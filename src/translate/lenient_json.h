// Reads almost-JSON and writes JSON: the repair behind tool_arguments.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::translate {

// One value at the beginning of `text`, which loses what was read. nullopt if no reading is obvious. The end
// of the text closes whatever is open.
std::optional<std::string> read_lenient_json(std::string_view& text);

} // namespace dragoman::translate
