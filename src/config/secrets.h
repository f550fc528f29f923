// A secret by its name, wherever a person may have put it: the variable itself, NAME_FILE, or systemd's
// credential of that name in lower case (https://systemd.io/CREDENTIALS/).
#pragma once

#include "base/environment.h"
#include "base/secret.h"
#include "config/config.h"
#include "config/key_file.h"
#include "config/mistakes.h"

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::config {

struct FoundSecret {
    Secret value {};
    KeySource source {};
};

// nullopt: it is in none of these places. What is there but cannot be used is a mistake, and nullopt as well.
std::optional<FoundSecret> find_secret(
    const Environment& environment, std::string_view name, Mistakes& mistakes);

// Where systemd put the credential of this name; nullopt when it did not.
std::optional<std::string> credential_path(const Environment& environment, std::string_view name);

// The content of a key file, its warnings and mistakes said at `place`.
std::optional<KeyFile> read_secret_file(const std::string& path, std::string_view place, Mistakes& mistakes);

// What a value in an environment is, without the blanks and quotes that came along.
std::string_view bare_value(std::string_view value);

} // namespace dragoman::config
