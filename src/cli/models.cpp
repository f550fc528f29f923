#include "cli/models.h"

namespace dragoman::cli {

int models(const Context&, const ModelsOptions&, bool)
{
    complain("this command is not there yet");
    return exit_failed;
}

} // namespace dragoman::cli
