#include "cli/status_text.h"

#include "cli/amounts.h"
#include "cli/table.h"
#include "json/entry.h"
#include "json/writer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace dragoman::cli {

namespace {

std::uint64_t count(const json::Entry& entry, std::string_view name)
{
    return entry.positive(name).value_or(0);
}

std::string dollars(const json::Entry& entry) { return dollars_text(entry.price("cost_usd").value_or(0)); }

std::string percentile(const json::Entry& entry, std::string_view name)
{
    const auto ms = entry.entry("first_byte_ms").integer(name);
    return ms ? milliseconds_text(*ms) : "-";
}

std::string local_time(std::int64_t seconds)
{
    return fmt::format("{:%F %T}", fmt::localtime(static_cast<std::time_t>(seconds)));
}

// "3 errors (2 upstream, 1 client)"; nothing when there was none.
std::string errors_text(const json::Entry& report)
{
    const json::Entry outcomes = report.entry("outcomes");
    std::string kinds;
    for (const auto& [outcome, name] :
        { std::pair<std::string_view, std::string_view> { "upstream_error", "upstream" },
            { "proxy_error", "dragoman" }, { "client_error", "client" } })
        if (const std::uint64_t failed = count(outcomes, outcome); failed > 0)
            kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", name, failed);
    const std::uint64_t errors = count(report, "errors");
    return errors == 0 ? "no errors" : fmt::format("{} failed ({})", errors, kinds);
}

class Sheet {
public:
    explicit Sheet(const Style& style)
        : style_(style)
    {
    }
    void line(std::string_view name, std::string_view value)
    {
        text_ += fmt::format("  {}{}\n", style_.dim(fmt::format("{:<15}", name)), value);
    }
    void add(std::string_view text) { text_ += text; }
    std::string take() { return std::move(text_); }

private:
    const Style& style_;
    std::string text_;
};

// "9: home/qwen3-coder 503 (8), groq/gpt-oss 429 (1)", the most frequent first.
void add_tally(Sheet& sheet, const json::Entry& report, std::string_view name, std::string_view name_of_why)
{
    constexpr std::size_t shown = 4;
    const auto value = report.value(name);
    const auto rows = value ? value->array() : std::nullopt;
    if (!rows || rows->empty())
        return;
    std::uint64_t sum = 0;
    std::vector<std::pair<std::uint64_t, std::string>> parts;
    for (const json::Value element : json::Array(*rows)) {
        const json::Entry row(element.object());
        const std::uint64_t times = count(row, "count");
        sum += times;
        parts.emplace_back(times,
            fmt::format("{} {} ({})", plain(row.text("target").value_or("")),
                plain(row.text(name_of_why).value_or("")), times));
    }
    std::ranges::stable_sort(parts, std::ranges::greater(), [](const auto& part) { return part.first; });
    std::string text = fmt::format("{}: ", sum);
    for (std::size_t i = 0; i < std::min(parts.size(), shown); ++i)
        text.append(i == 0 ? "" : ", ").append(parts[i].second);
    if (parts.size() > shown)
        text +=
            fmt::format(" and {} more kind{}", parts.size() - shown, parts.size() == shown + 1 ? "" : "s");
    sheet.line(name, text);
}

void add_requests(Sheet& sheet, const json::Entry& report, const Style& style)
{
    const std::uint64_t cancelled = count(report.entry("outcomes"), "client_cancelled");
    const std::string errors = errors_text(report);
    std::string requests = fmt::format("{} finished, {} running, {}", count(report, "requests"),
        count(report, "running"), count(report, "errors") > 0 ? style.red(errors) : errors);
    if (cancelled > 0)
        requests += fmt::format(", {} left by the client", cancelled);
    sheet.line("requests", requests);
    if (const std::uint64_t refused = count(report, "refused"); refused > 0)
        sheet.line("refused", fmt::format("{} (token, Host, Origin, path or method)", refused));
    add_tally(sheet, report, "fallbacks", "reason");
    add_tally(sheet, report, "mended", "remedy");
    sheet.line("first byte",
        fmt::format("p50 {}, p90 {}, p99 {}", percentile(report, "p50"), percentile(report, "p90"),
            percentile(report, "p99")));
    const json::Entry tokens = report.entry("tokens");
    sheet.line("tokens",
        fmt::format("{} in, {} from a cache, {} out", count_text(count(tokens, "input")),
            count_text(count(tokens, "cached")), count_text(count(tokens, "output"))));
    sheet.line("cost", dollars(report));
    if (const std::uint64_t counted = count(report, "token_counts"); counted > 0)
        sheet.line("token counts", std::to_string(counted));
}

// "2 keys", "no key: passed over", "home/qwen3 rests".
std::string upstream_text(const json::Entry& upstream, const Style& style)
{
    std::vector<std::string> parts;
    const std::uint64_t keys = count(upstream, "keys");
    if (upstream.boolean("degraded").value_or(false))
        parts.push_back(style.yellow("no key: it is passed over"));
    else if (keys > 1)
        parts.push_back(fmt::format("{} keys", keys));
    const auto breakers = upstream.value("breakers");
    if (breakers && breakers->array())
        for (const json::Value element : json::Array(*breakers->array())) {
            const json::Entry breaker(element.object());
            const std::string state = breaker.text("state").value_or("");
            const std::string name = plain(breaker.text("target").value_or(""));
            const std::uint64_t failures = count(breaker, "failures");
            const std::string times =
                fmt::format("{} failure{} in a row", failures, failures == 1 ? "" : "s");
            parts.push_back(state == "open" ? style.red(fmt::format("{} rests after {}", name, times))
                    : state == "half-open"
                    ? style.yellow(fmt::format("{} is tried again after {}", name, times))
                    : fmt::format("{}: {}", name, times));
        }
    const auto resting = upstream.value("resting_keys");
    if (resting && resting->array())
        for (const json::Value element : json::Array(*resting->array())) {
            const json::Entry key(element.object());
            const std::string target = plain(key.text("target").value_or(""));
            const std::uint64_t number = count(key, "key"); // 0: it needs none
            parts.push_back(style.yellow(number == 0
                    ? fmt::format("{} rests, {} s more", target, count(key, "seconds"))
                    : fmt::format("its key {} ({}) rests for {}, {} s more", number,
                          plain(key.text("source").value_or("")), target, count(key, "seconds"))));
        }
    return parts.empty() ? "well" : fmt::format("{}", fmt::join(parts, "; "));
}

// One upstream of which nothing is to be said needs no line.
void add_upstreams(Sheet& sheet, const json::Entry& report, const Style& style)
{
    const auto value = report.value("upstreams");
    const auto upstreams = value ? value->array() : std::nullopt;
    if (!upstreams)
        return;
    std::vector<std::pair<std::string, std::string>> lines;
    for (const json::Value element : json::Array(*upstreams)) {
        const json::Entry upstream(element.object());
        lines.emplace_back(plain(upstream.text("name").value_or("")), upstream_text(upstream, style));
    }
    const bool told_already = lines.size() == 1 && report.boolean("degraded").value_or(false);
    if (lines.empty() || told_already || (lines.size() == 1 && lines.front().second == "well"))
        return;
    for (const auto& [name, text] : lines)
        sheet.line("upstream", fmt::format("{}: {}", name, text));
}

void add_targets(Sheet& sheet, const json::Entry& report, const Style& style)
{
    const auto value = report.value("targets");
    const auto targets = value ? value->array() : std::nullopt;
    if (!targets || targets->empty())
        return;
    Table table({ "model", "requests", "failed", "p50", "p90", "p99", "in", "cached", "out", "cost" });
    for (const json::Value element : json::Array(*targets)) {
        const json::Entry target(element.object());
        const json::Entry tokens = target.entry("tokens");
        const std::uint64_t failed = count(target, "errors");
        table.row({ plain(target.text("target").value_or("")), std::to_string(count(target, "requests")),
            std::to_string(failed), percentile(target, "p50"), percentile(target, "p90"),
            percentile(target, "p99"), count_text(count(tokens, "input")),
            count_text(count(tokens, "cached")), count_text(count(tokens, "output")), dollars(target) });
    }
    sheet.add("\n");
    sheet.add(table.text(style, "  "));
}

void add_instance(Sheet& sheet, const Seen& seen, std::int64_t now, const Style& style)
{
    const gateway::Instance& instance = seen.instance;
    json::Document document;
    auto root = document.parse(seen.report.empty() ? "{}" : std::string_view(seen.report));
    const json::Entry report(root ? root->object() : std::nullopt);
    const std::string state = seen.report.empty()    ? style.red("does not answer")
        : report.boolean("degraded").value_or(false) ? style.yellow("degraded: no upstream key")
                                                     : style.green("running");
    sheet.add(fmt::format(
        "{} {} {}\n", style.bold("dragoman " + plain(instance.version)), plain(instance.url), state));
    if (instance.kind == gateway::Instance::Kind::code)
        sheet.line("serves", "one Claude Code, started by `dragoman code`");
    if (instance.demonstration)
        sheet.line("demonstration", "a scripted model answers");
    const auto age = std::chrono::seconds(std::max<std::int64_t>(now - instance.started, 0));
    sheet.line("since", fmt::format("{} ({})", local_time(instance.started), duration_text(age)));
    sheet.line("process", std::to_string(instance.pid));
    sheet.line("configuration", instance.config.empty() ? "no file" : plain(instance.config));
    if (seen.report.empty())
        return;
    if (const std::string metrics = report.text("metrics").value_or(""); !metrics.empty())
        sheet.line("metrics", plain(metrics));
    if (const auto memory = report.positive("resident_bytes"))
        sheet.line("memory", bytes_text(*memory));
    add_upstreams(sheet, report, style);
    add_requests(sheet, report, style);
    add_targets(sheet, report, style);
}

} // namespace

std::string status_text(const std::vector<Seen>& all, std::int64_t now, const Style& style)
{
    if (all.empty())
        return "no dragoman of yours is running; `dragoman serve` starts one\n";
    Sheet sheet(style);
    for (const Seen& seen : all) {
        if (&seen != &all.front())
            sheet.add("\n");
        add_instance(sheet, seen, now, style);
    }
    return sheet.take();
}

std::string status_json(const std::vector<Seen>& all)
{
    std::string text;
    json::Writer json(text);
    const bool running = std::ranges::any_of(all, [](const Seen& seen) { return !seen.report.empty(); });
    json.begin_object().key("running").boolean(running).key("instances").begin_array();
    for (const Seen& seen : all) {
        const gateway::Instance& instance = seen.instance;
        json.begin_object().key("pid").integer(instance.pid).key("kind");
        json.text(instance.kind == gateway::Instance::Kind::serve ? "serve" : "code");
        json.key("url").text(instance.url).key("started").integer(instance.started);
        json.key("version").text(instance.version).key("config").text(instance.config);
        json.key("demonstration").boolean(instance.demonstration).key("status");
        if (seen.report.empty())
            json.null();
        else
            json.raw(json::RawValue { seen.report });
        json.end_object();
    }
    json.end_array().end_object();
    text += '\n';
    return text;
}

} // namespace dragoman::cli
