// Another program, run to its end, with what it said. It is looked for on PATH, asks nothing (no stdin), and
// gets the environment that it is given.
#pragma once

#include "base/environment.h"
#include "base/result.h"

#include <chrono>
#include <string>
#include <vector>

namespace dragoman::cli {

struct ProgramResult {
    int exit_code = 0; // 128 and the number of the signal that ended it
    std::string out {};
    std::string err {};
    bool fine() const { return exit_code == 0; }
};

// Kind::not_found: there is no such program. timed_out: it was ended after `limit`; zero: it may take as long
// as it likes.
Result<ProgramResult> run_program(const std::vector<std::string>& command, const Environment& environment,
    std::chrono::milliseconds limit = std::chrono::milliseconds(0));

} // namespace dragoman::cli
