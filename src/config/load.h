// From file, .env, environment and flags to a Config, each overriding the one before it.
//
// Every mistake is found in one go and named by place: "config.toml:3:1: unknown key ...; did you mean ...?".
// What is only odd is a warning, and never stops a start. Nothing said here contains a key.
#pragma once

#include "base/environment.h"
#include "config/config.h"

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace dragoman::config {

// What the command line may override.
struct Flags {
    std::optional<std::string> config {}; // --config; then the file must exist
    std::optional<std::string> host {};
    std::optional<int> port {};
    std::optional<int> workers {};
    std::optional<std::string> log_level {};
    std::optional<std::string> log_file {};
    std::optional<std::string> capture {};
    bool demo = false;
};

struct Sources {
    Flags flags {};
    Environment environment {};
    std::string directory = "."; // where .env is looked for
    bool dotenv = true; // whether it is looked for
    // What the sockets are bound to that systemd opened: it counts instead of every setting. A socket in the
    // file system has no place in this list, which is empty when there are only such.
    std::optional<std::vector<Endpoint>> given {};
};

struct Loaded {
    Config config {};
    std::vector<std::string> warnings {};
};
struct LoadFailure {
    std::vector<std::string> mistakes {}; // never empty
    std::vector<std::string> warnings {};
};

std::expected<Loaded, LoadFailure> load(const Sources& sources);

// The variables that hold a key or a token; taken out of our own environment once read, so that neither /proc
// nor a child process shows them: those that usually do, and those that the configuration's keys came from.
// Only while no other thread runs.
void forget_keys_of_process(const Config& config);

// What is in force, as `check-config` prints it: keys only as a fingerprint, with where each came from.
std::string describe(const Config& config);

} // namespace dragoman::config
