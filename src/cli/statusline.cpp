#include "cli/statusline.h"

namespace dragoman::cli {

int statusline(const Context&)
{
    complain("this command is not there yet");
    return exit_failed;
}

} // namespace dragoman::cli
