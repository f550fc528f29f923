// A file that holds a secret: its mode is judged (of the file that links end at), its content trimmed.
#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "base/secret.h"

#include <string>
#include <string_view>
#include <vector>

namespace dragoman::config {

inline constexpr std::size_t secret_file_max = 64 * limits::KiB;

struct KeyFile {
    Secret content {}; // without blanks and line ends around it, never empty
    std::string warning {}; // others can read it; empty: they cannot
};

// Refused: unreadable, empty, larger than 64 KiB, writable by group or others.
Result<KeyFile> read_key_file(const std::string& path);

// A key is one word of printable ASCII: anything else cannot stand in a header and is not a key.
Result<Secret> key_of(const KeyFile& file, const std::string& path);

// One token a line; blank lines and lines that begin with '#' are skipped.
Result<std::vector<Secret>> tokens_of(const KeyFile& file, const std::string& path);

} // namespace dragoman::config
