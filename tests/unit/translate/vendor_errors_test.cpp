#include "support/vendor_errors.h"
#include "translate/error.h"

#include <gtest/gtest.h>

#include <set>

namespace dragoman::translate {

namespace {

using namespace std::chrono_literals;
using testing::VendorError;

const WallClock::time_point now { std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 3h };

Error translated(const VendorError& row)
{
    const std::string retry_after = row.header("retry-after");
    const std::string retry_after_ms = row.header("retry-after-ms");
    std::vector<LimitField> limits;
    for (const auto& [name, value] : row.headers)
        if (is_limit_field(name))
            limits.push_back({ name, value });
    const std::string should_retry = row.header("x-should-retry");
    return translate_error({ .status = row.status,
                               .body = row.body,
                               .retry_after = retry_after,
                               .retry_after_ms = retry_after_ms,
                               .limits = limits,
                               .should_retry = should_retry,
                               .now = now },
        { .requested_model = "claude-sonnet-5-5",
            .upstream_model = "some/model",
            .upstream_name = "somewhere",
            .context_length = row.fact("window", 200000),
            .max_tokens = row.fact("max_tokens", 32000),
            .estimated_input = row.fact("estimate", 50000),
            .last_image = "messages.3.content.0" });
}

std::string expected(const VendorError& row, const std::string& name)
{
    auto found = row.expected.find(name);
    return found == row.expected.end() ? "" : found->second;
}

} // namespace

TEST(VendorErrors, BecomeWhatClientsActUpon)
{
    for (const VendorError& row : testing::read_vendor_errors()) {
        const Error error = translated(row);
        EXPECT_EQ(std::to_string(http_status(error)), expected(row, "status")) << row.name;
        EXPECT_EQ(error_type(error), expected(row, "type")) << row.name << '\n' << error.message;
        EXPECT_EQ(
            error.retry_after_s ? std::to_string(*error.retry_after_s) : "", expected(row, "retry-after"))
            << row.name << '\n'
            << error.message;
        EXPECT_EQ(
            error.should_retry ? (*error.should_retry ? "true" : "false") : "", expected(row, "should-retry"))
            << row.name << '\n'
            << error.message;
        EXPECT_EQ(error.message.substr(0, row.message.size()), row.message) << row.name;
    }
}

TEST(VendorErrors, CoverTheVendorsThatPeopleUse)
{
    std::set<std::string> vendors;
    for (const VendorError& row : testing::read_vendor_errors())
        vendors.insert(row.name.substr(0, row.name.find(':')));
    EXPECT_GE(vendors.size(), 26U);
}

} // namespace dragoman::translate
