// The few things dragoman does with files: read one whole, replace one so that a crash leaves the old or the
// new content and never half of it, and know where a person's files belong (the XDG base directories).
//
// Errors: Kind::not_found when there is no such file, too_large when it exceeds the bound, internal for the
// rest; the message names the path and what the system said. Source is self.
// https://specifications.freedesktop.org/basedir-spec/latest/
#pragma once

#include "base/environment.h"
#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace dragoman {

// The whole content of a regular file (links are followed), at most `bytes_max` of it; more is an error.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

// Writes beside `path`, flushes to disk, renames over it. A link at `path` stays a link: what it points to is
// replaced. Two programs doing this at once both succeed, and the last one wins.
Result<void> replace_atomically(const std::string& path, std::string_view bytes, mode_t mode = 0600);

// The same for what means nothing once the machine has gone down: not flushed, which takes milliseconds.
Result<void> replace_for_now(const std::string& path, std::string_view bytes, mode_t mode = 0600);

// The directory and its missing parents, with mode 0700 for those that are made here.
Result<void> make_private_directory(const std::string& path);

// Moves a file that cannot be understood out of the way, to `path.broken`, and gives that name.
Result<std::string> set_aside(const std::string& path);

// `$XDG_CONFIG_HOME/dragoman`, `$XDG_STATE_HOME/dragoman`, `$XDG_CACHE_HOME/dragoman`, or below $HOME.
// Relative values are ignored, as the specification asks. Empty when neither the variable nor $HOME is there;
// systemd's $CONFIGURATION_DIRECTORY, $STATE_DIRECTORY and $CACHE_DIRECTORY come first where they are set.
std::string config_directory(const Environment& environment);
std::string state_directory(const Environment& environment);
std::string cache_directory(const Environment& environment);

// Where running programs leave word of themselves: systemd's $RUNTIME_DIRECTORY, `$XDG_RUNTIME_DIR/dragoman`,
// or `run` below the state directory. Empty when there is none of these.
std::string runtime_directory(const Environment& environment);

} // namespace dragoman
