// Claude Code's settings.json: its `statusLine`, set without touching anything else in the file. Pure.
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

// The command of the status line that is set; "" for one of another kind, nullopt for none.
Result<std::optional<std::string>> status_line_of(std::string_view settings);

// The file with `command` as its status line, everything else byte for byte as it was. An Error when it is
// not one JSON object.
Result<std::string> with_status_line(std::string_view settings, std::string_view command);

// A word of a POSIX shell, quoted where that is needed.
std::string shell_word(std::string_view text);

} // namespace dragoman::cli
