#include "cli/service.h"

namespace dragoman::cli {

int service(const Context&, const ServiceOptions&)
{
    complain("this command is not there yet");
    return exit_failed;
}

} // namespace dragoman::cli
