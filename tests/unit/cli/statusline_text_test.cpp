#include "cli/statusline_text.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::cli {

namespace {

using testing::HasSubstr;
using testing::Not;

// As Claude Code 2.1 writes it.
constexpr std::string_view from_client = R"({"session_id":"abc-1","transcript_path":"/tmp/x","cwd":"/src",
    "model":{"id":"claude-opus-4-8[1m]","display_name":"Opus 4.8"},"workspace":{"current_dir":"/src"},
    "cost":{"total_cost_usd":0.3812,"total_duration_ms":1000},
    "context_window":{"total_input_tokens":999999,"total_output_tokens":5,"context_window_size":200000,
        "current_usage":{"input_tokens":2000,"output_tokens":5,"cache_creation_input_tokens":3000,
            "cache_read_input_tokens":45000},"used_percentage":25,"remaining_percentage":75}})";

constexpr std::string_view from_dragoman = R"({"session":"abc-1","requests":3,"cost_usd":0.0123,
    "model":"openai/gpt-oss-20b","provider":"Groq","answering":[
        {"client_model":"claude-haiku-4-5","model":"openai/gpt-oss-20b","provider":"Groq"},
        {"client_model":"claude-opus-4-8","model":"openai/gpt-5.5","provider":"Azure","context_window":100000}]})";

const Style no_colours {};

std::string line(std::string_view client, std::string_view dragoman, const Style& style = no_colours)
{
    const ClientState state = read_client_state(client);
    return statusline_text(state, read_session_state(dragoman, state.model_id), style);
}

} // namespace

TEST(Statusline, NamesTheModelThatAnswersItsWindowAndWhatWasBilled)
{
    EXPECT_EQ(line(from_client, from_dragoman), "openai/gpt-5.5 (Azure) · context 50% of 100k · $0.01");
}

TEST(Statusline, NamesWhoAnsweredLastWhenTheModelHasJustBeenChanged)
{
    std::string other(from_client);
    other.replace(other.find("claude-opus-4-8[1m]"), 19, "claude-sonnet-4-5");
    EXPECT_EQ(line(other, from_dragoman), "openai/gpt-oss-20b (Groq) · context 25% of 200k · $0.01");
}

TEST(Statusline, NamesWhoWouldAnswerBeforeAnybodyHas)
{
    const std::string_view fresh = R"({"requests":0,"cost_usd":null,"answering":[],
        "next":{"client_model":"claude-opus-4-8","model":"openai/gpt-5.5","provider":"","context_window":100000}})";
    EXPECT_EQ(line(from_client, fresh), "openai/gpt-5.5 · context 50% of 100k");
    std::string changed(from_dragoman);
    changed.insert(1, R"("next":{"client_model":"x","model":"z-ai/glm-4.6"},)");
    EXPECT_EQ(line(R"({"model":{"id":"x"}})", changed), "z-ai/glm-4.6 · $0.01");
    EXPECT_EQ(line(R"({"model":{"id":"claude-opus-4-8"}})", changed), "openai/gpt-5.5 (Azure) · $0.01");
}

TEST(Statusline, ShowsTheClientsFiguresWithoutDragoman)
{
    EXPECT_EQ(line(from_client, ""), "Opus 4.8 · context 25% of 200k · ~$0.38");
    EXPECT_EQ(
        line(from_client, R"({"error":{"message":"Not Found"}})"), "Opus 4.8 · context 25% of 200k · ~$0.38");
}

TEST(Statusline, KnowsNoCostWhereTheUpstreamNamesNone)
{
    const std::string_view free = R"({"cost_usd":null,"answering":[{"client_model":"x","model":"qwen3"}]})";
    EXPECT_EQ(line(from_client, free), "qwen3 · context 25% of 200k");
}

TEST(Statusline, IsContentWithWhatIsThere)
{
    EXPECT_EQ(line("", ""), "dragoman");
    EXPECT_EQ(line("no JSON", "neither"), "dragoman");
    EXPECT_EQ(line("[]", "[]"), "dragoman");
    EXPECT_EQ(line(R"({"model":{"id":"claude-opus-4-8"}})", ""), "claude-opus-4-8");
    EXPECT_EQ(line(R"({"model":5,"context_window":{"used_percentage":null},"cost":"x"})", ""), "dragoman");
    EXPECT_EQ(line(R"({"model":{"display_name":"Opus"},"context_window":{"used_percentage":7.6}})", ""),
        "Opus · context 8%");
    EXPECT_EQ(line(R"({"context_window":{"total_input_tokens":500,"context_window_size":1000}})", ""),
        "context 50% of 1000");
    EXPECT_EQ(
        line(R"({"context_window":{"used_percentage":-1},"cost":{"total_cost_usd":-1}})", ""), "dragoman");
}

TEST(Statusline, ReckonsWithTheSmallerWindow)
{
    const std::string_view large =
        R"({"cost_usd":0,"answering":[{"client_model":"claude-opus-4-8","model":"m",
        "context_window":1000000}]})";
    EXPECT_EQ(line(from_client, large), "m · context 25% of 200k · $0.00");
}

TEST(Statusline, LetsNothingSteerTheTerminal)
{
    const std::string text = line(
        R"({"session_id":"a","model":{"id":"x","display_name":"\u001b]0;title\u0007Opus\r\n\u009b31m\u202e!"}})",
        "");
    EXPECT_EQ(text, "]0;titleOpus31m!");
    const std::string dragoman =
        R"({"answering":[{"client_model":"x","model":"a\u001b[2Jb","provider":"\u0000c"}]})";
    EXPECT_EQ(line(R"({"model":{"id":"x"}})", dragoman), "a[2Jb (c)");
    const std::string endless = R"({"model":{"id":")" + std::string(5000, 'a') + R"("}})";
    EXPECT_LT(line(endless, "").size(), 100);
}

TEST(Statusline, ColoursAWindowThatIsNearlyFull)
{
    const Style coloured = Style::unless_forbidden({});
    const auto at = [&](int percent) {
        return line(
            R"({"context_window":{"used_percentage":)" + std::to_string(percent) + "}}", "", coloured);
    };
    EXPECT_THAT(at(10), HasSubstr("\x1b[32m10%\x1b[0m"));
    EXPECT_THAT(at(60), HasSubstr("\x1b[33m60%\x1b[0m"));
    EXPECT_THAT(at(85), HasSubstr("\x1b[31m85%\x1b[0m"));
    EXPECT_THAT(line(from_client, from_dragoman), Not(HasSubstr("\x1b")));
}

TEST(Style, ListensToNoColor)
{
    const auto coloured = [](const Environment& environment) {
        return Style::unless_forbidden(environment).coloured();
    };
    EXPECT_TRUE(coloured({}));
    EXPECT_TRUE(coloured({ { "NO_COLOR", "" }, { "TERM", "xterm" } }));
    EXPECT_FALSE(coloured({ { "NO_COLOR", "1" } }));
    EXPECT_FALSE(coloured({ { "TERM", "dumb" } }));
}

} // namespace dragoman::cli
