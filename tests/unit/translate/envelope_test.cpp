#include "base/encoding.h"
#include "translate/envelope.h"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

namespace dragoman::translate {
namespace {

TEST(Envelope, CarriesDetailsByteForByte)
{
    // S6, R29: spellings that a parser would normalise.
    const std::array details { json::RawValue {
                                   R"({"type":"reasoning.text","text":"caf\u00e9 \/ 1.0","n":1e21})" },
        json::RawValue {
            R"({ "type" : "reasoning.encrypted" , "data":"gAAA==", "index": 9007199254740993 })" } };
    const std::string sealed = encode_envelope("openrouter", "openai/gpt-5.5", details);
    const auto opened = decode_envelope({ sealed });
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->dialect, "or-chat");
    EXPECT_EQ(opened->provider, "openrouter");
    EXPECT_EQ(opened->model, "openai/gpt-5.5");
    ASSERT_EQ(opened->details.size(), 2U);
    EXPECT_EQ(opened->details[0], details[0].text);
    EXPECT_EQ(opened->details[1], details[1].text);
    EXPECT_EQ(encode_envelope(*opened), sealed);
}

TEST(Envelope, HasTheDocumentedForm)
{
    const std::string sealed = encode_envelope("openrouter", "z-ai/glm-5", {});
    ASSERT_TRUE(sealed.starts_with("dgm1."));
    EXPECT_EQ(base64url_decode(sealed.substr(5)),
        R"({"v":1,"d":"or-chat","p":"openrouter","m":"z-ai/glm-5","rd":[]})");
    EXPECT_EQ(sealed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
        std::string::npos);
}

TEST(Envelope, CarriesTheNameOfAPlainField)
{
    const std::string sealed = encode_envelope(
        { .dialect = "compat", .provider = "home", .model = "deepseek/x", .field = "reasoning_content" });
    const auto opened = decode_envelope({ sealed });
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->field, "reasoning_content");
    EXPECT_TRUE(opened->details.empty());
}

TEST(Envelope, RefusesWhatIsNotOne)
{
    // R37: nothing that a stranger puts in there may do harm.
    EXPECT_FALSE(decode_envelope({ "" }));
    EXPECT_FALSE(decode_envelope({ "EqQBCgIYAhIkYmFzZTY0" }));
    EXPECT_FALSE(decode_envelope({ "dgm1." }));
    EXPECT_FALSE(decode_envelope({ "dgm1.!!!" }));
    for (const char* text : { "[]", "{", R"({"v":2,"m":"a/b","rd":[]})", R"({"v":1,"rd":[]})",
             R"({"v":1,"m":"a/b","rd":{}})", R"({"v":1,"m":"a/b","rd":["text"]})", R"({"v":"1","m":"a/b"})" })
        EXPECT_FALSE(decode_envelope({ "dgm1." + base64url_encode(text) })) << text;
}

} // namespace
} // namespace dragoman::translate
