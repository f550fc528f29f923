#include "cli/init.h"

namespace dragoman::cli {

int init(const Context&, const InitOptions&)
{
    complain("this command is not there yet");
    return exit_failed;
}

} // namespace dragoman::cli
