// Puts `dragoman statusline` into Claude Code's settings, when the person wants that.
#pragma once

#include "cli/context.h"

#include <cstdint>
#include <string>

namespace dragoman::cli {

enum class Consent : std::uint8_t { ask, given, refused };

// $CLAUDE_CONFIG_DIR or ~/.claude; empty when neither is known.
std::string client_folder(const Environment& environment);

// Whether a status line is set there already (of whatever kind), or the file cannot be read.
bool has_status_line(const Environment& environment);

// Says what it did. Another status line is replaced only with consent. False: it could not.
bool install_status_line(const Context& context, Consent consent);

} // namespace dragoman::cli
