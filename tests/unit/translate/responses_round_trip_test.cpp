// From an upstream's answer through the client's history back to the same upstream: what the model thought,
// said and called must come back as it was.
#include "support/answers.h"
#include "support/responses_call.h"
#include "translate/responses_answer.h"

namespace dragoman::translate {

namespace {

using test::Json;

// The items that go back upstream after the answer in golden/responses/streams/NAME.
Json sent_back(const std::string& name, bool stream)
{
    const std::string path = std::string(TESTS_DIR) + "/golden/responses/streams/" + name + ".upstream.sse";
    const route::Target target = test::responses_target("gpt-5.1");
    Json request = { { "model", "claude-x" }, { "max_tokens", 1000 }, { "stream", stream },
        { "messages", Json::array({ { { "role", "user" }, { "content", "Go on." } } }) } };
    auto call = test::responses_call(request.dump(), target);
    EXPECT_TRUE(call);
    CountingIds ids;
    json::Document document;
    ResponsesAnswer answer(call->plan, ids, document);
    std::string out;
    EXPECT_TRUE(answer.feed(test::read_file(path), out));
    EXPECT_TRUE(answer.finish(out));
    const Json message = stream ? test::accumulate(out) : Json::parse(out);
    request["messages"].push_back({ { "role", "assistant" }, { "content", message["content"] } });
    request["messages"].push_back({ { "role", "user" }, { "content", "And?" } });
    return test::responses_json(request.dump(), target)["input"];
}

// What the upstream said itself, as its last event has it, in the form in which it takes it back.
Json said(const std::string& name)
{
    const std::string path = std::string(TESTS_DIR) + "/golden/responses/streams/" + name + ".upstream.sse";
    const std::string stream = test::read_file(path);
    sse::Decoder decoder;
    decoder.feed(stream);
    Json output;
    while (auto event = decoder.next())
        output = Json::parse(event->data)["response"]["output"];
    return output;
}

void expect_same(const std::string& name)
{
    for (bool stream : { true, false }) {
        const Json input = sent_back(name, stream);
        const Json output = said(name);
        ASSERT_GE(input.size(), output.size() + 2) << input;
        for (std::size_t i = 0; i < output.size(); ++i) {
            const Json& item = input[i + 1];
            for (const char* field :
                { "type", "encrypted_content", "summary", "call_id", "name", "arguments", "phase" }) {
                if (output[i].contains(field)) {
                    EXPECT_EQ(item[field], output[i][field]) << name << " " << i;
                }
            }
            if (output[i]["type"] == "message") {
                EXPECT_EQ(item["content"][0]["text"], output[i]["content"][0]["text"]);
            }
            if (item.contains("id")) {
                EXPECT_EQ(item["id"], output[i]["id"]);
            }
        }
    }
}

} // namespace

TEST(ResponsesRoundTrip, BringsEverythingBack)
{
    for (const char* name : { "text", "reasoning_text", "parallel_tools", "parallel_tools_interleaved",
             "reasoning_between_calls", "phases", "only_the_end", "late_encrypted_content" })
        expect_same(name);
}

// Its thoughts are told in whole when everything else is over, and still go back in front of it.
TEST(ResponsesRoundTrip, BringsThoughtsBackToTheirPlaceWithoutAnIndex)
{
    for (bool stream : { true, false }) {
        const Json input = sent_back("llamacpp_without_index", stream);
        ASSERT_GE(input.size(), 5U) << input;
        EXPECT_EQ(input[1]["type"], "reasoning") << input;
        EXPECT_EQ(input[1]["content"][0]["text"], "We list.");
        EXPECT_EQ(input[2]["type"], "message");
        EXPECT_EQ(input[3]["arguments"], R"({"command":"ls"})");
        EXPECT_EQ(input[4]["call_id"], "call_Ly0UorXaSwZt2bCd");
        EXPECT_EQ(input.dump().find("We list.", input.dump().find("We list.") + 1), std::string::npos);
    }
}

TEST(ResponsesRoundTrip, KeepsTheSearchThatAThoughtLedTo)
{
    const Json input = sent_back("web_search", true);
    std::vector<std::string> types;
    for (const Json& item : input)
        types.push_back(item["type"]);
    EXPECT_EQ(types,
        (std::vector<std::string> {
            "message", "reasoning", "web_search_call", "reasoning", "message", "message" }));
}

} // namespace dragoman::translate
