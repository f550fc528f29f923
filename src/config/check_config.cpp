#include "config/check_config.h"

#include "base/limits.h"
#include "base/log_text.h"

#include <string_view>

namespace dragoman::config {

std::string to_text(const std::vector<std::string>& warnings, const std::vector<std::string>& mistakes)
{
    std::string text;
    const auto add = [&](std::string_view what, const std::vector<std::string>& all) {
        for (const std::string& one : all) {
            text += what;
            log::append_plain_text(text, one, 4 * limits::log_field);
            text += '\n';
        }
    };
    add("warning: ", warnings);
    add("error: ", mistakes);
    return text;
}

CheckResult check_config(const Sources& sources)
{
    const auto loaded = load(sources);
    if (!loaded)
        return { .exit_code = exit_usage, .err = to_text(loaded.error().warnings, loaded.error().mistakes) };
    return { .out = describe(loaded->config), .err = to_text(loaded->warnings, {}) };
}

} // namespace dragoman::config
