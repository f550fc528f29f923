#include "cli/shell_text.h"

#include <fmt/format.h>

namespace dragoman::cli {
namespace {

using std::string_view;

std::string replaced(string_view text, string_view special, const auto& replacement)
{
    std::string out;
    for (const char c : text) {
        if (special.contains(c))
            out += replacement(c);
        else
            out += c;
    }
    return out;
}

// Everything but the quote stands for itself.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
std::string for_sh(string_view value)
{
    return "'" + replaced(value, "'", [](char) { return R"('\'')"; }) + "'";
}

// The quote and the backslash are escaped. https://fishshell.com/docs/current/language.html#quotes
std::string for_fish(string_view value)
{
    return "'" + replaced(value, "'\\", [](char c) { return std::string("\\") + c; }) + "'";
}

// Quotes are doubled. Windows' shell also takes typographic ones for quotes, and those double too.
std::string for_powershell(string_view value)
{
    std::string out = "'";
    for (std::size_t i = 0; i < value.size(); ++i) {
        static constexpr string_view typographic[] { "\u2018", "\u2019", "\u201a", "\u201b" };
        string_view quote = value[i] == '\'' ? value.substr(i, 1) : string_view();
        for (const string_view one : typographic)
            if (value.substr(i).starts_with(one))
                quote = one;
        out += quote.empty() ? value.substr(i, 1) : std::string(quote) + std::string(quote);
        i += quote.empty() ? 0 : quote.size() - 1;
    }
    return out + "'";
}

// `set "NAME=VALUE"` ends at the last quote; in a file that is called, a percent sign is doubled. A line ends
// the command, so that a line break becomes a blank.
std::string for_cmd(string_view value)
{
    return replaced(value, "%\r\n", [](char c) { return c == '%' ? "%%" : " "; });
}

std::string set_line(string_view name, string_view value, Shell shell)
{
    switch (shell) {
    case Shell::sh:
        return fmt::format("export {}={}\n", name, for_sh(value));
    case Shell::fish:
        return fmt::format("set -gx {} {};\n", name, for_fish(value));
    case Shell::powershell:
        return fmt::format("$env:{} = {}\n", name, for_powershell(value));
    case Shell::cmd:
        return fmt::format("set \"{}={}\"\r\n", name, for_cmd(value));
    }
    return {};
}

std::string unset_line(string_view name, Shell shell)
{
    switch (shell) {
    case Shell::sh:
        return fmt::format("unset {}\n", name);
    case Shell::fish:
        return fmt::format("set -gu {};\n", name); // hides a universal one, and leaves it as it is
    case Shell::powershell:
        return fmt::format("Remove-Item Env:{} -ErrorAction SilentlyContinue\n", name);
    case Shell::cmd:
        return fmt::format("set \"{}=\"\r\n", name);
    }
    return {};
}

} // namespace

std::string shell_text(const EnvironmentChange& change, Shell shell)
{
    std::string text;
    for (const std::string& name : change.unset)
        text += unset_line(name, shell);
    for (const auto& [name, value] : change.set)
        text += set_line(name, value, shell);
    return text;
}

Shell shell_of(const Environment& environment)
{
    const string_view shell = lookup(environment, "SHELL").value_or("");
    return shell.substr(shell.rfind('/') + 1) == "fish" ? Shell::fish : Shell::sh;
}

} // namespace dragoman::cli
