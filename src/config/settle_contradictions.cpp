// What can each stand by itself, and not together: a dialect that a provider does not offer, limits of which
// one is never reached, a key that nobody has, a name that is nearly an upstream's.
#include "config/draft.h"
#include "config/presets.h"
#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>

namespace dragoman::config {
namespace {

std::string_view place_or(const std::string& place, std::string_view otherwise)
{
    return place.empty() ? otherwise : std::string_view(place);
}

std::string offered_by(const Preset& preset)
{
    std::string all = preset.dialect == Upstream::Dialect::messages ? "" : "chat";
    if (preset.has_messages)
        all += all.empty() ? "messages" : ", messages";
    if (preset.has_responses)
        all += ", responses";
    return all;
}

// Somebody who names another address means another server, which may speak what it likes.
void check_dialect(Draft& draft, const Upstream& upstream, const UpstreamDraft& given)
{
    const Preset* preset = preset_of(upstream.preset);
    if (preset == nullptr || !given.dialect || (given.base_url && !preset->base_url.empty()))
        return;
    using Dialect = Upstream::Dialect;
    const bool messages = upstream.dialect == Dialect::messages || upstream.dialect == Dialect::automatic;
    const bool missing = (messages && !preset->has_messages && !given.messages_url)
        || (upstream.dialect == Dialect::responses && !preset->has_responses && !given.responses_url)
        || (upstream.dialect == Dialect::chat && preset->dialect == Dialect::messages);
    if (missing)
        draft.mistakes.add(given.dialect->place,
            fmt::format("upstreams.{}.dialect: {} does not offer {}; there is {}", upstream.name,
                upstream.title, given.dialect->text, offered_by(*preset)));
}

void check_times(Draft& draft, const Upstream& upstream, const UpstreamDraft& given)
{
    const auto longer = [&](Milliseconds one, std::string_view name) {
        if (one > upstream.stream_total)
            draft.mistakes.warn(place_or(given.place, "upstreams"),
                fmt::format("upstreams.{}.{} is longer than stream_total, which ends everything before: make "
                            "it shorter, or "
                            "stream_total longer",
                    upstream.name, name));
    };
    longer(upstream.first_byte, "first_byte");
    longer(upstream.idle, "idle");
    if (upstream.connect > upstream.first_byte)
        draft.mistakes.warn(place_or(given.place, "upstreams"),
            fmt::format(
                "upstreams.{}.connect is longer than first_byte, which is over before", upstream.name));
}

// With one upstream everybody hears that there is no key; among several it would be found out by a fallback.
void check_key(Draft& draft, const Upstream& upstream, const UpstreamDraft& given)
{
    const bool has_been_said = given.key || given.key_file; // what is wrong with it
    if (draft.config.upstreams.size() > 1 && !given.place.empty() && !has_been_said && upstream.degraded())
        draft.mistakes.warn(given.place,
            fmt::format("upstreams.{} has no key, and is passed over: set {}, or key_file", upstream.name,
                upstream.key_name));
}

void check_allowance(Draft& draft, std::string_view name, std::size_t each, std::size_t all)
{
    if (each > 0 && all > 0 && each > all)
        draft.mistakes.warn(draft.limits_place,
            fmt::format("limits.each.{0} is more than limits.all.{0}, so that it is never reached: lower "
                        "one, or raise the "
                        "other",
                name));
}

void check_limits(Draft& draft)
{
    const Limits& limits = draft.config.limits;
    check_allowance(draft, "requests", static_cast<std::size_t>(limits.each.requests),
        static_cast<std::size_t>(limits.all.requests));
    check_allowance(draft, "requests_a_minute", static_cast<std::size_t>(limits.each.requests_a_minute),
        static_cast<std::size_t>(limits.all.requests_a_minute));
    check_allowance(draft, "body_bytes", limits.each.body_bytes, limits.all.body_bytes);
    for (const auto& [name, bytes] :
        { std::pair<std::string_view, std::size_t>("each", limits.each.body_bytes),
            std::pair<std::string_view, std::size_t>("all", limits.all.body_bytes) })
        if (bytes > 0 && bytes < draft.config.server.request_body)
            draft.mistakes.warn(place_or(draft.limits_place, draft.request_body_place),
                fmt::format("limits.{}.body_bytes is less than server.request_body: a request of that size "
                            "is refused "
                            "each time it comes; lower request_body",
                    name));
}

// "groq/openai/gpt-oss-120b": where models are called vendor/model, the first of three is an upstream.
void check_names_at_router(Draft& draft)
{
    for (const Placed& model : draft.model_names) {
        const std::string before = model.text.substr(0, model.text.find('/'));
        if (std::ranges::count(model.text, '/') < 2 || draft.config.upstream(before) != nullptr
            || preset_of(before) == nullptr)
            continue;
        draft.mistakes.warn(model.place,
            fmt::format(
                "{0} is a model of {1}, since there is no upstream {2}; add [upstreams.{2}] if it is meant",
                model.text, draft.config.main().name, before));
    }
}

// "hom/qwen3": a model of the first upstream whose vendor is hom, or of the upstream home? Where models have
// no vendors it is clear.
void check_names(Draft& draft)
{
    if (draft.config.main().vendor_in_slugs)
        return check_names_at_router(draft);
    if (draft.config.upstreams.size() < 2)
        return;
    std::vector<std::string_view> names;
    for (const Upstream& upstream : draft.config.upstreams)
        names.push_back(upstream.name);
    for (const Placed& model : draft.model_names) {
        const std::size_t slash = model.text.find('/');
        const std::string before = model.text.substr(0, slash);
        if (slash == std::string::npos || draft.config.upstream(before) != nullptr)
            continue;
        if (const std::string_view near = nearest(before, names); !near.empty())
            draft.mistakes.warn(model.place,
                fmt::format("{} is a model of the first upstream, {}, since there is no upstream {}; did you "
                            "mean {}{}?",
                    model.text, draft.config.main().name, before, near, model.text.substr(slash)));
    }
}

} // namespace

void find_contradictions(Draft& draft)
{
    for (std::size_t i = 0; i < draft.config.upstreams.size(); ++i) {
        check_dialect(draft, draft.config.upstreams[i], draft.upstreams[i]);
        check_times(draft, draft.config.upstreams[i], draft.upstreams[i]);
        check_key(draft, draft.config.upstreams[i], draft.upstreams[i]);
    }
    check_limits(draft);
    check_names(draft);
}

} // namespace dragoman::config
