#include "cli/doctor.h"

namespace dragoman::cli {

int doctor(const Context&, bool, bool)
{
    complain("this command is not there yet");
    return exit_failed;
}

} // namespace dragoman::cli
