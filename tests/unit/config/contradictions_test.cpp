#include "load_support.h"

namespace dragoman::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view two_upstreams = "[upstreams.home]\nbase_url = \"http://127.0.0.1:1/v1\"\n"
                                           "[upstreams.groq]\n";

class ContradictionTest : public LoadTest {
protected:
    ContradictionTest() { environment_["GROQ_API_KEY"] = "gsk-1"; }
    std::vector<std::string> warned(std::string_view text)
    {
        file(text);
        loaded();
        for (std::string& one : warnings_)
            for (auto at = one.find(file_); at != std::string::npos; at = one.find(file_))
                one.replace(at, file_.size(), "config.toml");
        return warnings_;
    }
    // Routes behind two upstreams, which take three lines.
    std::vector<std::string> warned_of_routes(std::string_view routes)
    {
        return warned(std::string(two_upstreams) + std::string(routes));
    }
};

TEST_F(ContradictionTest, APresetIsOneOfTheList)
{
    file("[upstreams.mine]\npreset = \"grok\"\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(
            ::testing::AllOf(HasSubstr("config.toml:2:10: upstreams.mine.preset must be \"openrouter\", "),
                HasSubstr("did you mean groq?"))));
}

TEST_F(ContradictionTest, AProviderSpeaksOnlyWhatItOffers)
{
    file("[upstreams.groq]\ndialect = \"messages\"\n[upstreams.anthropic]\ndialect = \"chat\"\n"
         "[upstreams.zai]\ndialect = \"responses\"\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(
            HasSubstr("config.toml:2:11: upstreams.groq.dialect: Groq does not offer messages; there is "
                      "chat, responses"),
            HasSubstr("config.toml:4:11: upstreams.anthropic.dialect: Anthropic does not offer chat; there "
                      "is messages"),
            HasSubstr("config.toml:6:11: upstreams.zai.dialect: Z.ai does not offer responses; "
                      "there is chat, "
                      "messages")));
    file("[upstreams.groq]\ndialect = \"messages\"\nbase_url = \"https://relay.example/v1\"\n");
    EXPECT_EQ(loaded().main().dialect, Upstream::Dialect::messages) << "another address is another server";
    file("[upstreams.groq]\ndialect = \"messages\"\nmessages_url = \"https://relay.example/v1/messages\"\n");
    EXPECT_EQ(loaded().main().messages_url, "https://relay.example/v1/messages");
}

TEST_F(ContradictionTest, AQuirkIsEitherAddedOrTakenAway)
{
    file("[upstreams.groq]\nquirks = [\"own_ids\", \"-own_ids\"]\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(HasSubstr("config.toml:2:22: upstreams.groq.quirks both adds and takes away own_ids")));
}

TEST_F(ContradictionTest, AKeyStandsInAPoolOnce)
{
    file("[upstreams.groq]\nkeys = [{ env = \"A\" }, { env = \"B\" }, { env = \"A\" }]\n");
    EXPECT_THAT(
        mistakes(), ElementsAre(HasSubstr("config.toml:2:39: upstreams.groq.keys has this key twice")));
}

TEST_F(ContradictionTest, AnAnswerIsAPartOfTheWindow)
{
    file("[upstreams.groq.models.\"x-*\"]\ncontext = 1000\noutput = 2000\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(
            HasSubstr("config.toml:3:10: upstreams.groq.models.x-*.output cannot be more than context")));
}

TEST_F(ContradictionTest, AFallbackIsAnotherTarget)
{
    file(std::string(two_upstreams)
        + "[[routes]]\ntargets = [\"home/a\", \"groq/b\", { target = \"home/a\", first_byte = \"1s\" }]\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(HasSubstr("config.toml:5:32: routes.targets: the target home/a stands there twice")));
    file("[upstreams.openrouter]\n[[routes]]\ntargets = [\"openrouter/a/b\", "
         "{ target = \"openrouter/a/b\", provider = { sort = \"latency\" } }]\n");
    EXPECT_EQ(loaded().routes.front().targets.size(), 2U) << "asked for something else, it is another one";
}

TEST_F(ContradictionTest, ARouteBehindOneThatFitsMoreNeverCounts)
{
    EXPECT_THAT(warned_of_routes("[[routes]]\ntargets = [\"home/a\"]\n"
                                 "[[routes]]\nwhen = { family = \"opus\" }\ntargets = [\"groq/b\"]\n"),
        ElementsAre(HasSubstr("config.toml:6:1: this route never counts: whatever fits it fits the one at "
                              "config.toml:4:1 before")));
    EXPECT_THAT(
        warned_of_routes(
            "[[routes]]\nwhen = { model = \"gpt-*\" }\ntargets = [\"home/a\"]\n"
            "[[routes]]\nwhen = { model = \"GPT-5\", scenario = \"image\" }\ntargets = [\"groq/b\"]\n"),
        ElementsAre(HasSubstr("config.toml:7:1: this route never counts")));
    EXPECT_THAT(warned_of_routes("[[routes]]\nwhen = { tokens_over = 100 }\ntargets = [\"home/a\"]\n"
                                 "[[routes]]\nwhen = { tokens_over = 200 }\ntargets = [\"groq/b\"]\n"),
        ElementsAre(HasSubstr("config.toml:7:1: this route never counts")));
}

TEST_F(ContradictionTest, ARouteThatCanCountIsNoneOfThem)
{
    EXPECT_THAT(warned_of_routes(
                    "[[routes]]\nwhen = { tokens_over = 200 }\ntargets = [\"home/a\"]\n"
                    "[[routes]]\nwhen = { tokens_over = 100 }\ntargets = [\"groq/b\"]\n"
                    "[[routes]]\nwhen = { family = \"opus\", model = \"claude-*\" }\ntargets = [\"groq/b\"]\n"
                    "[[routes]]\nwhen = { model = \"gpt-*\" }\ntargets = [\"home/a\"]\n"
                    "[[routes]]\nwhen = { model = \"*\" }\ntargets = [\"home/a\"]\n"
                    "[[routes]]\nname = \"asked-for\"\ntargets = [\"groq/b\"]\n"),
        IsEmpty());
}

TEST_F(ContradictionTest, ARouteWhoseConditionsExcludeEachOtherNeverCounts)
{
    EXPECT_THAT(warned_of_routes(
                    "[[routes]]\nwhen = { family = \"opus\", model = \"gpt-5\" }\ntargets = [\"home/a\"]\n"
                    "[[routes]]\nwhen = { family = \"opus\", model = \"gpt-*\" }\ntargets = [\"home/a\"]\n"),
        ElementsAre(
            HasSubstr(
                "config.toml:4:1: this route never counts: no name of the family opus is like gpt-5; take "
                "one of the two out of when"),
            HasSubstr("config.toml:7:1: this route never counts: no name of the family opus is like gpt-*")));
}

TEST_F(ContradictionTest, ARouteForANamedTargetNeverCountsWhileClientsMayNameThem)
{
    constexpr std::string_view route = "[[routes]]\nwhen = { model = \"home/a\" }\ntargets = [\"groq/b\"]\n";
    EXPECT_THAT(warned_of_routes(route),
        ElementsAre(HasSubstr(
            "config.toml:4:1: this route never counts: a client that asks for home/a names a target")));
    EXPECT_THAT(
        warned("[server]\nclient_targets = false\n" + std::string(two_upstreams) + std::string(route)),
        IsEmpty());
}

TEST_F(ContradictionTest, AmongSeveralUpstreamsOneWithoutAKeyIsSaid)
{
    environment_.clear();
    EXPECT_THAT(warned(two_upstreams),
        ElementsAre(
            HasSubstr("config.toml:3:12: upstreams.groq has no key, and is passed over: set GROQ_API_KEY")));
    EXPECT_THAT(warned("[upstreams.groq]\n"), IsEmpty()) << "alone it is degraded, which is said elsewhere";
    file("[upstreams.groq]\nkey_file = \"/nowhere/key\"\n");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("config.toml:2:12")));
}

TEST_F(ContradictionTest, TimesFitIntoEachOther)
{
    EXPECT_THAT(warned("[upstreams.groq]\nfirst_byte = \"2m\"\nidle = \"30s\"\nstream_total = "
                       "\"60s\"\nconnect = \"3m\"\n"),
        ElementsAre(HasSubstr("config.toml:1:12: upstreams.groq.first_byte is longer than stream_total"),
            HasSubstr("upstreams.groq.connect is longer than first_byte")));
}

TEST_F(ContradictionTest, LimitsForEachAreNotMoreThanForAll)
{
    EXPECT_THAT(warned("[limits]\neach = { requests = 20, body_bytes = \"1GB\" }\nall = { requests = 10, "
                       "body_bytes = \"16MiB\" }\n"),
        ElementsAre(HasSubstr("config.toml:1:1: limits.each.requests is more than limits.all.requests"),
            HasSubstr("limits.each.body_bytes is more than limits.all.body_bytes"),
            HasSubstr("limits.all.body_bytes is less than server.request_body: a request of that size is "
                      "refused")));
}

TEST_F(ContradictionTest, ANameThatIsNearlyAnUpstreamsIsAskedAbout)
{
    const std::string upstreams =
        "[upstreams.home]\nbase_url = \"http://127.0.0.1:1/v1\"\n[upstreams.groq]\n";
    EXPECT_THAT(warned("[models]\nbig = \"grok/x\"\nsmall = \"groq/y\"\n" + upstreams),
        ElementsAre(HasSubstr(
            "config.toml:2:7: grok/x is a model of the first upstream, home, since there is no upstream "
            "grok; did you mean groq/x?")));
    EXPECT_THAT(
        warned("[models]\nbig = \"grok/x\"\n[upstreams.openrouter]\nkey = \"sk-or-1\"\n[upstreams.groq]\n"),
        IsEmpty())
        << "OpenRouter's models have vendors";
}

} // namespace
} // namespace dragoman::config
