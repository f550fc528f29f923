// What every command is given: where its settings come from, and where it speaks to the person.
#pragma once

#include "config/load.h"

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

struct Context {
    config::Sources sources {};
    std::string version {};
    std::string program {}; // the path of this program
};

// To stdout and to stderr, at once. Nothing that comes from outside goes there without
// log::append_plain_text.
void print(std::string_view text);
void complain(std::string_view text); // "dragoman: TEXT"

// The configuration, without a .env of the working directory, whose author may be somebody else. Mistakes and
// warnings are printed; nullopt then means exit_usage.
std::optional<config::Loaded> load_or_complain(const Context& context);

} // namespace dragoman::cli
