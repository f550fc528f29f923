// The environment that makes Claude Code use dragoman: from what is to be used and what a person's shell
// holds, to the variables to set and to take away. A pure function.
// https://code.claude.com/docs/en/settings#environment-variables
#pragma once

#include "base/environment.h"
#include "cli/client_models.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace dragoman::cli {

struct ClientSetup {
    std::string url {};
    std::string token {};
    ClientModels models {};
    std::string config_directory {}; // CLAUDE_CONFIG_DIR; empty: the person's own
    std::set<std::string> secrets {}; // variables dragoman took a key from: not for the shell of a model
};

struct EnvironmentChange {
    std::map<std::string, std::string> set {};
    std::set<std::string> unset {}; // whether the person has them or not

    Environment applied_to(Environment environment) const;
};

EnvironmentChange client_environment(const ClientSetup& setup, const Environment& person);

// Whether the client reckons with windows of its own for this id, since it knows the model by name.
bool is_known_to_client(std::string_view id);

} // namespace dragoman::cli
