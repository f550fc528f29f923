// Where Claude Code is, and the folder it keeps its things in.
#pragma once

#include "base/environment.h"
#include "base/result.h"

#include <optional>
#include <string>

namespace dragoman::cli {

// The first `claude` of PATH, or where its installers put it.
std::optional<std::string> find_client(const Environment& environment);

// What to do when there is none; several lines.
const char* how_to_install_client();

// A configuration folder of the client's own below `state_directory`, made when it is missing, so that
// neither a login nor settings of the person's usual one count; past the first questions.
Result<std::string> isolated_directory(const std::string& state_directory);

} // namespace dragoman::cli
