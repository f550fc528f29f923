// `dragoman models`: the upstream's catalogue, searchable.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

namespace dragoman::cli {

int models(const Context& context, const ModelsOptions& options, bool json);

} // namespace dragoman::cli
