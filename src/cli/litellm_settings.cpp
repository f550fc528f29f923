#include "cli/litellm_settings.h"

#include "cli/import_servers.h"
#include "cli/terminal.h"
#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace dragoman::cli {
namespace {

constexpr std::string_view sections[] = { "router_settings", "litellm_settings" };

struct Reason {
    std::string_view names; // with blanks between
    std::string_view why;
};

constexpr std::array<Reason, 13> reasons { {
    { "num_retries retry_policy retry_after disable_retry_on_max_parallel_request_limit_error",
        "clients repeat what can be repeated; a route's next target is asked at once" },
    { "routing_strategy routing_strategy_args enable_pre_call_checks optional_pre_call_checks",
        "targets are asked in their order; several keys of one upstream are dealt out by weight" },
    { "content_policy_fallbacks", "what a model refuses for its content is not asked of another one" },
    { "success_callback failure_callback callbacks service_callbacks alerting alerting_threshold "
      "alerting_args "
      "turn_off_message_logging redact_user_api_key_info langfuse_default_tags json_logs set_verbose",
        "the log has one line for each request, [metrics] has figures for Prometheus" },
    { "cache cache_params", "answers are not kept here; prompt caching of the models is always used" },
    { "redis_host redis_port redis_password redis_url", "a process keeps what it learns by itself" },
    { "database_url database_connection_pool_limit database_connection_timeout store_model_in_db "
      "store_prompts_in_spend_logs disable_spend_logs",
        "there is no database: settings are this one file" },
    { "max_budget budget_duration max_internal_user_budget default_internal_user_params "
      "default_team_settings key_management_system key_management_settings custom_auth enable_jwt_auth "
      "ui_access_mode",
        "there are no budgets and no keys made at runtime; [server] client_tokens_file holds one token a "
        "line" },
    { "drop_params modify_params additional_drop_params enable_preview_features",
        "nothing has to be said: what a model does not take is left out" },
    { "allowed_routes pass_through_endpoints forward_client_headers_to_llm_api",
        "the endpoints are a closed list" },
    { "proxy_batch_write_at proxy_budget_rescheduler_min_time proxy_budget_rescheduler_max_time "
      "background_health_checks "
      "health_check_interval infer_model_from_keys disable_cooldowns",
        "there is nothing of the kind here" },
    { "max_parallel_requests global_max_parallel_requests",
        "[limits] all = { requests = N } says how many may run at a time" },
    { "force_ipv4 ssl_verify",
        "addresses and certificates are looked after here: SSL_CERT_FILE names one's own" },
} };

std::string_view reason_for(std::string_view name)
{
    for (const Reason& reason : reasons)
        for (std::string_view rest = reason.names; !rest.empty();) {
            const std::size_t end = std::min(rest.find(' '), rest.size());
            if (rest.substr(0, end) == name)
                return reason.why;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    return "dragoman knows no such setting";
}

// A list of maps from a group to groups.
void add_fallbacks(LitellmFallbacks& fallbacks, const json::Value& list)
{
    const auto array = list.array();
    if (!array)
        return;
    for (const json::Value element : json::Array(*array)) {
        const auto map = element.object();
        if (!map)
            continue;
        for (const json::Field field : json::Object(*map)) {
            const std::string group = json::unescape(field.key);
            auto& all = group == "*" ? fallbacks.always : fallbacks.of[group];
            const auto names = field.value.array();
            if (names)
                for (const json::Value name : json::Array(*names))
                    if (const auto text = name.string())
                        all.push_back(json::unescape(*text));
        }
    }
}

// Seconds, as a number or as text.
std::optional<std::uint64_t> milliseconds(const json::Entry& entry, std::string_view name)
{
    const auto value = entry.value(name);
    const auto number = value ? value->number() : std::nullopt;
    if (!number || !(*number > 0) || *number > 604'800)
        return std::nullopt;
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(*number * 1000)));
}

void set_where_unset(GatewayImport& import, std::string_view key, const std::string& value)
{
    for (GatewayImport::Upstream& upstream : import.upstreams)
        if (std::ranges::none_of(upstream.settings, [&](const auto& one) { return one.first == key; }))
            upstream.set(key, value);
}

class SettingsTaker {
public:
    SettingsTaker(GatewayImport& import, const json::Object& file)
        : import_(import)
        , file_(file)
    {
    }
    void take_times();
    void take_breakers();
    void take_token();
    void leave_rest(const json::Object& file);

private:
    void leave_section(std::string_view section);

    GatewayImport& import_;
    json::Entry file_;
};

void SettingsTaker::take_times()
{
    for (const auto& [section, name] : { std::pair("router_settings", "stream_timeout"),
             std::pair("router_settings", "timeout"), std::pair("litellm_settings", "request_timeout") }) {
        const json::Entry entry = file_.entry(section);
        if (!entry.value(name))
            continue;
        const std::string label = fmt::format("{}.{}", section, name);
        const auto ms = milliseconds(entry, name);
        if (!ms) {
            import_.leave(label, "it is no time of at most a week");
            continue;
        }
        set_where_unset(import_, "first_byte", toml_string(fmt::format("{}ms", *ms)));
        import_.carry(label, "first_byte of each upstream: until an answer begins");
    }
}

void SettingsTaker::take_breakers()
{
    const json::Entry router = file_.entry("router_settings");
    const json::Entry litellm = file_.entry("litellm_settings");
    auto failures = router.integer("allowed_fails");
    if (!failures)
        failures = litellm.integer("allowed_fails");
    if (failures && *failures >= 0 && *failures < 1000) {
        set_where_unset(import_, "breaker_failures", std::to_string(*failures + 1));
        import_.carry("allowed_fails", "breaker_failures of each upstream");
    }
    for (const json::Entry& entry : { router, litellm })
        if (const auto ms = milliseconds(entry, "cooldown_time")) {
            set_where_unset(import_, "breaker_rest", toml_string(fmt::format("{}ms", *ms)));
            import_.carry("cooldown_time", "breaker_rest of each upstream");
            return;
        }
}

void SettingsTaker::take_token()
{
    const auto key = file_.entry("general_settings").text("master_key");
    if (!key || key->empty())
        return;
    std::string token = *key;
    if (const std::string_view name = litellm_reference(token); !name.empty())
        return import_.leave("general_settings.master_key",
            fmt::format("a client token comes from DRAGOMAN_CLIENT_TOKEN: give that the value of {}", name));
    if (!config::is_header_word(token))
        return import_.leave("general_settings.master_key", "it is no token: one word of ASCII");
    import_.client_tokens.emplace_back(std::move(token));
    import_.carry("general_settings.master_key", "[server] client_tokens_file: what clients must send");
}

void SettingsTaker::leave_section(std::string_view section)
{
    static constexpr std::array<std::string_view, 11> known { "fallbacks", "context_window_fallbacks",
        "default_fallbacks", "model_group_alias", "timeout", "stream_timeout", "request_timeout",
        "master_key", "allowed_fails", "cooldown_time", "completion_model" };
    const auto value = file_.value(section);
    const auto object = value ? value->object() : std::nullopt;
    if (!object)
        return;
    for (const json::Field field : json::Object(*object)) {
        const std::string name = json::unescape(field.key);
        if (std::ranges::find(known, name) != known.end())
            continue;
        const std::string label = fmt::format("{}.{}", section, plain(name));
        const std::string_view why = reason_for(name);
        why.starts_with("nothing has to be said") ? import_.carry(label, std::string(why))
                                                  : import_.leave(label, std::string(why));
    }
}

void SettingsTaker::leave_rest(const json::Object& file)
{
    for (const std::string_view section : { "litellm_settings", "router_settings", "general_settings" })
        leave_section(section);
    static constexpr std::array<std::string_view, 5> known { "model_list", "litellm_settings",
        "router_settings", "general_settings", "credential_list" };
    for (const json::Field field : file) {
        const std::string name = json::unescape(field.key);
        if (std::ranges::find(known, name) != known.end())
            continue;
        import_.leave(plain(name),
            name == "include" ? "it names other files: import a file that holds all of them"
                : name == "environment_variables"
                ? "variables belong into the environment that dragoman is started in"
                : std::string(reason_for(name)));
    }
}

} // namespace

std::string_view litellm_reference(std::string_view text)
{
    constexpr std::string_view mark = "os.environ/";
    return text.starts_with(mark) ? text.substr(mark.size()) : std::string_view();
}

LitellmFallbacks take_fallbacks(GatewayImport& import, const json::Entry& file)
{
    LitellmFallbacks fallbacks;
    for (const std::string_view section : sections) {
        const json::Entry entry = file.entry(section);
        for (const auto& [name, what] : { std::pair("fallbacks", "further targets of the models' routes"),
                 std::pair("context_window_fallbacks",
                     "further targets of the models' routes; they are asked after other failures, too") })
            if (const auto list = entry.value(name)) {
                add_fallbacks(fallbacks, *list);
                import.carry(fmt::format("{}.{}", section, name), what);
            }
        if (const auto always = entry.texts("default_fallbacks")) {
            fallbacks.always.insert(fallbacks.always.end(), always->begin(), always->end());
            import.carry(fmt::format("{}.default_fallbacks", section), "the last targets of every route");
        }
    }
    return fallbacks;
}

std::vector<std::pair<std::string, std::string>> take_aliases(GatewayImport& import, const json::Entry& file)
{
    std::vector<std::pair<std::string, std::string>> aliases;
    for (const std::string_view section : sections) {
        const auto value = file.entry(section).value("model_group_alias");
        const auto map = value ? value->object() : std::nullopt;
        if (!map)
            continue;
        for (const json::Field field : json::Object(*map)) {
            auto to = field.value.string() ? std::optional(json::unescape(*field.value.string()))
                                           : json::Entry(field.value.object()).text("model");
            if (to)
                aliases.emplace_back(json::unescape(field.key), std::move(*to));
        }
        import.carry(fmt::format("{}.model_group_alias", section), "[models.names]");
    }
    return aliases;
}

void take_litellm_settings(GatewayImport& import, const json::Object& file)
{
    SettingsTaker taker(import, file);
    taker.take_times();
    taker.take_breakers();
    taker.take_token();
    taker.leave_rest(file);
}

} // namespace dragoman::cli
