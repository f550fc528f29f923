#include "anthropic/decode_request.h"
#include "translate/image_path.h"

#include <gtest/gtest.h>

namespace dragoman::translate {

namespace {

std::string path_in(std::string_view messages)
{
    json::Document document;
    const std::string body = R"({"model":"m","max_tokens":1,"messages":)" + std::string(messages) + "}";
    auto request = anthropic::decode_request(document, body);
    EXPECT_TRUE(request) << (request ? "" : request.error().message);
    return request ? last_image_path(*request) : "";
}

} // namespace

TEST(ImagePath, NamesTheNewestPicture)
{
    const std::string image =
        R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"aa"}})";
    EXPECT_EQ(path_in(R"([{"role":"user","content":"no"}])"), "");
    EXPECT_EQ(path_in(R"([{"role":"user","content":[)" + image + R"(,{"type":"text","text":"x"},)" + image
                  + R"(]},{"role":"assistant","content":"y"}])"),
        "messages.0.content.2");
    EXPECT_EQ(path_in(R"([{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[)"
                      R"({"type":"text","text":"x"},)"
                  + image + "]}]}]"),
        "messages.0.content.0.tool_result.content.1");
}

} // namespace dragoman::translate
