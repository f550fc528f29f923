// The .env of another proxy, as choices for dragoman's configuration. Everything in it is either carried over
// or named with the reason why not; values are never repeated, since any of them may be a secret. Pure.
#pragma once

#include "base/secret.h"
#include "cli/config_text.h"
#include "config/dotenv.h"

#include <string>
#include <vector>

namespace dragoman::cli {

struct Import {
    struct Line {
        std::string name {};
        std::string what {}; // what it became, or why it could not be carried over
    };
    Choices choices {};
    Secret key {};
    std::string key_name {}; // of the variable; empty: no key
    std::string key_file {}; // a file that holds the key; empty: none is named
    std::vector<Secret> client_tokens {};
    std::vector<Line> carried {};
    std::vector<Line> left {};
};

// Paths in it are relative to `folder`, an absolute one.
Import import_env(const config::Dotenv& file, const std::string& folder);

} // namespace dragoman::cli
