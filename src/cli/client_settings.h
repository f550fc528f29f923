// The client's settings files. Their `env` counts more than the environment the client is started with, so
// that one that names another server would lead around dragoman, and one that names a model around a choice.
// What `--settings` says on the command line wins over all of them but the managed ones (tried with Claude
// Code 2.1.197 and 2.1.329); of several such options the last one counts.
// https://code.claude.com/docs/en/settings#settings-files
#pragma once

#include "base/environment.h"
#include "base/result.h"
#include "cli/client_environment.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dragoman::cli {

struct SettingsFile {
    // In the order in which they count, the last one most.
    enum class Rank : std::uint8_t { state, user, project, local, argument, managed };
    struct Entry {
        std::string value {};
        std::size_t line = 0;
    };
    std::string path {}; // "--settings" for one that is JSON itself
    Rank rank = Rank::user;
    std::string text {};
    std::map<std::string, Entry> environment {};
    std::optional<std::size_t> key_helper {}; // the line of apiKeyHelper
    std::optional<std::size_t> allowed_models {}; // the line of availableModels
};

struct SettingsPlaces {
    std::string config_directory {}; // CLAUDE_CONFIG_DIR, or ~/.claude
    std::string state_file {}; // .claude.json, there or in the home folder
    std::string project = "."; // the working folder
    std::string managed {}; // a folder
};
SettingsPlaces settings_places(const Environment& environment, const std::string& isolated);

// Those that are there and that the client will read, given its arguments; what is no JSON is the client's to
// complain about.
std::vector<SettingsFile> read_settings(
    const SettingsPlaces& places, const std::vector<std::string>& client_arguments);

// The environment as the client sees it in the end.
Environment with_settings(Environment environment, const std::vector<SettingsFile>& files);

struct SettingsVerdict {
    std::vector<std::string> overridden {}; // sentences: what this session does not follow
    std::vector<std::string> in_the_way {}; // sentences: what no argument can win against
    std::string settings {}; // the JSON for --settings; empty: none is needed
};
SettingsVerdict judge_settings(
    const std::vector<SettingsFile>& files, const EnvironmentChange& change, const ClientModels& models);

// The arguments with `path` as the only --settings.
std::vector<std::string> with_settings_argument(
    const std::vector<std::string>& client_arguments, const std::string& path);

// A file for --settings, 0600, named by this process; those of processes that are gone are removed.
Result<std::string> write_settings(const std::string& state_directory, const std::string& text);

} // namespace dragoman::cli
