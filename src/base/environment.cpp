#include "base/environment.h"

#include <unistd.h>

namespace dragoman {

Environment environment_of_process()
{
    Environment environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        // The first one wins, as it does for getenv().
        if (const auto equals = text.find('='); equals != std::string_view::npos && equals != 0)
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

std::optional<std::string_view> lookup(const Environment& environment, std::string_view name)
{
    const auto found = environment.find(name);
    if (found == environment.end() || found->second.empty())
        return std::nullopt;
    return found->second;
}

} // namespace dragoman
