// A word of the command line that has to be one of a few.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace dragoman::cli {

// Takes one of these words, in any case; of another one CLI11 by itself would show its own tables.
template <typename Value>
CLI::Validator one_of(const std::map<std::string, Value>& words, const std::string& choices)
{
    const CLI::CheckedTransformer transformer(words, CLI::ignore_case);
    const auto take = [transformer, choices](std::string& word) {
        const std::string given = word;
        return transformer(word).empty() ? std::string() : fmt::format("{} is none of {}", given, choices);
    };
    return CLI::Validator(take, "");
}

} // namespace dragoman::cli
