#include "cli/service.h"

#include "cli/service_launchd.h"
#include "cli/service_systemd.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace dragoman::cli {
namespace {

// A path stands in one line of a file, and control characters in none.
bool is_one_line(std::string_view path)
{
    return std::ranges::none_of(path, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

} // namespace

int service(const Context& context, const ServiceOptions& options)
{
    Started started { .program = context.program };
    Context here = context;
    std::error_code ignored;
    if (auto& config = here.sources.flags.config)
        config = started.config = std::filesystem::absolute(*config, ignored).string();
    if (!is_one_line(started.program) || !is_one_line(started.config)) {
        complain("the path of the program or of its configuration holds a control character, and cannot "
                 "stand in a "
                 "unit");
        return exit_usage;
    }
#ifdef __APPLE__
    return launchd_service(here, options, started);
#else
    return systemd_service(here, options, started);
#endif
}

} // namespace dragoman::cli
