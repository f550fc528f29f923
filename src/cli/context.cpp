#include "cli/context.h"

#include "base/log_text.h"
#include "config/check_config.h"

#include <cstdio>

namespace dragoman::cli {

void print(std::string_view text)
{
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void complain(std::string_view text)
{
    std::string line("dragoman: ");
    log::append_plain_text(line, text, 4 * limits::log_field);
    line += '\n';
    std::fputs(line.c_str(), stderr);
}

std::optional<config::Loaded> load_or_complain(const Context& context)
{
    auto loaded = config::load(context.sources);
    if (!loaded) {
        std::fputs(config::to_text(loaded.error().warnings, loaded.error().mistakes).c_str(), stderr);
        return std::nullopt;
    }
    std::fputs(config::to_text(loaded->warnings, {}).c_str(), stderr);
    return std::move(*loaded);
}

} // namespace dragoman::cli
