// Which of the arguments are dragoman's own, before any of them is looked at more closely: `code` hands on
// everything behind its model, whatever it looks like.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dragoman::cli {

struct SplitArguments {
    std::vector<std::string>
        own {}; // with the name of the command; "help" and "version" as the options they mean
    std::optional<std::string> model {}; // of `code`: the first word that is no option
    std::vector<std::string> client {}; // of `code`: Claude Code's, untouched
};

SplitArguments split_arguments(const std::vector<std::string>& arguments);

} // namespace dragoman::cli
