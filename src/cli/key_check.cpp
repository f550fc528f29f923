#include "cli/key_check.h"

#include "gateway/catalogue_store.h"
#include "gateway/targets.h"
#include "json/entry.h"
#include "net/fetch.h"

#include <fmt/format.h>

namespace dragoman::cli {
namespace {

using Verdict = KeyReport::Verdict;

std::optional<double> number(const json::Entry& entry, std::string_view name)
{
    const auto value = entry.value(name);
    return value ? value->number() : std::nullopt;
}

void read_account(KeyReport& report, std::string_view body)
{
    json::Document document;
    auto root = document.parse(body);
    const json::Entry data = json::Entry(root ? root->object() : std::nullopt).entry("data");
    report.limit_remaining = number(data, "limit_remaining");
    report.usage = number(data, "usage");
    report.free_tier = data.boolean("is_free_tier").value_or(false);
    report.management = data.boolean("is_management_key").value_or(false)
        || data.boolean("is_provisioning_key").value_or(false);
    report.expires = data.text("expires_at").value_or("").substr(0, 10);
}

Verdict verdict_of(int status)
{
    if (status == 200)
        return Verdict::accepted;
    return status == 401 || status == 403 ? Verdict::refused : Verdict::unclear;
}

} // namespace

std::string key_check_url(const config::Upstream& upstream)
{
    return upstream.is("openrouter") ? upstream.base_url + "/key" : upstream.models_url;
}

KeyReport check_key(
    const config::Upstream& upstream, const Environment& environment, std::string_view version)
{
    const net::FetchRequest request { .url = key_check_url(upstream),
        .fields = gateway::common_fields(upstream, upstream.key(), version),
        .bytes_max = gateway::model_list_max };
    const auto answer = net::fetch(request, environment);
    if (!answer)
        return { .verdict = Verdict::unreachable, .trouble = answer.error().message };
    KeyReport report { .verdict = verdict_of(answer->status),
        .status = answer->status,
        .date = std::string(answer->field("date")) };
    if (report.verdict == Verdict::accepted)
        read_account(report, answer->body);
    else if (report.verdict == Verdict::refused)
        report.trouble = fmt::format("{} refuses this key ({})", upstream.name, answer->status);
    else
        report.trouble = fmt::format("{} answered {}", request.url, answer->status);
    return report;
}

std::string credit_text(const KeyReport& report)
{
    if (report.limit_remaining && *report.limit_remaining <= 0)
        return "nothing of its limit is left";
    if (report.limit_remaining)
        return fmt::format("${:.2f} of its limit are left", *report.limit_remaining);
    if (report.free_tier)
        return "it has never been paid for: free models only, with few requests a day";
    if (report.usage)
        return fmt::format("it has no limit of its own; ${:.2f} were used", *report.usage);
    return {};
}

} // namespace dragoman::cli
