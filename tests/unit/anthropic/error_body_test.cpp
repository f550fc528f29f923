#include "anthropic/error_body.h"

#include <gtest/gtest.h>

namespace dragoman::anthropic {

TEST(ErrorEnvelope, IsAnthropicsWithTheRequestsId) // E13
{
    std::string out;
    append_error_body(out, Error::bad_request("say \"why\""), "req_1");
    EXPECT_EQ(out,
        R"({"type":"error","error":{"type":"invalid_request_error","message":"say \"why\""},"request_id":"req_1"})");
}

TEST(ErrorEnvelope, LeavesAnUnknownIdOut)
{
    std::string out;
    append_error_body(out, Error::internal("broken"), "");
    EXPECT_EQ(out, R"({"type":"error","error":{"type":"api_error","message":"broken"}})");
}

TEST(ErrorEnvelope, EndsAStreamAsItsLastEvent)
{
    std::string out = "event: ping\ndata: {}\n\n";
    append_error_event(out, { .kind = Error::Kind::overloaded, .message = "later" }, "req_2");
    EXPECT_EQ(out,
        "event: ping\ndata: {}\n\nevent: error\ndata: "
        R"({"type":"error","error":{"type":"overloaded_error","message":"later"},"request_id":"req_2"})"
        "\n\n");
}

} // namespace dragoman::anthropic
