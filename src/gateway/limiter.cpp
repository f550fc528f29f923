#include "gateway/limiter.h"

#include "base/encoding.h"
#include "base/seconds_to_wait.h"

#include <fmt/format.h>

namespace dragoman::gateway {

namespace {

constexpr auto window = std::chrono::minutes(1);
constexpr int soon_s = 1;

bool is_limited(const config::Allowance& allowed)
{
    return allowed.requests > 0 || allowed.requests_a_minute > 0;
}

Error over(std::string message, int retry_after_s)
{
    return { .kind = Error::Kind::rate_limited,
        .source = Error::Source::client,
        .message = std::move(message),
        .retry_after_s = retry_after_s };
}

// Waiting makes no room for it.
Error too_large(std::size_t most)
{
    return { .kind = Error::Kind::too_large,
        .source = Error::Source::client,
        .message =
            fmt::format("the requests of one client token may hold {} bytes in memory, and this one alone "
                        "is larger",
                most),
        .should_retry = false };
}

} // namespace

Result<void> Limiter::look(
    Account& account, const config::Allowance& allowed, std::string_view whose, TimePoint now)
{
    if (allowed.requests > 0 && account.running >= allowed.requests)
        return Failure(over(fmt::format("{} requests at a time are allowed {}, and as many are running",
                                allowed.requests, whose),
            soon_s));
    if (allowed.requests_a_minute <= 0)
        return {};
    while (!account.begun.empty() && account.begun.front() + window <= now)
        account.begun.pop_front();
    if (account.begun.size() < static_cast<std::size_t>(allowed.requests_a_minute))
        return {};
    return Failure(over(fmt::format("{} requests a minute are allowed {}", allowed.requests_a_minute, whose),
        static_cast<int>(seconds_to_wait(account.begun.front() + window - now))));
}

Result<Limiter::Pass> Limiter::enter(
    const config::Limits& limits, std::string_view client, std::size_t body_bytes, TimePoint now)
{
    const bool each_is_limited = is_limited(limits.each) || limits.each.body_bytes > 0;
    if (!each_is_limited && !is_limited(limits.all))
        return Pass();
    const std::string name = client.empty() ? std::string() : sha256_hex(client);
    const std::scoped_lock lock(mutex_);
    Account& own = each_[name];
    if (auto room = look(own, limits.each, "for each client token", now); !room)
        return Failure(std::move(room).error());
    if (auto room = look(all_, limits.all, "in all", now); !room)
        return Failure(std::move(room).error());
    if (limits.each.body_bytes > 0 && body_bytes > limits.each.body_bytes)
        return Failure(too_large(limits.each.body_bytes));
    if (limits.each.body_bytes > 0 && own.body_bytes + body_bytes > limits.each.body_bytes)
        return Failure(over(
            fmt::format("the requests of one client token may hold {} bytes in memory, and this is one more",
                limits.each.body_bytes),
            soon_s));
    for (const auto& [account, allowed] : { std::pair(&own, &limits.each), std::pair(&all_, &limits.all) }) {
        ++account->running;
        account->body_bytes += body_bytes;
        if (allowed->requests_a_minute > 0)
            account->begun.push_back(now);
    }
    Pass pass;
    pass.of_ = this;
    pass.account_ = &own;
    pass.bytes_ = body_bytes;
    return pass;
}

void Limiter::Pass::forget_body()
{
    if (of_ == nullptr || bytes_ == 0)
        return;
    const std::scoped_lock lock(of_->mutex_);
    account_->body_bytes -= bytes_;
    of_->all_.body_bytes -= bytes_;
    bytes_ = 0;
}

void Limiter::Pass::leave()
{
    if (of_ == nullptr)
        return;
    forget_body();
    const std::scoped_lock lock(of_->mutex_);
    --account_->running;
    --of_->all_.running;
    of_ = nullptr;
}

} // namespace dragoman::gateway
