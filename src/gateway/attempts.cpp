#include "gateway/attempts.h"

#include "route/apply_learned.h"

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace dragoman::gateway {

namespace {

using Kind = Error::Kind;

constexpr auto unexplained_limit = std::chrono::seconds(30);
constexpr auto lasting_limit = std::chrono::minutes(10); // of a day or a week, looked at again now and then
constexpr auto refused_key = std::chrono::minutes(5);
constexpr std::string_view overflow_sentence = "prompt is too long";

bool is_overflow(const Error& error)
{
    return error.kind == Kind::bad_request && error.message.starts_with(overflow_sentence);
}

// "prompt is too long: N tokens > M maximum": M.
std::uint64_t window_in(std::string_view message)
{
    std::uint64_t window = 0;
    const std::size_t at = message.find("> ");
    if (at != std::string_view::npos)
        std::from_chars(message.data() + at + 2, message.data() + message.size(), window);
    return window;
}

// The target failed by itself: somebody else may do better.
bool is_the_targets_own(const Error& error)
{
    if (error.retry == Error::Retry::next_target)
        return true;
    if (error.source != Error::Source::upstream)
        return false;
    switch (error.kind) {
    case Kind::unauthorized:
    case Kind::billing:
    case Kind::forbidden:
    case Kind::not_found:
    case Kind::too_large:
    case Kind::rate_limited:
    case Kind::overloaded:
    case Kind::upstream_protocol:
    case Kind::unreachable:
    case Kind::upstream_failed:
    case Kind::timed_out:
        return true;
    default:
        return false;
    }
}

// A sign that the server is not well, whoever asks.
bool is_an_outage(const Error& error)
{
    return error.source == Error::Source::upstream
        && (error.kind == Kind::overloaded || error.kind == Kind::upstream_protocol
            || error.kind == Kind::unreachable || error.kind == Kind::upstream_failed
            || error.kind == Kind::timed_out);
}

std::optional<Clock::duration> rest_of_key(const Error& error)
{
    if (error.kind == Kind::unauthorized || error.kind == Kind::billing)
        return refused_key;
    if (error.kind != Kind::rate_limited)
        return std::nullopt;
    if (error.retry_after_s)
        return std::chrono::seconds(*error.retry_after_s);
    return error.should_retry == false ? Clock::duration(lasting_limit) : Clock::duration(unexplained_limit);
}

std::string outcome_of(const Error& error)
{
    if (error.upstream_status != 0)
        return std::to_string(error.upstream_status);
    if (error.kind == Kind::unreachable)
        return "unreachable";
    return error.kind == Kind::timed_out ? "too late" : "failed";
}

// Lower is better for the client: a sentence that lets it compact, then what may be tried again, then what
// may not.
int rank(const Error& error)
{
    if (is_overflow(error))
        return 0;
    return error.should_retry == false ? 2 : 1;
}

Error no_key(const config::Upstream& upstream)
{
    const std::string& name = upstream.key_name;
    return { .kind = Kind::unauthorized,
        .source = Error::Source::self,
        .message = fmt::format("no upstream key is configured: set {0} (or {0}_FILE, or key_file in the "
                               "configuration) and start dragoman again",
            name.empty() ? "the key of " + upstream.name : name),
        .should_retry = false };
}

Error resting(Kind kind, std::string message, Clock::duration left)
{
    constexpr std::int64_t most_s = limits::retry_after_max_s;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
    return { .kind = kind,
        .source = Error::Source::upstream,
        .message = std::move(message),
        .retry_after_s = static_cast<int>(std::clamp<std::int64_t>(seconds, 1, most_s)) };
}

using KeyChoices = boost::container::small_vector<route::KeyRests::Key, 8>;

KeyChoices choices_of(const std::vector<config::UpstreamKey>& keys)
{
    KeyChoices all;
    for (const config::UpstreamKey& key : keys)
        all.push_back({ key.value.reveal(), key.weight });
    return all;
}

} // namespace

Attempts::~Attempts() { let_go(); }

void Attempts::let_go()
{
    if (std::exchange(probes_, false))
        shared_.breakers.let_go(name_of(place_));
}

std::string Attempts::name_of(const Place& place) const
{
    return config_.upstreams[place.upstream].name + "/" + place.target->model;
}

const route::Target& Attempts::target() const
{
    static const route::Target none;
    return place_.target ? *place_.target : none;
}

const Secret& Attempts::key() const
{
    static const Secret none;
    const auto& keys = upstream().keys;
    return key_ < keys.size() ? keys[key_].value : none;
}

Result<void> Attempts::advance(const Plan& plan, std::string_view session, TimePoint now)
{
    if (same_place_)
        return choose_key(place_, true, session, now);
    for (; next_ < plan.size(); ++next_) {
        Result<Place> place = plan.place(next_);
        if (!place) {
            note_error(place.error());
            continue;
        }
        const auto& length = place->target->facts->context_length;
        if (window_ && (!length || *length <= *window_))
            continue;
        if (auto why = keeps_away(*place, plan, session, now)) {
            note_error(*why);
            continue;
        }
        place_ = std::move(*place);
        ++next_;
        return {};
    }
    return Failure(*error_);
}

std::optional<Error> Attempts::keeps_away(
    const Place& place, const Plan& plan, std::string_view session, TimePoint now)
{
    const config::Upstream& upstream = config_.upstreams[place.upstream];
    const bool is_one_of_several = plan.size() > 1;
    if (upstream.degraded() && !config_.demo) {
        note(place, "without a key");
        return no_key(upstream);
    }
    if (auto chosen = choose_key(place, is_one_of_several, session, now); !chosen) {
        note(place, "resting");
        return chosen.error();
    }
    auto seat = shared_.occupancy.take(upstream.name, upstream.parallel);
    if (!seat) {
        note(place, "full");
        return resting(Kind::rate_limited,
            fmt::format(
                "{} takes {} requests at a time, and as many are running", upstream.name, upstream.parallel),
            std::chrono::seconds(1));
    }
    if (is_one_of_several && !shared_.breakers.all_well()) {
        const auto leave = shared_.breakers.ask(name_of(place), now);
        if (leave == route::Breakers::Leave::rests) {
            note(place, "resting");
            return resting(Kind::overloaded,
                fmt::format("{} failed several times in a row and rests", name_of(place)),
                upstream.breaker_rest);
        }
        probes_ = leave == route::Breakers::Leave::probe;
    }
    seat_ = std::move(*seat);
    return std::nullopt;
}

// A single key without an alternative is used even while it rests: its upstream knows best.
Result<void> Attempts::choose_key(const Place& place, bool must, std::string_view session, TimePoint now)
{
    const config::Upstream& upstream = config_.upstreams[place.upstream];
    key_ = 0;
    if (upstream.keys.empty() || (upstream.keys.size() == 1 && !must))
        return {};
    const auto keys = choices_of(upstream.keys);
    const std::string name = name_of(place);
    if (const auto chosen = shared_.key_rests.choose(name, keys, session, now)) {
        key_ = *chosen;
        return {};
    }
    const auto until = shared_.key_rests.until(name, keys, now).value_or(now);
    return Failure(resting(Kind::rate_limited,
        fmt::format("{} was refused or limited a moment ago, with every key that there is", name),
        until - now));
}

void Attempts::note(const Place& place, std::string_view outcome)
{
    tried_ += fmt::format("{}{} {}", tried_.empty() ? "" : ", ", name_of(place), outcome);
    ++entries_;
}

void Attempts::note_error(const Error& error)
{
    if (!error_ || rank(error) <= rank(*error_))
        error_ = error;
}

// What others were told of the target stays as it is.
void Attempts::adapt(const route::LearnedFacts& learned)
{
    auto adapted = std::make_shared<route::Target>(target());
    route::apply_learned(learned, *adapted);
    place_.target = std::move(adapted);
}

void Attempts::mended(const Error& error, std::string_view how)
{
    note(place_, fmt::format("{} mended ({})", outcome_of(error), how));
}

void Attempts::succeeded()
{
    if (!shared_.breakers.all_well())
        shared_.breakers.succeeded(name_of(place_));
    probes_ = false;
}

bool Attempts::failed(const Plan& plan, const Error& error, bool answered, TimePoint now)
{
    note(place_, outcome_of(error));
    note_error(error);
    note_breaker(error, now);
    same_place_ = exchange_key(error, now) && !answered;
    if (!same_place_)
        seat_.give_back();
    if (answered || error.kind == Kind::client_gone)
        return false;
    if (same_place_)
        return true;
    if (is_overflow(error))
        window_ = std::max(target().facts->context_length.value_or(0), window_in(error.message));
    else if (!is_the_targets_own(error))
        return false;
    return has_others(plan);
}

void Attempts::note_breaker(const Error& error, TimePoint now)
{
    const config::Upstream& from = upstream();
    if (is_an_outage(error)) {
        probes_ = false;
        shared_.breakers.failed(
            name_of(place_), { .failures = from.breaker_failures, .rest = from.breaker_rest }, now);
    } else {
        let_go();
    }
}

// True when another key of the same pool may be tried.
bool Attempts::exchange_key(const Error& error, TimePoint now)
{
    const auto rest = rest_of_key(error);
    const config::Upstream& from = upstream();
    if (!rest || error.source != Error::Source::upstream || from.keys.empty())
        return false;
    const std::string name = name_of(place_);
    shared_.key_rests.rest(name, key().reveal(), now + *rest);
    return from.keys.size() > 1 && !shared_.key_rests.until(name, choices_of(from.keys), now);
}

} // namespace dragoman::gateway
