#include "translate/rate_limits.h"

#include "openai/plain_text.h"
#include "translate/retry_after.h"

#include <algorithm>
#include <string>

namespace dragoman::translate {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view family = "ratelimit";
constexpr std::string_view reset = "reset";

// The field of the same limit that says `word` where this one says "reset".
std::string_view sibling(std::span<const LimitField> fields, const std::string& name, std::string_view word)
{
    std::string wanted = name;
    wanted.replace(wanted.rfind(reset), reset.size(), word);
    const auto found = std::ranges::find_if(
        fields, [&](const LimitField& one) { return openai::lower(one.name) == wanted; });
    return found == fields.end() ? std::string_view() : openai::trim(found->value);
}

bool is_nothing(std::string_view remaining)
{
    return !remaining.empty()
        && (remaining.starts_with('-') || remaining.find_first_not_of("0.") == remaining.npos);
}

void keep_longer(std::optional<milliseconds>& kept, milliseconds wait)
{
    kept = kept ? std::max(*kept, wait) : wait;
}

} // namespace

bool is_limit_field(std::string_view name) { return openai::lower(name).find(family) != std::string::npos; }

LimitWaits waits_of_limits(std::span<const LimitField> fields, WallClock::time_point now)
{
    LimitWaits waits;
    for (const LimitField& field : fields) {
        const std::string name = openai::lower(field.name);
        if (!is_limit_field(name) || name.find(reset) == std::string::npos)
            continue;
        const auto wait = parse_wait(field.value, now);
        if (!wait)
            continue;
        const std::string_view status = sibling(fields, name, "status");
        if (status == "rejected" || is_nothing(sibling(fields, name, "remaining")))
            keep_longer(waits.used_up, *wait);
        if (status.empty() && name.find("-day") == std::string::npos)
            keep_longer(waits.longest, *wait);
    }
    return waits;
}

} // namespace dragoman::translate
