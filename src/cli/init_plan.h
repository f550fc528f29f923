// What `init` is going to write, checked before anything of the person's is touched: the configuration's text
// is loaded from a file beside it first, and what was there is kept as a copy.
#pragma once

#include "cli/config_text.h"
#include "config/load.h"

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace dragoman::cli {

// A file with a secret in it, mode 0600.
struct SecretFile {
    std::string path {};
    Secret content {};
};

struct InitPlan {
    enum class Kind : std::uint8_t { fresh, edit, replace, unchanged };
    Kind kind = Kind::fresh;
    std::string path {}; // of the configuration
    std::string text {};
    std::vector<SecretFile> secrets {};
};

// Loads `text` as the configuration at `path` would be.
std::expected<config::Loaded, config::LoadFailure> load_text(
    const std::string& path, std::string_view text, const Environment& environment);

// Only what says where directories are.
Environment directories_of(const Environment& environment);

// An edit of the existing file where that is possible, else a new one in its place.
Result<InitPlan> plan_for(const std::string& path, const Choices& choices, const Environment& environment);

// Writes it all. What was done, a line each.
Result<std::vector<std::string>> carry_out(const InitPlan& plan);

} // namespace dragoman::cli
