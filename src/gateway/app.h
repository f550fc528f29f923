// The composition root: builds everything, owns everything, runs until it is told to end.
#pragma once

#include "config/load.h"

#include <string>
#include <vector>

namespace dragoman::gateway {

// `dragoman serve`. Returns the exit code; what people should know is said on stderr or in the log before.
// Ends on SIGTERM and SIGINT once the running answers are through, within the configuration's times; on a
// second signal, or SIGQUIT, at once. SIGHUP reads the configuration again and opens the log file anew.
// `program` is how a person starts this program, for the line that says what to do next.
int serve(const config::Sources& sources, const std::string& version, const std::string& program);

} // namespace dragoman::gateway
