#include "cli/code.h"

namespace dragoman::cli {

int code(const Context&, const CodeOptions&, std::optional<Shell>)
{
    complain("this command is not there yet");
    return exit_failed;
}

} // namespace dragoman::cli
