#include "base/encoding.h"
#include "base/log_text.h"
#include "config/load.h"

#include <fmt/format.h>

#include <iterator>

namespace dragoman::config {
namespace {

// Enough to tell two keys apart, and nothing to guess one from.
std::string fingerprint(const Secret& secret) { return "sha256:" + sha256_hex(secret.reveal()).substr(0, 8); }

std::string duration(Milliseconds time)
{
    if (time.count() % 1000 != 0)
        return fmt::format("{}ms", time.count());
    const auto seconds = time.count() / 1000;
    return seconds % 60 == 0 && seconds != 0 ? fmt::format("{}m", seconds / 60) : fmt::format("{}s", seconds);
}

std::string size(std::size_t bytes)
{
    return bytes % limits::MiB == 0 ? fmt::format("{}MiB", bytes / limits::MiB) : fmt::format("{}B", bytes);
}

class Lines {
public:
    void add(std::string_view name, std::string_view value)
    {
        fmt::format_to(std::back_inserter(text_), "{:<24}", name);
        log::append_plain_text(text_, value, 4 * limits::log_field);
        text_ += '\n';
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

void describe_server(Lines& lines, const Server& server)
{
    for (const Endpoint& endpoint : server.listen)
        lines.add("listen", to_string(endpoint) + (endpoint.optional ? " (where the machine has it)" : ""));
    lines.add("workers", std::to_string(server.workers));
    if (server.client_tokens.empty())
        lines.add(
            "client tokens", server.allow_unauthenticated ? "none needed (allow_unauthenticated)" : "none");
    for (const Secret& token : server.client_tokens)
        lines.add("client token", fingerprint(token));
    for (const std::string& host : server.allowed_hosts)
        lines.add("allowed host", host);
    for (const std::string& origin : server.allowed_origins)
        lines.add("allowed origin", origin);
    lines.add("request body", size(server.request_body));
    lines.add("client idle", duration(server.client_idle));
    lines.add("write stall", duration(server.write_stall));
    lines.add("drain",
        fmt::format("{}, after an interrupt {}", duration(server.drain), duration(server.drain_interrupt)));
}

std::string joined(const route::Quirks& quirks)
{
    std::string all;
    for (const std::string_view name : route::quirk_names())
        if (quirks.has(*route::quirk_of(name)))
            all.append(all.empty() ? "" : " ").append(name);
    return all;
}

void describe_key(Lines& lines, const Upstream& upstream)
{
    if (upstream.keys.empty())
        lines.add("key", upstream.key_required ? "none: set " + upstream.key_name : "none needed");
    for (const UpstreamKey& key : upstream.keys)
        lines.add("key",
            fmt::format("{} from {}{}", fingerprint(key.value), to_string(key.source),
                key.weight == 1 ? "" : fmt::format(", weight {}", key.weight)));
}

void describe_statement(Lines& lines, const ModelStatement& model)
{
    std::string text = model.model + ":";
    const auto tokens = [&](std::string_view name, const std::optional<std::uint64_t>& value) {
        if (value)
            text += fmt::format(" {} {}", name, *value);
    };
    const auto flag = [&](std::string_view name, const std::optional<bool>& value) {
        if (value)
            text += fmt::format(" {}{}", *value ? "" : "no ", name);
    };
    tokens("context", model.context);
    tokens("output", model.output);
    flag("images", model.images);
    flag("files", model.files);
    flag("tools", model.tools);
    flag("thinking", model.thinking);
    if (!model.quirks.empty())
        text += " quirks " + joined(model.quirks);
    if (!model.not_quirks.empty())
        text += " without " + joined(model.not_quirks);
    lines.add("model", text);
}

void describe_upstream(Lines& lines, const Upstream& upstream)
{
    lines.add("upstream", fmt::format("{} at {}", upstream.name, upstream.base_url));
    lines.add("dialect", name_of(upstream.dialect));
    if (const route::Quirks quirks = upstream.all_quirks(); !quirks.empty())
        lines.add("quirks", joined(quirks));
    lines.add("messages", upstream.messages_url);
    lines.add("responses", upstream.responses_url);
    lines.add("models list", upstream.models_url);
    describe_key(lines, upstream);
    for (const auto& [name, value] : upstream.headers)
        lines.add("header", name);
    for (const ModelStatement& model : upstream.models)
        describe_statement(lines, model);
    lines.add("connect", duration(upstream.connect));
    lines.add("first byte", duration(upstream.first_byte));
    lines.add("idle", duration(upstream.idle));
    lines.add("stream in all", duration(upstream.stream_total));
    lines.add("whole answer", size(upstream.whole_answer));
    lines.add("parallel", upstream.parallel == 0 ? "as many as come" : std::to_string(upstream.parallel));
    lines.add("breaker",
        upstream.breaker_failures == 0 ? "off"
                                       : fmt::format("{} failures, rests {}", upstream.breaker_failures,
                                             duration(upstream.breaker_rest)));
    lines.add("site", fmt::format("{} {}", or_none(upstream.site_name), upstream.site_url));
}

void describe_route(Lines& lines, const route::Route& route)
{
    std::string targets;
    for (const route::RouteTarget& target : route.targets)
        targets += (targets.empty() ? "" : ", then ") + to_string(target);
    lines.add(route.name.empty() ? "route" : "route " + route.name,
        fmt::format("{}: {}{}", describe_condition(route), targets, route.resume ? ", resumes" : ""));
}

void describe_allowance(Lines& lines, std::string_view name, const Allowance& allowed)
{
    if (allowed.requests > 0)
        lines.add(name, fmt::format("{} requests at a time", allowed.requests));
    if (allowed.requests_a_minute > 0)
        lines.add(name, fmt::format("{} requests a minute", allowed.requests_a_minute));
    if (allowed.body_bytes > 0)
        lines.add(name, fmt::format("{} of bodies in memory", size(allowed.body_bytes)));
}

} // namespace

std::string describe(const Config& config)
{
    Lines lines;
    lines.add("configuration file", or_none(config.file));
    describe_server(lines, config.server);
    const auto model = [&](std::string_view name, const std::string& slug) {
        lines.add(name, slug.empty() ? fmt::format("the first of {}'s list", config.main().name) : slug);
    };
    model("big model", config.models.big);
    model("middle model", config.models.middle);
    model("small model", config.models.small);
    for (const ModelMapping& name : config.models.names)
        lines.add("name", fmt::format("{} -> {}", name.from, name.to));
    for (const std::string& favourite : config.models.favourites)
        lines.add("favourite", favourite);
    for (const ModelMapping& mapping : config.models.map)
        lines.add("model", fmt::format("{} -> {}", mapping.from, mapping.to));
    lines.add("max tokens", std::to_string(config.models.max_tokens));
    for (const Upstream& upstream : config.upstreams)
        describe_upstream(lines, upstream);
    for (const route::Route& route : config.routes)
        describe_route(lines, route);
    describe_allowance(lines, "limit for each token", config.limits.each);
    describe_allowance(lines, "limit in all", config.limits.all);
    lines.add("log", fmt::format("{}, file {}", log::name_of(config.log.level), or_none(config.log.file)));
    lines.add("capture",
        config.log.capture.empty()
            ? "off"
            : fmt::format("{}, at most {}", config.log.capture, size(config.log.capture_max)));
    lines.add("catalogue",
        config.catalogue.enabled ? fmt::format("every {}, kept in {}", duration(config.catalogue.refresh),
                                       or_none(config.catalogue.file))
                                 : "off");
    if (config.metrics.listen.empty())
        lines.add("metrics", "off");
    for (const Endpoint& endpoint : config.metrics.listen)
        lines.add("metrics",
            fmt::format("http://{}/metrics{}", to_string(endpoint),
                endpoint.optional ? " (where the machine has it)" : ""));
    lines.add("state", or_none(config.state_directory));
    return lines.take();
}

} // namespace dragoman::config
