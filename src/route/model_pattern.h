// Names of models with `*` for any run of characters, as in "claude-*-haiku*". Upper and lower case are the
// same; nothing else is special. Linear in practice, never exponential.
#pragma once

#include <string_view>

namespace dragoman::route {

bool matches(std::string_view pattern, std::string_view name);

} // namespace dragoman::route
