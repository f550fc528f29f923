#include "translate/sampling.h"

#include "json/escape.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace dragoman::translate {

namespace {

using route::Quirk;

constexpr std::size_t stops_max = 4;

class SamplingWriter {
public:
    SamplingWriter(json::Writer& json, const route::Target& target, Notes& notes)
        : json_(json)
        , target_(target)
        , notes_(notes)
    {
    }

    // Whether it was written.
    bool number(std::string_view name, json::RawValue value, bool allowed = true)
    {
        if (value.empty())
            return false;
        if (!allowed || !takes_sampling(target_, name)) {
            notes_.drop(name);
            return false;
        }
        json_.key(name).raw(value);
        return true;
    }

private:
    json::Writer& json_;
    const route::Target& target_;
    Notes& notes_;
};

void append_stops(json::Writer& json, const anthropic::MessagesRequest& request, const route::Target& target,
    AnswerPlan& plan)
{
    for (json::RawString stop : request.stop_sequences)
        if (!json::is_blank(stop))
            plan.stop_sequences.push_back(json::unescape(stop));
    if (!takes_sampling(target, "stop"))
        return;
    plan.stop_sequences_upstream = std::min(stops_max, plan.stop_sequences.size());
    if (plan.stop_sequences_upstream == 0)
        return;
    json.key("stop").begin_array();
    for (std::size_t i = 0; i < plan.stop_sequences_upstream; ++i)
        json.text(plan.stop_sequences[i]);
    json.end_array();
}

} // namespace

bool takes_sampling(const route::Target& target, std::string_view parameter)
{
    const bool refused = target.has(parameter == "stop" ? Quirk::no_stop : Quirk::no_sampling);
    return !refused && (!target.facts || target.facts->supports(parameter));
}

void append_sampling(json::Writer& json, const anthropic::MessagesRequest& request,
    const route::Target& target, UpstreamCall& call)
{
    SamplingWriter sampling(json, target, call.notes);
    const bool has_temperature = sampling.number("temperature", request.temperature);
    sampling.number("top_p", request.top_p, !(has_temperature && target.has(Quirk::one_sampling)));
    sampling.number("top_k", request.top_k, target.has(Quirk::takes_top_k));
    append_stops(json, request, target, call.plan);
}

} // namespace dragoman::translate
