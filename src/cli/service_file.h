// The file of a service, put in its place and taken away again without harm to what a person wrote there.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace dragoman::cli {

struct PlacedFile {
    enum class How : std::uint8_t { unchanged, written };
    How how = How::unchanged;
    std::string backup {}; // where a file of the person's own is now; empty: there was none
};

// Puts a signed text there. Refused: a link, behind which something else looks after the file.
Result<PlacedFile> place_file(const std::string& path, std::string_view text, mode_t mode);

enum class Removed : std::uint8_t { was_absent, gone, kept }; // kept: it is not, or no longer, as we wrote it
Result<Removed> remove_file(const std::string& path);

} // namespace dragoman::cli
