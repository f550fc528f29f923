#include "support/chat_call.h"
#include "translate/media.h"

namespace dragoman::translate {

using test::chat_messages;
using test::chat_target;
using test::Json;

namespace {

constexpr std::string_view png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

std::string image(std::string_view media_type, std::string_view data)
{
    return R"({"type":"image","source":{"type":"base64","media_type":")" + std::string(media_type)
        + R"(","data":")" + std::string(data) + R"("}})";
}

std::string user(std::string_view blocks)
{
    return R"({"role":"user","content":[)" + std::string(blocks) + "]}";
}

std::string image_url(std::string_view media_type, std::string_view data)
{
    return "data:" + std::string(media_type) + ";base64," + std::string(data);
}

std::string calls(int count)
{
    std::string blocks;
    for (int i = 1; i <= count; ++i)
        blocks += (i > 1 ? "," : "")
            + (R"({"type":"tool_use","id":"t)" + std::to_string(i) + R"(","name":"Read","input":{}})");
    return R"({"role":"user","content":"go"},{"role":"assistant","content":[)" + blocks + "]},";
}

std::string result(int id, std::string_view blocks)
{
    return R"({"type":"tool_result","tool_use_id":"t)" + std::to_string(id) + R"(","content":[)"
        + std::string(blocks) + "]}";
}

} // namespace

TEST(Media, SendsPicturesAsDataUrls) // R13
{
    Json messages = chat_messages(user(R"({"type":"text","text":"look"},)" + image("image/png", png)));
    EXPECT_EQ(messages.at(0)["content"],
        (Json::array({ { { "type", "text" }, { "text", "look" } },
            { { "type", "image_url" }, { "image_url", { { "url", image_url("image/png", png) } } } } })));
    Json url =
        chat_messages(user(R"({"type":"image","source":{"type":"url","url":"https://x.example/a.png"}})"));
    EXPECT_EQ(url.at(0)["content"][0]["image_url"]["url"], "https://x.example/a.png");
    Json file = chat_messages(user(R"({"type":"image","source":{"type":"file","file_id":"file_1"}})"));
    EXPECT_EQ(file.at(0)["content"], "[image file file_1 unavailable]");
}

TEST(Media, ReadsTheKindOfAPictureFromItsBytes) // R14
{
    EXPECT_EQ(sniff_image(png, "image/jpeg"), "image/png");
    EXPECT_EQ(sniff_image("/9j/4AAQSkZJRgABAQAAAQABAAD", "image/png"), "image/jpeg");
    EXPECT_EQ(sniff_image("R0lGODlhAQABAIAAAAAAAP", "image/png"), "image/gif");
    EXPECT_EQ(sniff_image("UklGRiQAAABXRUJQVlA4IBgAAAA", "image/png"), "image/webp");
    EXPECT_EQ(sniff_image("AAAA", "image/bmp"), "image/bmp");
    EXPECT_EQ(sniff_image("", ""), "image/png");
    EXPECT_EQ(sniff_image("!!", "image/gif"), "image/gif");
    Json messages = chat_messages(user(image("image/jpeg", png)));
    EXPECT_EQ(messages.at(0)["content"][0]["image_url"]["url"], image_url("image/png", png));
}

TEST(Media, TellsATextOnlyModelThatThereWasAPicture) // R15
{
    route::Target target = test::text_only_target("deepseek/deepseek-v3.2");
    constexpr std::string_view note = "[image omitted: model deepseek/deepseek-v3.2 accepts text only]";
    EXPECT_EQ(chat_messages(user(image("image/png", png)), target).at(0)["content"], note);
    Json messages = chat_messages(calls(1) + user(result(1, image("image/png", png))), target);
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(messages[2]["content"], note);
}

TEST(Media, SendsPdfsAsFiles) // R16
{
    Json named = chat_messages(user(R"({"type":"document","title":"Plan.pdf","source":{"type":"base64",
        "media_type":"application/pdf","data":"JVBERi0="}})"));
    EXPECT_EQ(named.at(0)["content"][0], Json::parse(R"({"type":"file","file":{"filename":"Plan.pdf",
        "file_data":"data:application/pdf;base64,JVBERi0="}})"));
    Json url =
        chat_messages(user(R"({"type":"document","source":{"type":"url","url":"https://x.example/a.pdf"}})"));
    EXPECT_EQ(url.at(0)["content"][0]["file"],
        Json::parse(R"({"filename":"document.pdf","file_data":"https://x.example/a.pdf"})"));
}

TEST(Media, GivesAPdfANameThatSaysWhatItIs) // R16
{
    auto name = [](const std::string& title) {
        return chat_messages(
            user(R"({"type":"document","title":")" + title
                + R"(","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="}})"))
            .at(0)["content"][0]["file"]["filename"];
    };
    EXPECT_EQ(name("Plan"), "Plan.pdf");
    EXPECT_EQ(name("Plan v1.2"), "Plan v1.2.pdf");
    EXPECT_EQ(name("PLAN.PDF"), "PLAN.PDF");
}

TEST(Media, NamesTheAddressOfAPdfOnlyToARouter) // R16
{
    const route::Target openai = test::at("openai", test::unlisted("gpt-4.1"));
    const Json content = chat_messages(
        user(R"({"type":"document","source":{"type":"url","url":"https://x.example/a.pdf"}})"), openai)
                             .at(0)["content"];
    EXPECT_EQ(content, "[document at https://x.example/a.pdf omitted: it cannot be read here]");
}

TEST(Media, TellsWhatTheClientSaysAboutAPdf) // R16
{
    Json messages = chat_messages(user(R"({"type":"document","title":"Plan.pdf","context":"A draft",
        "source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="}})"));
    ASSERT_EQ(messages.at(0)["content"].size(), 2U);
    EXPECT_EQ(messages[0]["content"][0]["text"], "Context of the document \"Plan.pdf\": A draft");
    EXPECT_EQ(messages[0]["content"][1]["type"], "file");
}

TEST(Media, TellsAnUpstreamWithoutFilesThatThereWasAPdf) // R16
{
    const route::Target target = test::elsewhere(test::unlisted("some-model"));
    EXPECT_EQ(chat_messages(user(R"({"type":"document","title":"Plan","source":{"type":"base64",
        "media_type":"application/pdf","data":"JVBERi0="}})"),
                  target)
                  .at(0)["content"],
        R"([document "Plan" omitted: files of this kind cannot be read here])");
    EXPECT_EQ(
        chat_messages(
            user(R"({"type":"document","source":{"type":"url","url":"https://x.example/a.pdf"}})"), target)
            .at(0)["content"],
        "[document at https://x.example/a.pdf omitted: it cannot be read here]");
}

TEST(Media, SendsDocumentsOfTextAsText) // R16
{
    EXPECT_EQ(chat_messages(user(R"({"type":"document","title":"T","context":"C",
        "source":{"type":"text","media_type":"text/plain","data":"a\nb"}})"))
                  .at(0)["content"],
        "<document title=\"T\" context=\"C\">\na\nb\n</document>");
    EXPECT_EQ(chat_messages(user(R"({"type":"document","source":{"type":"base64","media_type":"text/plain",
        "data":"w6R4"}})"))
                  .at(0)["content"],
        "<document>\näx\n</document>");
    EXPECT_EQ(chat_messages(user(R"({"type":"document","source":{"type":"base64","media_type":"text/plain",
        "data":"/w=="}})"))
                  .at(0)["content"],
        "[document omitted: files of this kind cannot be read here]");
    Json expanded = chat_messages(user(R"({"type":"document","source":{"type":"content","content":[
        {"type":"text","text":"one"},)"
        + image("image/png", png) + R"(,{"type":"text","text":"two"}]}})"));
    EXPECT_EQ(
        expanded.at(0)["content"][0]["text"], "<document>\none\n[image 1 attached below]\ntwo\n</document>");
    EXPECT_EQ(expanded[0]["content"][1]["type"], "image_url");
}

TEST(Media, SendsSearchResultsAsText)
{
    EXPECT_EQ(chat_messages(user(R"({"type":"search_result","title":"T","source":"https://s.example",
        "citations":{"enabled":true},"content":[{"type":"text","text":"found"}]})"))
                  .at(0)["content"],
        "<search_result title=\"T\" source=\"https://s.example\">\nfound\n</search_result>");
}

TEST(Media, MovesPicturesOutOfToolResults) // R19
{
    Json messages = chat_messages(
        calls(1) + user(result(1, R"({"type":"text","text":"read"},)" + image("image/png", png))));
    ASSERT_EQ(messages.size(), 4U);
    EXPECT_EQ(messages[2]["content"], "read\n[image 1 attached below]");
    EXPECT_EQ(messages[3]["role"], "user");
    EXPECT_EQ(messages[3]["content"][0]["text"], "Media from tool result t1:");
    EXPECT_EQ(messages[3]["content"][1]["type"], "image_url");
}

TEST(Media, CollectsPicturesOfParallelResultsInOneMessage) // R20
{
    Json messages = chat_messages(calls(2)
        + user(result(1, image("image/png", png)) + "," + result(2, image("image/png", png))
            + R"(,{"type":"text","text":"well?"})"));
    ASSERT_EQ(messages.size(), 5U);
    EXPECT_EQ(messages[2]["role"], "tool");
    EXPECT_EQ(messages[3]["role"], "tool");
    const Json& content = messages[4]["content"];
    ASSERT_EQ(content.size(), 5U);
    EXPECT_EQ(content[0]["text"], "Media from tool result t1:");
    EXPECT_EQ(content[1]["type"], "image_url");
    EXPECT_EQ(content[2]["text"], "Media from tool result t2:");
    EXPECT_EQ(content[3]["type"], "image_url");
    EXPECT_EQ(content[4]["text"], "well?");
}

TEST(Media, PutsASystemMessageAfterThePicturesOfItsTurn) // R8
{
    std::string history =
        calls(1) + user(result(1, image("image/png", png))) + R"(,{"role":"system","content":"X"})";
    Json messages = chat_messages(history);
    ASSERT_EQ(messages.size(), 5U);
    EXPECT_EQ(messages[3]["role"], "user");
    EXPECT_EQ(messages[4]["role"], "system");
    Json folded = chat_messages(history, "deepseek/deepseek-v3.2");
    ASSERT_EQ(folded.size(), 4U);
    EXPECT_EQ(folded[3]["content"].back()["text"], "<system-reminder>\nX\n</system-reminder>");
}

TEST(Media, KeepsPicturesOfAResultWithoutACall) // R25
{
    Json messages = chat_messages(user(result(9, image("image/png", png))));
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(
        messages[0]["content"][0]["text"], "[Result of an earlier tool call t9]\n[image 1 attached below]");
    EXPECT_EQ(messages[0]["content"][1]["type"], "image_url");
}

} // namespace dragoman::translate
