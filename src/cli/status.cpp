#include "cli/status.h"

namespace dragoman::cli {

int status(const Context&, bool, bool)
{
    complain("this command is not there yet");
    return exit_failed;
}

} // namespace dragoman::cli
