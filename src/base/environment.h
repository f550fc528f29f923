// The environment as a value: what a program may read is handed to it, so that tests own it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman {

using Environment = std::map<std::string, std::string, std::less<>>;

// A copy of the environment this process was started with.
Environment environment_of_process();

// The value of `name`; a name that is set to nothing counts as not set, as people expect of `NAME= command`.
std::optional<std::string_view> lookup(const Environment& environment, std::string_view name);

} // namespace dragoman
