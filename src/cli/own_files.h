// Files of the person's own: a copy is kept before one is changed, and what is written is whole or not there.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace dragoman::cli {

// Copies `path` to `path.bak`, or `path.bak-2` and so on, whatever is free, with mode 0600. Gives that name.
Result<std::string> back_up(const std::string& path);

// The same, and nothing at all when there is no such file: then the name is empty.
Result<std::string> back_up_if_there(const std::string& path);

// Whether files can be made in that directory, which is made when it is missing. The Error says why not.
Result<void> make_writable_directory(const std::string& path);

std::string absolute_path(const std::string& path);

} // namespace dragoman::cli
