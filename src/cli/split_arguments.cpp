#include "cli/split_arguments.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace dragoman::cli {
namespace {

using Strings = std::span<const std::string>;

// Options of `dragoman` itself that take a value: what follows one of them is not the command.
constexpr std::array<std::string_view, 9> valued { "-c", "--config", "--host", "-p", "--port", "--workers",
    "--log-level", "--log-file", "--capture" };

// Where the name of the command stands, or the end.
std::size_t command_place(Strings arguments)
{
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!arguments[i].starts_with('-'))
            return i;
        if (std::ranges::find(valued, arguments[i]) != valued.end())
            ++i;
    }
    return arguments.size();
}

// How many arguments after `code` are dragoman's own.
std::size_t own_options_of_code(Strings arguments)
{
    static constexpr std::array<std::string_view, 6> flags { "--isolated", "--own", "--demo", "--print-env",
        "--help", "-h" };
    static constexpr std::array<std::string_view, 2> with_value { "--config", "--shell" };
    std::size_t count = 0;
    while (count < arguments.size()) {
        const std::string_view argument = arguments[count];
        const std::string_view name = argument.substr(0, argument.find('='));
        if (std::ranges::find(flags, argument) != flags.end())
            ++count;
        else if (std::ranges::find(with_value, name) != with_value.end())
            count += name == argument ? 2 : 1;
        else
            break;
    }
    return std::min(count, arguments.size());
}

SplitArguments split_code(Strings arguments, std::size_t place)
{
    const std::size_t end = place + 1 + own_options_of_code(arguments.subspan(place + 1));
    SplitArguments split { .own = {
                               arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(end) } };
    Strings rest = arguments.subspan(end);
    if (!rest.empty() && !rest.front().starts_with('-')) {
        split.model = rest.front();
        rest = rest.subspan(1);
    }
    if (!rest.empty() && rest.front() == "--")
        rest = rest.subspan(1);
    split.client.assign(rest.begin(), rest.end());
    return split;
}

} // namespace

SplitArguments split_arguments(const std::vector<std::string>& arguments)
{
    const std::size_t place = command_place(arguments);
    if (place < arguments.size() && arguments[place] == "code")
        return split_code(arguments, place);
    SplitArguments split { .own = arguments };
    if (arguments.empty() || place != 0)
        return split;
    if (arguments.front() == "version" && arguments.size() == 1)
        split.own = { "--version" };
    if (arguments.front() == "help" && arguments.size() <= 2) {
        split.own.erase(split.own.begin());
        split.own.emplace_back("--help");
    }
    return split;
}

} // namespace dragoman::cli
