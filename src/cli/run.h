// The program as a function: parses the arguments and runs the command that they name.
#pragma once

#include <string_view>

namespace dragoman::cli {

int run(int argc, const char* const* argv, std::string_view version); // returns the exit code

} // namespace dragoman::cli
