// Whether a service would find its key and its settings: it starts with systemd's environment, not this
// shell's.
#pragma once

#include "base/environment.h"
#include "cli/context.h"
#include "cli/systemctl.h"

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

// Loads what the service will load, where it will (this process's folder is that one afterwards), and says
// what is wrong. For the machine's service a key that is at hand is put where the unit looks for it. nullopt:
// all is well; otherwise the exit code.
std::optional<int> settings_in_the_way(const Context& context, Scope scope, const Environment& services);

// Where the system's unit takes the key (or the client tokens) of this variable from; empty: from nowhere.
std::string key_file_of_system(std::string_view key_name);

// Of this shell's variables those that dragoman reads, and the service will not see.
std::vector<std::string> unseen_variables(const Environment& shell, const Environment& services);

} // namespace dragoman::cli
