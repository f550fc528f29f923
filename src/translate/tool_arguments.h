// A tool call's arguments as the JSON object that a whole answer must hold.
//
// Models write arguments that are almost JSON. Whatever has one reading only is mended: code fences, single
// quotes, bare keys, Python's literals, raw line ends inside strings, commas too many, brackets and quotes
// that were never closed, the same object twice, an object inside a string. Everything else is kept as it is,
// in
// {"_raw_arguments": "..."}, so that the client can tell the model.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace dragoman::translate {

struct ToolInput {
    std::string object {}; // JSON
    bool repaired = false;
};

// `arguments` is plain UTF-8. Nothing, or null, is the empty object. Valid objects keep their spelling. What
// was cut off is not mended: half a file would be written.
ToolInput to_tool_input(std::string_view arguments, bool cut_off = false);

} // namespace dragoman::translate
