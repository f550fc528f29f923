#include "cli/completion.h"

namespace dragoman::cli {

int completion(const std::string&)
{
    complain("this command is not there yet");
    return exit_failed;
}

} // namespace dragoman::cli
