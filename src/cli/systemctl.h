// systemd as a person reaches it: through systemctl, for their own services or for the machine's; and what to
// say where there is none.
#pragma once

#include "base/environment.h"
#include "base/result.h"
#include "cli/run_program.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::cli {

enum class Scope : std::uint8_t { user, system };

// What can be seen of the machine without asking systemd.
struct Surroundings {
    bool booted_with_systemd = false;
    bool wsl = false;
    bool user_manager = false; // this person's systemd runs
};
Surroundings surroundings(const Environment& environment);

// What is missing, and what to do instead, in sentences.
std::string why_no_systemd(const Surroundings& here, Scope scope);

class Systemctl {
public:
    Systemctl(Scope scope, const Environment& environment);

    // The environment that its services start with; an error with a remedy where no systemd answers.
    Result<Environment> services_environment() const;

    Result<void> call(std::vector<std::string> arguments) const; // what it complained of is the error
    std::map<std::string, std::string> properties(std::string_view unit) const; // `systemctl show`

    std::string words() const; // "systemctl --user", for people

private:
    Result<ProgramResult> run(std::vector<std::string> arguments) const;

    Scope scope_;
    Environment environment_;
    Surroundings here_;
};

// The lines NAME=VALUE of `show-environment`, whose values are quoted for a shell where that is needed.
Environment parse_environment(std::string_view lines);

} // namespace dragoman::cli
