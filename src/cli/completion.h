// `dragoman completion`: what a shell needs to complete our commands and options. The scripts are made from
// the command line's own description, so that they cannot fall behind it; models come from the list on disk.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

#include <string>
#include <vector>

namespace dragoman::cli {

int completion(const Context& context, const std::string& shell);

std::string bash_completion(const std::vector<CommandText>& commands);
std::string zsh_completion(const std::vector<CommandText>& commands);
std::string fish_completion(const std::vector<CommandText>& commands);

} // namespace dragoman::cli
