// Whose file it is that somebody wants to take over, by what stands in it. Pure.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dragoman::cli {

struct ForeignFile {
    // An .env, claude-code-router's config.json, LiteLLM's config.yaml.
    enum class Kind : std::uint8_t { env, router, litellm };
    Kind kind = Kind::env;
    std::string json {}; // what it says, as JSON; of an .env nothing
};

// An Error when it is a configuration that cannot be read, or of a program that nobody here knows.
Result<ForeignFile> recognise(std::string_view text);

} // namespace dragoman::cli
