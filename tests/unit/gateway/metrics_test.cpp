#include "gateway/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace dragoman::gateway {

namespace {

using Outcome = RequestRecord::Outcome;

RequestRecord answered(std::string model)
{
    return { .client_model = "claude-opus-4-8",
        .upstream_model = std::move(model),
        .status = 200,
        .upstream_status = 200,
        .attempts = 1,
        .connection_reused = false,
        .outcome = Outcome::ok,
        .first_byte_ms = 400,
        .total_ms = 2000,
        .input_tokens = 100,
        .cached_tokens = 50,
        .output_tokens = 10,
        .cost_usd_micros = 4133 };
}

RequestRecord failed(std::string model, Outcome outcome, int status)
{
    return { .upstream_model = std::move(model), .status = status, .outcome = outcome, .total_ms = 5 };
}

void count(Metrics& metrics, const RequestRecord& record)
{
    metrics.begin();
    metrics.finish(record);
}

std::vector<std::string> names(const MetricsSnapshot& snapshot)
{
    std::vector<std::string> all;
    for (const auto& target : snapshot.targets)
        all.push_back(target.name);
    return all;
}

} // namespace

TEST(TimeHistogram, HasGrowingBoundsThatLieCloseTogether)
{
    for (std::size_t i = 1; i + 1 < time_buckets; ++i) {
        EXPECT_GT(upper_bound_ms(i), upper_bound_ms(i - 1));
        if (upper_bound_ms(i - 1) >= 10) {
            EXPECT_LT(
                static_cast<double>(upper_bound_ms(i)) / static_cast<double>(upper_bound_ms(i - 1)), 1.17);
        }
    }
    EXPECT_EQ(upper_bound_ms(time_buckets - 2), 1'000'000);
}

TEST(TimeHistogram, CountsABoundAsBelowItself)
{
    TimeHistogram histogram;
    for (std::int64_t ms : { -5, 0, 100, 101, 5'000'000 })
        histogram.add(ms);
    const Times times = histogram.read();
    EXPECT_EQ(times.count(), 5);
    EXPECT_EQ(times.up_to(10), 2);
    EXPECT_EQ(times.up_to(100), 3);
    EXPECT_EQ(times.up_to(250), 4);
    EXPECT_EQ(times.up_to(1'000'000), 4);
    EXPECT_EQ(times.sum_ms, 5'000'201);
}

TEST(TimeHistogram, GivesPercentilesWithinAFewPercent)
{
    TimeHistogram histogram;
    EXPECT_EQ(histogram.read().percentile_ms(50), std::nullopt);
    for (std::int64_t ms = 1; ms <= 10'000; ++ms)
        histogram.add(ms);
    const Times times = histogram.read();
    for (double percent : { 1.0, 10.0, 50.0, 90.0, 99.0 })
        EXPECT_NEAR(*times.percentile_ms(percent), percent * 100, percent * 4) << percent;
    TimeHistogram one;
    one.add(412);
    for (double percent : { 0.0, 50.0, 100.0 })
        EXPECT_NEAR(*one.read().percentile_ms(percent), 412, 30) << percent;
    TimeHistogram late;
    late.add(5'000'000);
    EXPECT_EQ(late.read().percentile_ms(50), 1'000'000);
}

TEST(Metrics, CountsARequestOnceByTargetAndOutcome)
{
    Metrics metrics;
    metrics.begin();
    EXPECT_EQ(metrics.read().running, 1);
    metrics.finish(answered("openai/gpt-5.5"));
    count(metrics, answered("openai/gpt-5.5"));
    count(metrics, failed("openai/gpt-5.5", Outcome::upstream_error, 429));
    count(metrics, failed("openai/gpt-5.5", Outcome::client_cancelled, 0));
    count(metrics, answered("z-ai/glm-4.6"));
    const MetricsSnapshot now = metrics.read();
    EXPECT_EQ(now.running, 0);
    ASSERT_EQ(names(now), (std::vector<std::string> { "openai/gpt-5.5", "z-ai/glm-4.6" }));
    const auto& first = now.targets[0];
    EXPECT_EQ(first.requests, (std::array<std::uint64_t, outcome_count> { 2, 1, 1, 0, 0 }));
    EXPECT_EQ(first.all_requests(), 4);
    EXPECT_EQ(first.failures(), 1);
    EXPECT_EQ(first.first_byte.count(), 2);
    EXPECT_EQ(first.input_tokens, 200);
    EXPECT_EQ(first.cached_tokens, 100);
    EXPECT_EQ(first.output_tokens, 20);
    EXPECT_EQ(first.cost_usd_micros, 8266);
    EXPECT_EQ(now.all_targets().all_requests(), 5);
    EXPECT_EQ(now.all_targets().first_byte.count(), 3);
    EXPECT_EQ(now.total_time.count(), 5);
}

TEST(Metrics, TellFailuresApartByStatus)
{
    Metrics metrics;
    count(metrics, failed("", Outcome::client_error, 400));
    count(metrics, failed("", Outcome::client_error, 400));
    count(metrics, failed("", Outcome::proxy_error, 401));
    count(metrics, failed("", Outcome::upstream_error, 418));
    count(metrics, failed("", Outcome::client_cancelled, 0));
    metrics.refused(403);
    metrics.refused(599);
    const MetricsSnapshot now = metrics.read();
    const auto count_of = [&](Outcome outcome, int status) {
        std::uint64_t sum = 0;
        for (const auto& failure : now.failures)
            if (failure.outcome == static_cast<std::size_t>(outcome) && failure.status == status)
                sum += failure.count;
        return sum;
    };
    EXPECT_EQ(count_of(Outcome::client_error, 400), 2);
    EXPECT_EQ(count_of(Outcome::proxy_error, 401), 1);
    EXPECT_EQ(count_of(Outcome::upstream_error, 0), 1);
    EXPECT_EQ(now.failures.size(), 3);
    ASSERT_EQ(now.refusals.size(), 2);
    EXPECT_EQ(now.refusals[0].status, 0);
    EXPECT_EQ(now.refusals[1].status, 403);
    EXPECT_EQ(names(now), std::vector<std::string> { "none" });
}

TEST(Metrics, GiveAPlaceOnlyToNamesThatAnUpstreamAnsweredTo)
{
    Metrics metrics;
    auto unanswered = answered("made/up");
    unanswered.upstream_status = 404;
    unanswered.outcome = Outcome::upstream_error;
    unanswered.output_tokens.reset();
    count(metrics, unanswered);
    count(metrics, answered("my secret is in here"));
    count(metrics, answered("quote\"d"));
    count(metrics, answered("none"));
    count(metrics, answered("other"));
    count(metrics, answered(std::string(Metrics::name_max + 1, 'a')));
    EXPECT_EQ(names(metrics.read()), std::vector<std::string> { "other" });
    EXPECT_EQ(metrics.read().targets[0].all_requests(), 6);
    auto cut = answered("openai/gpt-5.5");
    cut.outcome = Outcome::client_cancelled;
    count(metrics, cut);
    count(metrics, answered(std::string(Metrics::name_max, 'a')));
    EXPECT_EQ(names(metrics.read()),
        (std::vector<std::string> { "openai/gpt-5.5", std::string(Metrics::name_max, 'a'), "other" }));
}

TEST(Metrics, TellTheSameModelOfTwoUpstreamsApart)
{
    Metrics metrics;
    for (const char* upstream : { "home", "cloud", "home" }) {
        RequestRecord record = answered("qwen3-coder");
        record.upstream = upstream;
        count(metrics, record);
    }
    const MetricsSnapshot snapshot = metrics.read();
    EXPECT_EQ(names(snapshot), (std::vector<std::string> { "home/qwen3-coder", "cloud/qwen3-coder" }));
    EXPECT_EQ(snapshot.targets.front().all_requests(), 2U);
}

TEST(Metrics, KeepABoundedNumberOfTargets)
{
    Metrics metrics;
    for (std::size_t i = 0; i < Metrics::targets_max + 10; ++i)
        count(metrics, answered("vendor/model-" + std::to_string(i)));
    count(metrics, answered("vendor/model-0"));
    const MetricsSnapshot now = metrics.read();
    ASSERT_EQ(now.targets.size(), Metrics::targets_max + 1);
    EXPECT_EQ(now.targets[0].all_requests(), 2);
    EXPECT_EQ(now.targets.back().name, "other");
    EXPECT_EQ(now.targets.back().all_requests(), 10);
}

TEST(Metrics, KnowWhichConnectionBroughtAnAnswer)
{
    Metrics metrics;
    auto reused = answered("a/b");
    reused.connection_reused = true;
    auto nothing_came = failed("a/b", Outcome::upstream_error, 502);
    nothing_came.attempts = 1;
    count(metrics, answered("a/b"));
    count(metrics, reused);
    count(metrics, reused);
    count(metrics, nothing_came);
    count(metrics, failed("a/b", Outcome::client_error, 400));
    EXPECT_EQ(metrics.read().upstream_requests, (std::array<std::uint64_t, connection_kinds> { 1, 2, 1 }));
}

TEST(Metrics, LoseNothingBetweenThreads)
{
    Metrics metrics;
    constexpr int each = 2000;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&metrics] {
            for (int i = 0; i < each; ++i) {
                count(metrics, answered("vendor/model-" + std::to_string(i % 100)));
                metrics.counted_tokens();
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    const MetricsSnapshot now = metrics.read();
    EXPECT_EQ(now.targets.size(), Metrics::targets_max + 1);
    EXPECT_EQ(now.all_targets().all_requests(), 4 * each);
    EXPECT_EQ(now.all_targets().output_tokens, 4 * each * 10);
    EXPECT_EQ(now.token_counts, 4 * each);
    EXPECT_EQ(now.running, 0);
    auto sorted = names(now);
    std::ranges::sort(sorted);
    EXPECT_EQ(std::ranges::adjacent_find(sorted), sorted.end());
}

TEST(Metrics, TellsFallbacksApartByWhatTheConfigurationNames)
{
    Metrics metrics;
    metrics.fell_back("home/a", true, "503");
    metrics.fell_back("home/what a client wrote", false, "404");
    metrics.fell_back("home/b", false, "503");
    count(metrics, answered("home/b"));
    metrics.fell_back("home/b", false, "503");
    std::vector<std::string> rows;
    for (const Tally::Row& row : metrics.read().fallbacks)
        rows.push_back(row.target + " " + row.why + " " + std::to_string(row.count));
    EXPECT_EQ(
        rows, (std::vector<std::string> { "home/a 503 1", "home/b 503 1", "other 404 1", "other 503 1" }));
}

TEST(Metrics, NamesWhoWasMended)
{
    Metrics metrics;
    metrics.mended("home/a", "drop_parameter");
    metrics.mended("a sentence", "drop_parameter");
    count(metrics, answered("home/a"));
    const MetricsSnapshot now = metrics.read();
    ASSERT_EQ(now.mended.size(), 2U);
    EXPECT_EQ(now.mended[0].target, "home/a");
    EXPECT_EQ(now.mended[1].target, "other");
    EXPECT_EQ(names(now), std::vector<std::string> { "home/a" }) << "one and the same";
}

TEST(Tally, HoldsSoManyRowsAndNoMore)
{
    Tally tally;
    for (std::size_t i = 0; i < 3 * Tally::rows_max; ++i)
        tally.add("target " + std::to_string(i), "503");
    tally.add("target 0", "503");
    const auto rows = tally.read();
    EXPECT_EQ(rows.size(), Tally::rows_max + 1);
    std::uint64_t sum = 0;
    for (const Tally::Row& row : rows) {
        sum += row.count;
        if (row.target == "other") {
            EXPECT_EQ(row.count, 2 * Tally::rows_max);
        }
    }
    EXPECT_EQ(sum, 3 * Tally::rows_max + 1);
}

} // namespace dragoman::gateway
