// JSON5 as people write it by hand (comments, single quotes, names without quotes, commas at the end), as
// plain JSON. https://spec.json5.org
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace dragoman::cli {

// Error::bad_request says the line; it never repeats what stands there, which may be a key.
Result<std::string> json_of_json5(std::string_view text);

} // namespace dragoman::cli
