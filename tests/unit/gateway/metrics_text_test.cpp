#include "gateway/metrics_text.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <set>
#include <sstream>

namespace dragoman::gateway {

namespace {

using testing::HasSubstr;
using testing::Not;

MetricsSnapshot some_figures()
{
    Metrics metrics;
    metrics.begin();
    metrics.finish({ .upstream_model = "openai/gpt-5.5",
        .status = 200,
        .upstream_status = 200,
        .attempts = 1,
        .connection_reused = true,
        .first_byte_ms = 120,
        .total_ms = 1500,
        .input_tokens = 7,
        .cached_tokens = 5,
        .output_tokens = 3,
        .cost_usd_micros = 41 });
    metrics.begin();
    metrics.finish({ .status = 400, .outcome = RequestRecord::Outcome::client_error });
    metrics.begin();
    metrics.refused(403);
    metrics.fell_back("home/a", true, "too late");
    metrics.mended("openai/gpt-5.5", "drop_parameter");
    metrics.counted_tokens();
    return metrics.read();
}

} // namespace

TEST(MetricsText, SaysEachFigureByItsName)
{
    const std::string text = metrics_text(some_figures(),
        { .version = "1.2.3",
            .started = 1795250000.5,
            .sessions = 4,
            .breakers = { { "home/a", route::Breakers::State::open, 5 },
                { "home/b", route::Breakers::State::closed, 1 } },
            .process = {} });
    for (const char* line : {
             "dragoman_build_info{version=\"1.2.3\"} 1\n",
             "dragoman_degraded 0\n",
             "dragoman_sessions 4\n",
             "dragoman_breaker_open{target=\"home/a\"} 1\n",
             "dragoman_breaker_open{target=\"home/b\"} 0\n",
             "dragoman_breaker_failures{target=\"home/a\"} 5\n",
             "process_start_time_seconds 1795250000.500\n",
             "dragoman_requests_total{target=\"openai/gpt-5.5\",outcome=\"ok\"} 1\n",
             "dragoman_requests_total{target=\"openai/gpt-5.5\",outcome=\"upstream_error\"} 0\n",
             "dragoman_requests_total{target=\"none\",outcome=\"client_error\"} 1\n",
             "dragoman_request_errors_total{outcome=\"client_error\",status=\"400\"} 1\n",
             "dragoman_requests_running 1\n",
             "dragoman_refused_requests_total{status=\"403\"} 1\n",
             "dragoman_token_counts_total 1\n",
             "dragoman_fallbacks_total{target=\"home/a\",reason=\"too late\"} 1\n",
             "dragoman_mended_requests_total{target=\"openai/gpt-5.5\",remedy=\"drop_parameter\"} 1\n",
             "dragoman_first_byte_seconds_bucket{target=\"openai/gpt-5.5\",le=\"0.1\"} 0\n",
             "dragoman_first_byte_seconds_bucket{target=\"openai/gpt-5.5\",le=\"0.25\"} 1\n",
             "dragoman_first_byte_seconds_bucket{target=\"openai/gpt-5.5\",le=\"+Inf\"} 1\n",
             "dragoman_first_byte_seconds_sum{target=\"openai/gpt-5.5\"} 0.12\n",
             "dragoman_first_byte_seconds_count{target=\"openai/gpt-5.5\"} 1\n",
             "dragoman_request_seconds_bucket{le=\"2.5\"} 1\n",
             "dragoman_request_seconds_count 1\n",
             "dragoman_tokens_total{target=\"openai/gpt-5.5\",kind=\"input\"} 7\n",
             "dragoman_tokens_total{target=\"openai/gpt-5.5\",kind=\"cached\"} 5\n",
             "dragoman_tokens_total{target=\"openai/gpt-5.5\",kind=\"output\"} 3\n",
             "dragoman_cost_dollars_total{target=\"openai/gpt-5.5\"} 0.000041\n",
             "dragoman_upstream_requests_total{connection=\"reused\"} 1\n",
         })
        EXPECT_THAT(text, HasSubstr(line));
    EXPECT_TRUE(text.ends_with('\n'));
}

TEST(MetricsText, HasEveryFamilyOnceWithHelpAndType)
{
    std::istringstream lines(metrics_text(some_figures(), { .process = process_figures() }));
    std::set<std::string> families;
    std::string current;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# HELP ")) {
            current = line.substr(7, line.find(' ', 7) - 7);
            EXPECT_TRUE(families.insert(current).second) << current;
        } else if (line.starts_with("# TYPE ")) {
            EXPECT_TRUE(line.starts_with("# TYPE " + current + " ")) << line;
        } else {
            EXPECT_TRUE(line.starts_with(current)) << line;
        }
    }
    EXPECT_GT(families.size(), 15);
}

TEST(MetricsText, EscapesLabels)
{
    MetricsSnapshot snapshot;
    snapshot.targets.push_back({ .name = "a\"b\\c\nd" });
    EXPECT_THAT(metrics_text(snapshot, {}), HasSubstr("{target=\"a\\\"b\\\\c\\nd\",outcome=\"ok\"} 0\n"));
}

TEST(MetricsText, LeavesOutWhatTheKernelDoesNotSay)
{
    EXPECT_THAT(metrics_text({}, {}), Not(HasSubstr("process_resident_memory_bytes")));
    const std::string text = metrics_text({}, { .process = process_figures() });
    for (const char* name : { "process_resident_memory_bytes ", "process_cpu_seconds_total ",
             "process_threads ", "process_open_fds ", "process_max_fds " })
        EXPECT_THAT(text, HasSubstr(std::string("\n") + name));
}

TEST(ProcessFigures, AreThoseOfThisProcess)
{
    const ProcessFigures figures = process_figures();
    EXPECT_GT(figures.resident_bytes.value_or(0), 1'000'000);
    EXPECT_GE(figures.virtual_bytes.value_or(0), figures.resident_bytes.value_or(1));
    EXPECT_GE(figures.threads.value_or(0), 1);
    EXPECT_GE(figures.open_files.value_or(0), 3);
    EXPECT_GE(figures.cpu_seconds.value_or(-1), 0);
}

} // namespace dragoman::gateway
