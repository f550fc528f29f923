#include "gateway/metrics.h"

#include <algorithm>
#include <numeric>

namespace dragoman::gateway {

namespace {

constexpr std::array statuses { 0, 200, 400, 401, 402, 403, 404, 405, 408, 409, 413, 415, 422, 429, 499, 500,
    501, 502, 503, 504, 529 };
constexpr std::array<std::string_view, outcome_count> outcomes { "ok", "client_cancelled", "upstream_error",
    "proxy_error", "client_error" };
constexpr std::array<std::string_view, connection_kinds> connections { "new", "reused", "none" };

std::size_t index_of_status(int status)
{
    const auto found = std::ranges::find(statuses, status);
    return found == statuses.end() ? 0 : static_cast<std::size_t>(found - statuses.begin());
}

// An upstream's answer went to the client, so the name is one that an upstream knows.
bool was_answered(const RequestRecord& record)
{
    const bool accepted = record.upstream_status >= 200 && record.upstream_status < 300;
    return accepted && (record.outcome == RequestRecord::Outcome::ok || record.output_tokens.value_or(0) > 0);
}

// A server of one's own may answer to any name at all: a sentence is none.
bool looks_like_a_name(std::string_view name)
{
    const bool means_something_else = name == "other" || name == "none";
    return !means_something_else && name.size() <= Metrics::name_max
        && std::ranges::all_of(name, [](unsigned char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
                   || std::string_view("-._:/@~+").contains(static_cast<char>(c));
           });
}

void add(Counter& counter, std::optional<std::int64_t> number)
{
    if (number && *number > 0)
        counter.add(static_cast<std::uint64_t>(*number));
}

} // namespace

std::string_view outcome_name(std::size_t outcome) { return outcomes.at(outcome); }

bool is_failure(std::size_t outcome) { return outcome >= 2; }

std::span<const int> counted_statuses() { return statuses; }

std::string_view connection_name(std::size_t kind) { return connections.at(kind); }

std::uint64_t MetricsSnapshot::Target::all_requests() const
{
    return std::accumulate(requests.begin(), requests.end(), std::uint64_t {});
}

std::uint64_t MetricsSnapshot::Target::failures() const
{
    std::uint64_t sum = 0;
    for (std::size_t outcome = 0; outcome < outcome_count; ++outcome)
        sum += is_failure(outcome) ? requests[outcome] : 0;
    return sum;
}

MetricsSnapshot::Target& MetricsSnapshot::Target::operator+=(const Target& other)
{
    for (std::size_t outcome = 0; outcome < outcome_count; ++outcome)
        requests[outcome] += other.requests[outcome];
    first_byte += other.first_byte;
    input_tokens += other.input_tokens;
    cached_tokens += other.cached_tokens;
    output_tokens += other.output_tokens;
    cost_usd_micros += other.cost_usd_micros;
    return *this;
}

MetricsSnapshot::Target MetricsSnapshot::all_targets() const
{
    Target all;
    for (const Target& target : targets)
        all += target;
    return all;
}

struct Metrics::Target {
    explicit Target(std::string upstream_name)
        : name(std::move(upstream_name))
    {
    }
    MetricsSnapshot::Target read() const;

    const std::string name;
    std::array<Counter, outcome_count> requests {};
    TimeHistogram first_byte {};
    Counter input_tokens {};
    Counter cached_tokens {};
    Counter output_tokens {};
    Counter cost_usd_micros {};
};

MetricsSnapshot::Target Metrics::Target::read() const
{
    MetricsSnapshot::Target now { .name = name,
        .first_byte = first_byte.read(),
        .input_tokens = input_tokens.get(),
        .cached_tokens = cached_tokens.get(),
        .output_tokens = output_tokens.get(),
        .cost_usd_micros = cost_usd_micros.get() };
    for (std::size_t outcome = 0; outcome < outcome_count; ++outcome)
        now.requests[outcome] = requests[outcome].get();
    return now;
}

Metrics::Metrics()
    : other_(std::make_unique<Target>("other"))
    , none_(std::make_unique<Target>("none"))
{
    static_assert(statuses.size() <= std::tuple_size_v<Statuses>);
}

Metrics::~Metrics() = default;

void Metrics::finish(const RequestRecord& record)
{
    const auto outcome = static_cast<std::size_t>(record.outcome);
    Target& target = target_of(record);
    target.requests.at(outcome).add();
    if (record.first_byte_ms)
        target.first_byte.add(*record.first_byte_ms);
    if (record.total_ms)
        total_time_.add(*record.total_ms);
    add(target.input_tokens, record.input_tokens);
    add(target.cached_tokens, record.cached_tokens);
    add(target.output_tokens, record.output_tokens);
    add(target.cost_usd_micros, record.cost_usd_micros);
    if (is_failure(outcome))
        failures_.at(outcome).at(index_of_status(record.status)).add();
    if (record.attempts > 0)
        upstream_requests_[!record.connection_reused ? 2 : *record.connection_reused ? 1 : 0].add();
    running_.fetch_sub(1, std::memory_order_relaxed);
}

void Metrics::refused(int status) { refusals_.at(index_of_status(status)).add(); }

void Metrics::fell_back(std::string_view target, bool is_configured, std::string_view reason)
{
    const bool is_told_apart = (is_configured && looks_like_a_name(target)) || find(target) != nullptr;
    fallbacks_.add(is_told_apart ? target : std::string_view(other_->name), reason);
}

void Metrics::mended(const std::string& target, std::string_view remedy)
{
    const Target* known = find(target);
    if (known == nullptr)
        known = looks_like_a_name(target) ? &admit(target) : other_.get();
    mended_.add(known->name, remedy);
}

Metrics::Target& Metrics::target_of(const RequestRecord& record)
{
    if (record.upstream_model.empty())
        return *none_;
    const std::string prefixed = record.upstream.empty() ? "" : record.upstream + "/" + record.upstream_model;
    const std::string& name = record.upstream.empty() ? record.upstream_model : prefixed;
    if (Target* known = find(name))
        return *known;
    return was_answered(record) && looks_like_a_name(name) ? admit(name) : *other_;
}

Metrics::Target* Metrics::find(std::string_view name) const
{
    const std::size_t count = target_count_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < count; ++i) {
        Target* target = targets_[i].load(std::memory_order_relaxed);
        if (target->name == name)
            return target;
    }
    return nullptr;
}

Metrics::Target& Metrics::admit(const std::string& name)
{
    const std::scoped_lock lock(admitting_);
    if (Target* known = find(name)) // Another worker was faster.
        return *known;
    const std::size_t count = owned_.size();
    if (count == targets_max)
        return *other_;
    owned_.push_back(std::make_unique<Target>(name));
    targets_[count].store(owned_.back().get(), std::memory_order_relaxed);
    target_count_.store(count + 1, std::memory_order_release);
    return *owned_.back();
}

MetricsSnapshot Metrics::read() const
{
    MetricsSnapshot now { .fallbacks = fallbacks_.read(),
        .mended = mended_.read(),
        .total_time = total_time_.read(),
        .running = running_.load(std::memory_order_relaxed),
        .token_counts = token_counts_.get() };
    const std::size_t count = target_count_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < count; ++i)
        now.targets.push_back(targets_[i].load(std::memory_order_relaxed)->read());
    for (const Target* rest : { other_.get(), none_.get() })
        if (MetricsSnapshot::Target read = rest->read(); read.all_requests() > 0)
            now.targets.push_back(std::move(read));
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        for (std::size_t outcome = 0; outcome < outcome_count; ++outcome)
            if (const std::uint64_t failed = failures_[outcome][i].get(); failed > 0)
                now.failures.push_back({ outcome, statuses[i], failed });
        if (const std::uint64_t refused = refusals_[i].get(); refused > 0)
            now.refusals.push_back({ statuses[i], refused });
    }
    for (std::size_t kind = 0; kind < connection_kinds; ++kind)
        now.upstream_requests[kind] = upstream_requests_[kind].get();
    return now;
}

} // namespace dragoman::gateway
