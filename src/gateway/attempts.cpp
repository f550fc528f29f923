#include "gateway/attempts.h"

#include "base/seconds_to_wait.h"
#include "gateway/targets.h"
#include "route/apply_learned.h"

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace dragoman::gateway {

namespace {

using Kind = Error::Kind;

constexpr auto unexplained_limit = std::chrono::seconds(30);
constexpr auto lasting_limit = std::chrono::minutes(10); // nobody says how long: looked at now and then
constexpr auto longest_limit = std::chrono::hours(1); // clocks and answers err: also looked at again
constexpr auto refused_key = std::chrono::minutes(5);
constexpr std::string_view overflow_sentence = "prompt is too long";

bool is_overflow(const Error& error)
{
    return error.kind == Kind::bad_request && error.message.starts_with(overflow_sentence);
}

// The target's dialect has no words for what the client wants: nothing was sent.
bool is_unfit(const Error& error)
{
    return error.source == Error::Source::client && error.retry == Error::Retry::next_target
        && !is_overflow(error);
}

// "prompt is too long: N tokens > M maximum": M.
std::uint64_t window_in(std::string_view message)
{
    std::uint64_t window = 0;
    if (const std::size_t at = message.find("> "); at != std::string_view::npos)
        std::from_chars(message.data() + at + 2, message.data() + message.size(), window);
    return window;
}

// A sign that the server is not well, whoever asks.
bool is_an_outage(const Error& error)
{
    return error.source == Error::Source::upstream
        && (error.kind == Kind::overloaded || error.kind == Kind::upstream_protocol
            || error.kind == Kind::unreachable || error.kind == Kind::upstream_failed
            || error.kind == Kind::timed_out);
}

// The target failed by itself: somebody else may do better.
bool is_the_targets_own(const Error& error)
{
    if (error.retry == Error::Retry::next_target || is_an_outage(error))
        return true;
    return error.source == Error::Source::upstream
        && (error.kind == Kind::unauthorized || error.kind == Kind::billing || error.kind == Kind::forbidden
            || error.kind == Kind::not_found || error.kind == Kind::too_large
            || error.kind == Kind::rate_limited);
}

// A 403 is about a key where there is another one to try, and about what was asked where there is none.
std::optional<Clock::duration> rest_of_key(const Error& error, std::size_t keys)
{
    if (error.kind == Kind::unauthorized || error.kind == Kind::billing
        || (error.kind == Kind::forbidden && keys > 1))
        return refused_key;
    if (error.kind != Kind::rate_limited || error.limited_for_s == 0) // That request is too large, no other.
        return std::nullopt;
    if (error.limited_for_s)
        return std::min<Clock::duration>(std::chrono::seconds(*error.limited_for_s), longest_limit);
    return error.should_retry == false ? Clock::duration(lasting_limit) : Clock::duration(unexplained_limit);
}

route::KeyRests::Cause cause_of(const Error& error)
{
    using enum route::KeyRests::Cause;
    if (error.kind == Kind::unauthorized)
        return refused;
    if (error.kind == Kind::billing)
        return no_credit;
    if (error.kind == Kind::forbidden)
        return forbidden;
    return error.should_retry == false ? used_up : limited;
}

std::string outcome_of(const Error& error)
{
    if (error.upstream_status != 0)
        return std::to_string(error.upstream_status);
    if (is_overflow(error))
        return "too long";
    if (is_unfit(error))
        return "unfit";
    if (error.kind == Kind::unreachable)
        return "unreachable";
    return error.kind == Kind::timed_out ? "too late" : "failed";
}

// Lower is better: what lets the client compact, may be repeated, may not, was not even asked.
int rank(const Error& error)
{
    if (is_overflow(error))
        return 0;
    if (is_unfit(error))
        return 3;
    return error.should_retry == false ? 2 : 1;
}

// Of equals the newer one counts, unless both say how long to wait, or neither was asked.
bool is_better(const Error& error, const Error& than)
{
    if (rank(error) != rank(than))
        return rank(error) < rank(than);
    if (is_unfit(error))
        return false;
    return !error.retry_after_s || !than.retry_after_s || *error.retry_after_s <= *than.retry_after_s;
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
    return { .kind = kind,
        .source = Error::Source::upstream,
        .message = std::move(message),
        .retry_after_s =
            static_cast<int>(std::min<std::int64_t>(seconds_to_wait(left), limits::retry_after_max_s)) };
}

// All keys of a target rest. As long as that lasts the client hears what the upstream would say.
Error every_key_rests(const std::string& target, const route::KeyRests::Rest& rest, TimePoint now)
{
    using enum route::KeyRests::Cause;
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(rest.until - now).count();
    const auto lasting = [&](Kind kind, std::string_view what) {
        Error error = resting(kind, fmt::format("{}; it is asked again in {} min", what, minutes), {});
        error.retry_after_s.reset();
        error.should_retry = false;
        return error;
    };
    if (rest.cause == refused)
        return lasting(Kind::unauthorized, fmt::format("{} rejected its API key a moment ago", target));
    if (rest.cause == forbidden)
        return lasting(Kind::forbidden, fmt::format("{} allowed none of its keys this a moment ago", target));
    if (rest.cause == no_credit)
        return lasting(Kind::billing,
            fmt::format("Credit balance is too low \u2013 {} asked for payment a moment ago", target));
    if (rest.cause == used_up)
        return lasting(Kind::rate_limited, fmt::format("{} has reached a limit that lasts", target));
    return resting(Kind::rate_limited, fmt::format("{} has reached its limit", target), rest.until - now);
}

using KeyChoices = boost::container::small_vector<route::KeyRests::Key, 8>;

// An upstream that needs no key has one without a text, so that it can rest.
KeyChoices choices_of(const std::vector<config::UpstreamKey>& keys)
{
    KeyChoices all;
    for (const config::UpstreamKey& key : keys)
        all.push_back({ key.value.reveal(), key.weight });
    if (all.empty())
        all.emplace_back();
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

// As everywhere among the figures: with the upstream's name in front where there are several.
std::string Attempts::name_in_figures(const Place& place) const
{
    return config_.upstreams.size() > 1 ? name_of(place) : place.target->model;
}

std::string Attempts::name_in_figures() const { return place_.target ? name_in_figures(place_) : ""; }

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
    if (same_place_) {
        if (choose_key(place_, true, session, now))
            return {};
        same_place_ = false; // Somebody else has met a refusal meanwhile.
        seat_.give_back();
    }
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
        keys_tried_ = 1;
        ++next_;
        count_fallbacks();
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
        leave(place, "without a key");
        return no_key(upstream);
    }
    if (auto chosen = choose_key(place, is_one_of_several, session, now); !chosen) {
        leave(place, "resting");
        return chosen.error();
    }
    auto seat = shared_.occupancy.take(upstream.name, upstream.parallel);
    if (!seat) {
        leave(place, "full");
        return resting(Kind::rate_limited,
            fmt::format(
                "{} takes {} requests at a time, and as many are running", upstream.name, upstream.parallel),
            std::chrono::seconds(1));
    }
    if (is_one_of_several && !shared_.breakers.all_well()) {
        const auto may = shared_.breakers.ask(name_of(place), now);
        if (may == route::Breakers::Leave::rests) {
            leave(place, "resting");
            return resting(Kind::overloaded,
                fmt::format("{} failed several times in a row and rests", name_of(place)),
                shared_.breakers.rest_left(name_of(place), now));
        }
        probes_ = may == route::Breakers::Leave::probe;
    }
    seat_ = std::move(*seat);
    return std::nullopt;
}

// A single key without an alternative is used even while it rests: its upstream knows best.
Result<void> Attempts::choose_key(const Place& place, bool must, std::string_view session, TimePoint now)
{
    const config::Upstream& upstream = config_.upstreams[place.upstream];
    key_ = 0;
    if (upstream.keys.size() <= 1 && !must)
        return {};
    const auto keys = choices_of(upstream.keys);
    const std::string name = name_of(place);
    if (const auto chosen = shared_.key_rests.choose(name, keys, session, now)) {
        key_ = *chosen;
        return {};
    }
    const auto rest = shared_.key_rests.shortest(name, keys, now);
    return Failure(every_key_rests(name, rest.value_or(route::KeyRests::Rest { .until = now }), now));
}

void Attempts::note(const Place& place, std::string_view outcome)
{
    tried_ += fmt::format("{}{} {}", tried_.empty() ? "" : ", ", name_of(place), outcome);
    ++entries_;
}

// Of a pool's keys the last one tells how it went.
void Attempts::leave(const Place& place, std::string outcome)
{
    note(place, outcome);
    if (!left_)
        left_ = std::make_unique<std::vector<Left>>();
    if (left_->empty() || left_->back().place.asked != place.asked)
        left_->push_back({ .place = place });
    left_->back().outcome = std::move(outcome);
}

void Attempts::count_fallbacks()
{
    const auto left = std::exchange(left_, nullptr);
    if (!left)
        return;
    for (const Left& one : *left)
        shared_.metrics.fell_back(name_in_figures(one.place),
            one.place.asked != nullptr && !one.place.asked->model.empty(), one.outcome);
}

void Attempts::note_error(const Error& error)
{
    if (!error_ || is_better(error, *error_))
        error_ = error;
}

// What others were told of the target stays as it is.
void Attempts::adapt(const route::LearnedFacts& learned)
{
    auto adapted = std::make_shared<route::Target>(target());
    route::apply_learned(undenied(learned, upstream(), target().model), *adapted);
    place_.target = std::move(adapted);
}

void Attempts::mended(const Error& error, std::string_view how)
{
    note(place_, fmt::format("{} mended ({})", outcome_of(error), how));
}

void Attempts::answers()
{
    if (std::exchange(probes_, false))
        shared_.breakers.answers(name_of(place_));
}

void Attempts::succeeded()
{
    if (!shared_.breakers.all_well())
        shared_.breakers.succeeded(name_of(place_));
    probes_ = false;
}

bool Attempts::failed(const Plan& plan, const Error& error, bool answered, TimePoint now)
{
    leave(place_, outcome_of(error));
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
        const bool probed = std::exchange(probes_, false);
        shared_.breakers.failed(
            name_of(place_), { .failures = from.breaker_failures, .rest = from.breaker_rest }, now, probed);
    } else {
        let_go();
    }
}

// True when another key of the pool may be tried; each gets one chance, however short its rest.
bool Attempts::exchange_key(const Error& error, TimePoint now)
{
    const config::Upstream& from = upstream();
    const auto rest = rest_of_key(error, from.keys.size());
    if (!rest || error.source != Error::Source::upstream)
        return false;
    const std::string name = name_of(place_);
    shared_.key_rests.rest(name, key().reveal(), now + *rest, cause_of(error));
    return keys_tried_++ < from.keys.size() && !shared_.key_rests.until(name, choices_of(from.keys), now);
}

} // namespace dragoman::gateway
