// The file of another gateway for `init --import`: what it becomes, and whether that is sound before anything
// is written.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"
#include "cli/gateway_import.h"
#include "cli/import_kind.h"
#include "cli/init_plan.h"

#include <string>

namespace dragoman::cli {

// An Error: what it says makes no configuration; `path` is where that would be. Flags of models count more.
Result<GatewayImport> import_gateway(
    const Context& context, const InitOptions& options, const ForeignFile& file, const std::string& path);

// Asks each upstream whether it accepts its key, and says the answer. A key that is refused is taken over all
// the same: it may be in order again tomorrow.
void check_gateway_keys(const Context& context, const GatewayImport& import, const std::string& path);

InitPlan plan_for_gateway(const GatewayImport& import, const std::string& path);

// Which variables have to be set, and which are in the way.
void say_what_gateway_needs(const Context& context, const GatewayImport& import, const std::string& path);

} // namespace dragoman::cli
