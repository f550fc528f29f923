// The line of one request: its fields in JSON, one sentence for people.
#include "base/log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <vector>

namespace dragoman::log {
namespace {

std::string_view name_of(RequestRecord::Outcome outcome)
{
    using enum RequestRecord::Outcome;
    switch (outcome) {
    case ok:
        return "ok";
    case client_cancelled:
        return "client_cancelled";
    case upstream_error:
        return "upstream_error";
    case proxy_error:
        return "proxy_error";
    case client_error:
        return "client_error";
    }
    return "unknown";
}

std::string_view or_dash(std::string_view text) { return text.empty() ? "-" : text; }

std::string or_dash(std::optional<std::int64_t> number, std::string_view unit)
{
    return number ? fmt::format("{}{}", *number, unit) : "-";
}

std::vector<Field> fields_of(const RequestRecord& record)
{
    std::vector<Field> fields { { "request_id", record.request_id } };
    const auto text = [&](std::string_view name, const std::string& value) {
        if (!value.empty())
            fields.emplace_back(name, value);
    };
    const auto number = [&](std::string_view name, std::optional<std::int64_t> value) {
        if (value)
            fields.emplace_back(name, *value);
    };
    text("method", record.method);
    text("path", record.path);
    text("client_model", record.client_model);
    text("upstream", record.upstream);
    text("upstream_model", record.upstream_model);
    text("provider", record.provider);
    text("upstream_request_id", record.upstream_request_id);
    if (record.status != 0)
        fields.emplace_back("status", record.status);
    if (record.upstream_status != 0)
        fields.emplace_back("upstream_status", record.upstream_status);
    fields.emplace_back("outcome", name_of(record.outcome));
    fields.emplace_back("stream", record.stream);
    if (record.attempts != 0)
        fields.emplace_back("attempts", record.attempts);
    if (!record.tried.empty())
        fields.emplace_back("tried", record.tried);
    number("first_byte_ms", record.first_byte_ms);
    number("total_ms", record.total_ms);
    number("input_tokens", record.input_tokens);
    number("cached_tokens", record.cached_tokens);
    number("output_tokens", record.output_tokens);
    if (record.cost_usd_micros)
        fields.emplace_back("cost_usd", static_cast<double>(*record.cost_usd_micros) / 1e6);
    text("error", record.error);
    return fields;
}

std::string sentence_of(const RequestRecord& record)
{
    std::string out = fmt::format("{} {} {} -> {}{}{}", record.request_id, or_dash(record.path),
        or_dash(record.client_model), record.upstream, record.upstream.empty() ? "" : "/",
        or_dash(record.upstream_model));
    auto end = std::back_inserter(out);
    if (!record.provider.empty())
        fmt::format_to(end, " ({})", record.provider);
    fmt::format_to(end, "  {}", record.status == 0 ? "-" : std::to_string(record.status));
    if (record.outcome != RequestRecord::Outcome::ok)
        fmt::format_to(end, " {}", name_of(record.outcome));
    fmt::format_to(end, "  first {} total {}  in {} cached {} out {}  cost {}",
        or_dash(record.first_byte_ms, "ms"), or_dash(record.total_ms, "ms"), or_dash(record.input_tokens, ""),
        or_dash(record.cached_tokens, ""), or_dash(record.output_tokens, ""),
        record.cost_usd_micros ? fmt::format("${:.6f}", static_cast<double>(*record.cost_usd_micros) / 1e6)
                               : "-");
    if (!record.error.empty())
        fmt::format_to(end, "  {}", record.error);
    return out;
}

} // namespace

void request_line(const RequestRecord& record)
{
    if (enabled(Level::info))
        write_as(Level::info, sentence_of(record), "request", fields_of(record));
    if (!enabled(Level::debug) || (record.dropped.empty() && record.repaired.empty()))
        return;
    const std::string dropped = fmt::format("{}", fmt::join(record.dropped, ","));
    const std::string repaired = fmt::format("{}", fmt::join(record.repaired, ","));
    debug("translated",
        { { "request_id", record.request_id }, { "dropped", dropped }, { "repaired", repaired } });
}

std::optional<Level> level_of(std::string_view name)
{
    struct Name {
        std::string_view name;
        Level level;
    };
    static constexpr std::array names {
        Name { "trace", Level::trace },
        Name { "notset", Level::trace },
        Name { "debug", Level::debug },
        Name { "verbose", Level::debug },
        Name { "info", Level::info },
        Name { "warning", Level::warning },
        Name { "warn", Level::warning },
        Name { "error", Level::error },
        Name { "err", Level::error },
        Name { "critical", Level::error },
        Name { "fatal", Level::error },
    };
    std::string lower(name);
    std::ranges::transform(
        lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto found = std::ranges::find(names, std::string_view(lower), &Name::name);
    return found == names.end() ? std::nullopt : std::optional(found->level);
}

std::string_view name_of(Level level)
{
    switch (level) {
    case Level::trace:
        return "trace";
    case Level::debug:
        return "debug";
    case Level::info:
        return "info";
    case Level::warning:
        return "warning";
    case Level::error:
        return "error";
    }
    return "unknown";
}

} // namespace dragoman::log
