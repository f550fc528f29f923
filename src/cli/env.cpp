#include "cli/env.h"

namespace dragoman::cli {

int env(const Context&, const CodeOptions&, std::optional<Shell>)
{
    complain("this command is not there yet");
    return exit_failed;
}

} // namespace dragoman::cli
