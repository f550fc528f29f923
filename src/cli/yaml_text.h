// YAML as people write configurations in it, as JSON: blocks and flow, all kinds of strings, comments,
// anchors, aliases and merges. What is left out is said and not guessed: tags, names that are no plain text,
// several documents in one file. Plain words mean what YAML 1.1 says (yes, on, ~), since that is what PyYAML
// reads. https://yaml.org/spec/1.2.2, https://yaml.org/type
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace dragoman::cli {

// Error::bad_request says the line; it never repeats what stands there, which may be a key.
Result<std::string> json_of_yaml(std::string_view text);

} // namespace dragoman::cli
