// What people get wrong in a file with three upstreams: each message names the line, the key and what to do.
#include "config/check_config.h"
#include "load_support.h"

namespace dragoman::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view three_upstreams = R"([models]
big = "groq/openai/gpt-oss-120b"
[upstreams.groq]
key = "gsk-1"
[upstreams.home]
base_url = "http://127.0.0.1:8000/v1"
[upstreams.openai]
key = "sk-1"
[[routes]]
name = "quick"
when = { scenario = "background" }
targets = ["home/qwen3", "groq/openai/gpt-oss-20b"]
[[routes]]
targets = ["groq/openai/gpt-oss-120b", "openai/gpt-5.5", "home/qwen3"]
)";

struct Mistake {
    std::string_view name; // of what somebody did
    std::string_view written, instead_of; // nothing: at the end of the file
    std::vector<std::string_view> said; // one for each mistake
};

const std::vector<Mistake> all_mistakes {
    { "ATypoInATable", "[[route]]\nname", "[[routes]]\nname",
        { ":9:3: unknown key route; did you mean routes?" } },
    { "ATypoInAKey", "kye = \"gsk-1\"", "key = \"gsk-1\"",
        { ":4:1: unknown key upstreams.groq.kye; did you mean key?" } },
    { "AnUnknownKeyOfFew", "retries = 3\nname", "name",
        { ":10:1: unknown key routes.retries; there are name, when, targets, midstream" } },
    { "AnUnknownKeyOfMany", "key = \"gsk-1\"\nverify_ssl = false", "key = \"gsk-1\"",
        { ":5:1: unknown key upstreams.groq.verify_ssl; docs/operating.md lists those that there are" } },
    { "AWrongType", "key = \"gsk-1\"\nparallel = \"4\"", "key = \"gsk-1\"",
        { ":5:12: upstreams.groq.parallel must be a whole number, not a string" } },
    { "ATimeWithoutAUnit", "key = \"gsk-1\"\nfirst_byte = \"20\"", "key = \"gsk-1\"",
        { ":5:14: upstreams.groq.first_byte is no duration; write a number with a unit, such as" } },
    { "AnUnknownPreset", "key = \"gsk-1\"\npreset = \"grok\"", "key = \"gsk-1\"",
        { ":5:10: upstreams.groq.preset must be \"openrouter\", " } },
    { "ATargetThatIsNotThere", "hone/qwen3", "home/qwen3",
        { ":12:12: routes.targets: the target hone/qwen3 names no upstream of this file; there are: groq, "
          "home, "
          "openai; did you mean home/qwen3?" } },
    { "ATargetWithoutAnUpstream", "\"qwen3\",", "\"home/qwen3\",",
        { ":12:12: routes.targets: the target qwen3 names no upstream of this file; there are: groq, home, "
          "openai; a "
          "target is upstream/model, such as groq/qwen3" } },
    { "ATargetInAnotherNotation", "home,qwen3", "home/qwen3", { "did you mean home/qwen3?" } },
    { "ARouteAsATarget", "\"quick\",", "\"home/qwen3\",",
        { "a route cannot be a target of another: write its targets here" } },
    { "OneTargetWithoutAnArray", "targets = \"home/qwen3\"",
        "targets = [\"home/qwen3\", \"groq/openai/gpt-oss-20b\"]",
        { ":12:11: routes.targets needs targets, such as [" } },
    { "TheSameTargetTwice", "\"home/qwen3\"]", "\"groq/openai/gpt-oss-20b\"]",
        { ":12:26: routes.targets: the target home/qwen3 stands there twice: a fallback has to be another "
          "one; take one "
          "out" } },
    { "TheSameUpstreamTwice", "[upstreams.groq]\nkey = \"b\"\n", "",
        { ":15:1: this is not TOML: Error while parsing table header: cannot redefine existing table; "
          "[upstreams.groq] "
          "stands there twice: keep one of them" } },
    { "TheSameKeyTwice", "key = \"gsk-1\"\nkey = \"gsk-2\"", "key = \"gsk-1\"",
        { "; key stands there twice: keep one of them" } },
    { "TheSameModelTwice", "[upstreams.home.models.a]\n[upstreams.home.models.a]\n", "",
        { "; [upstreams.home.models.a] stands there twice: keep one of them" } },
    { "ATextWithoutQuotes", "key = gsk-1", "key = \"gsk-1\"", { ":4:7: this is not TOML: " } },
    { "ATextThatIsNotClosed", "key = \"gsk-1", "key = \"gsk-1\"",
        { "; the text of key is not closed by a quote" } },
    { "ANegativeLimit", "[limits]\nall = { requests = -1 }\n", "",
        { ":16:20: limits.all.requests must be from 1 to 1000000000; leave it out where there shall be no "
          "limit" } },
    { "ALimitOfNobody", "[limits]\nrequests = 5\n", "",
        { ":16:1: unknown key limits.requests; there are each, all" } },
    { "AKeyInlineAndInAFile", "key = \"gsk-1\"\nkey_file = \"/nowhere\"", "key = \"gsk-1\"",
        { ":5:12: upstreams.groq.key_file and key cannot both be given; keep the one that holds" } },
    { "AKeyFileThatIsNotThere", "key_file = \"/nowhere\"", "key = \"gsk-1\"",
        { ":4:12: upstreams.groq.key_file: cannot read /nowhere" } },
    { "AVariableForAKey", "key = \"${GROQ_KEY}\"", "key = \"gsk-1\"",
        { ":4:7: upstreams.groq.key names a variable where the key itself belongs; write key_env = "
          "\"GROQ_KEY\"" } },
    { "AVariableForAKeyOfAPool", "keys = [{ key = \"os.environ/GROQ_KEY\" }]", "key = \"gsk-1\"",
        { ":4:17: upstreams.groq.keys.key names a variable where the key itself belongs; write env = "
          "\"GROQ_KEY\"" } },
    { "AKeyOfTwoWords", "key = \"gsk 1\"", "key = \"gsk-1\"",
        { ":4:7: upstreams.groq.key is no key: a key is one word of ASCII" } },
    { "TheSameKeyTwiceInAPool", "keys = [{ key = \"a\" }, { key = \"a\" }]", "key = \"gsk-1\"",
        { ":4:24: upstreams.groq.keys has this key twice" } },
    { "AWeightOfNothing", "keys = [{ key = \"a\", weight = 0 }]", "key = \"gsk-1\"",
        { ":4:31: upstreams.groq.keys.weight must be from 1 to 1000" } },
    { "AnAddressWithoutAScheme", "\"127.0.0.1:8000/v1\"", "\"http://127.0.0.1:8000/v1\"",
        { ":6:12: upstreams.home.base_url is no URL that begins with https:// or http://; did you mean "
          "http://127.0.0.1:8000/v1?" } },
    { "NoAddress", "[upstreams.home]\n[upstreams.openai]",
        "[upstreams.home]\nbase_url = \"http://127.0.0.1:8000/v1\"\n[upstreams.openai]",
        { ":5:1: upstreams.home needs a preset, such as preset = \"openrouter\", or a base_url" } },
    { "AMisspeltDialect", "key = \"gsk-1\"\ndialect = \"chats\"", "key = \"gsk-1\"",
        { ":5:11: upstreams.groq.dialect must be \"auto\", \"chat\", \"messages\" or \"responses\"; did you "
          "mean chat?" } },
    { "ADialectThatNobodyOffers", "key = \"gsk-1\"\ndialect = \"messages\"", "key = \"gsk-1\"",
        { ":5:11: upstreams.groq.dialect: Groq does not offer messages; there is chat, responses" } },
    { "AnUnknownScenario", "\"backgroud\"", "\"background\"",
        { ":11:21: routes.when.scenario must be \"background\", " } },
    { "AnUnknownFamily", "family = \"sonet\"", "scenario = \"background\"", { "did you mean sonnet?" } },
    { "AnUnknownQuirk", "key = \"gsk-1\"\nquirks = [\"own_idz\"]", "key = \"gsk-1\"",
        { ":5:11: upstreams.groq.quirks: own_idz is no quirk; did you mean own_ids? docs/providers.md lists "
          "them" } },
    { "ARouteNamedLikeAnUpstream", "name = \"home\"", "name = \"quick\"",
        { ":10:8: routes.name: home is the name of an upstream as well, and a client that asks for it could "
          "mean "
          "either; call the route something else" } },
    { "TwoRoutesOfOneName", "[[routes]]\nname = \"quick\"\ntargets = [\"openai/gpt-5.5\"]\n", "",
        { ":16:8: routes.name: there is another route of the name quick; call one of them something else" } },
    { "PreferencesThatNobodyTakes", "{ target = \"home/qwen3\", models = [\"a\"] },", "\"home/qwen3\",",
        { ":12:12: routes.targets: the target home/qwen3: models, provider and plugins are for routers" } },
    { "AnUnknownPresetOfAnotherName", "[upstreams.mine]\npreset = \"grok\"\n", "",
        { ":16:10: upstreams.mine.preset must be \"openrouter\", " } },
    { "AKeyInsteadOfItsVariable", "key_env = \"sk-gsk-1\"", "key = \"gsk-1\"",
        { ":4:11: upstreams.groq.key_env is no name of a variable; the key itself belongs into a file" } },
    { "ALongKeyInsteadOfItsVariable",
        "keys = [{ env = \"gsk_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT\" }, { key = \"a\" }]", "key = \"gsk-1\"",
        { ":4:17: upstreams.groq.keys.env is no name of a variable; the key itself belongs into a file" } },
    { "AVariableAsTheShellHasIt", "key_env = \"$GROQ\"", "key = \"gsk-1\"",
        { ":4:11: upstreams.groq.key_env is the name of a variable: write it without $" } },
    { "AModelOfTwoWords", "big = \"groq/gpt oss\"", "big = \"groq/openai/gpt-oss-120b\"",
        { ":2:7: models.big is no name of a model: one word of ASCII, such as" } },
    { "APatternAsATarget", "[[models.map]]\nfrom = \"a\"\nto = \"home/*\"\n", "",
        { ":17:6: models.map.to is no name of a model: one word of ASCII without *" } },
    { "AnEmptyModel", "model = \"\"", "scenario = \"background\"",
        { ":11:18: routes.when.model is empty: leave it out where every model fits" } },
    { "ATableThatIsNotClosed", "[[routes]\nname", "[[routes]]\nname",
        { ":9:10: this is not TOML: Error while parsing table header: expected ']'" } },
    { "AHeaderThatIsTheProgramsOwn", "key = \"gsk-1\"\nheaders = { Authorization = \"x\" }",
        "key = \"gsk-1\"",
        { ":5:29: upstreams.groq.headers.Authorization cannot be set here: it is the program's own; leave it "
          "out" } },
};

class ThreeUpstreamsTest : public LoadTest, public ::testing::WithParamInterface<Mistake> {
protected:
    static std::string with(std::string_view written, std::string_view instead_of)
    {
        std::string text(three_upstreams);
        if (instead_of.empty())
            return text.append(written);
        const std::size_t at = text.find(instead_of);
        EXPECT_NE(at, std::string::npos) << instead_of;
        return text.replace(at, instead_of.size(), written);
    }
};

TEST_P(ThreeUpstreamsTest, IsSaidWithItsPlaceItsKeyAndWhatToDo)
{
    const Mistake& one = GetParam();
    file(with(one.written, one.instead_of));
    std::vector<::testing::Matcher<std::string>> expected;
    for (const std::string_view text : one.said)
        expected.push_back(
            ::testing::AllOf(::testing::StartsWith("config.toml:"), HasSubstr(std::string(text))));
    EXPECT_THAT(mistakes(), ::testing::ElementsAreArray(expected));
    EXPECT_THAT(warnings_, ::testing::Each(::testing::Not(HasSubstr("never counts"))))
        << "a route that is wrong is not judged";
    const CheckResult result = check_config(sources());
    EXPECT_EQ(result.exit_code, exit_usage);
    EXPECT_THAT(result.err, ::testing::Not(HasSubstr("gsk-1"))) << "no key is repeated";
}

INSTANTIATE_TEST_SUITE_P(Config, ThreeUpstreamsTest, ::testing::ValuesIn(all_mistakes),
    [](const auto& one) { return std::string(one.param.name); });

TEST_F(ThreeUpstreamsTest, IsFineAsItStands)
{
    file(three_upstreams);
    EXPECT_EQ(loaded().routes.size(), 2U);
    EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ThreeUpstreamsTest, AnUpstreamAloneNeedsAModelForClaudesNames)
{
    constexpr std::string_view last = "\"home/qwen3\"]\n";
    file(with("\"home\"]\n", last));
    loaded();
    EXPECT_THAT(warnings_,
        ElementsAre(HasSubstr(
            ":14:58: routes.targets: nothing says which model of home answers for Claude's names, so "
            "that it is the first of its list; write home/MODEL")));
    file(with("\"home\"]\n[upstreams.home.models.qwen3]\n", last));
    EXPECT_EQ(loaded().upstream("home")->big, "qwen3") << "the one that something is stated about";
    EXPECT_THAT(warnings_, IsEmpty());
    file(with("\"groq\"]\nwhen = { model = \"qwen*\" }\n", last));
    EXPECT_EQ(loaded().upstream("groq")->small, "openai/gpt-oss-20b") << "the preset's";
    EXPECT_EQ(loaded().upstream("openai")->middle, "gpt-5.5");
    EXPECT_THAT(warnings_, IsEmpty());
    file(with("\"home\"]\nwhen = { model = \"qwen*\" }\n", last));
    loaded();
    EXPECT_THAT(warnings_, IsEmpty()) << "no name of Claude's comes here";
}

TEST_F(ThreeUpstreamsTest, ANameOfARouteMayBeHiddenByAModel)
{
    file(with("[models.names]\nquick = \"home/qwen3\"\n", ""));
    loaded();
    EXPECT_THAT(warnings_,
        ElementsAre(HasSubstr(":10:8: routes.name: a client that asks for the model quick gets the one of "
                              "[models.names]")));
}

TEST_F(ThreeUpstreamsTest, OfPatternsWhatCanNotHoldIsSaid)
{
    const auto warned = [&](std::string_view model) {
        file(with(fmt::format("when = {{ model = \"{}\" }}", model), "when = { scenario = \"background\" }"));
        loaded();
        return warnings_;
    };
    EXPECT_THAT(warned("claude-{opus,sonnet}-*"),
        ElementsAre(
            HasSubstr(":11:18: routes.when.model: in a pattern only * is special, and { stands for itself")));
    EXPECT_THAT(warned("claude-[34]*"), ElementsAre(HasSubstr("and [ stands for itself")));
    EXPECT_THAT(warned("claude-opus-4-5[1m]"),
        ElementsAre(HasSubstr("a mark such as [1m] is taken off a name before anybody looks at it")));
    EXPECT_THAT(warned("claude-*"), IsEmpty());
    EXPECT_THAT(warned("qwen,qwen3:30b"), IsEmpty());
}

TEST_F(ThreeUpstreamsTest, OfTheTableOfNamesWhatNeverCountsIsSaid)
{
    file(with("[[models.map]]\nfrom = \"claude-*\"\nto = \"home/a\"\n[[models.map]]\nfrom = "
              "\"claude-opus-4-5\"\nto = \"home/b\"\n",
        ""));
    loaded();
    EXPECT_THAT(warnings_,
        ElementsAre(HasSubstr(":19:8: models.map: claude-opus-4-5 never counts: whatever is like it is like "
                              "claude-* before")));
}

TEST_F(ThreeUpstreamsTest, APresetInFrontOfARoutersModelIsProbablyAnUpstream)
{
    file("[models]\nbig = \"groq/openai/gpt-oss-120b\"\nsmall = \"deepseek/deepseek-chat\"\n"
         "[upstreams.openrouter]\nkey = \"sk-or-1\"\n");
    loaded();
    EXPECT_THAT(warnings_,
        ElementsAre(
            HasSubstr(":2:7: groq/openai/gpt-oss-120b is a model of openrouter, since there is no upstream "
                      "groq; add [upstreams.groq]")));
}

TEST_F(ThreeUpstreamsTest, AreNoListOfUpstreams)
{
    file("[[upstreams]]\nname = \"groq\"\npreset = \"groq\"\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(HasSubstr(
            ":1:1: upstreams are tables with names: write [upstreams.NAME] instead of [[upstreams]]")));
}

TEST_F(ThreeUpstreamsTest, WhereNobodyNamesAModelItIsTheFirstOfTheList)
{
    file("[upstreams.vllm]\n");
    EXPECT_EQ(loaded().models.big, "");
    EXPECT_THAT(check_config(sources()).out, HasSubstr("the first of vllm's list"));
    file("[upstreams.home]\nbase_url = \"http://127.0.0.1:8000/v1\"\n");
    EXPECT_EQ(loaded().models.big, "") << "not a model of OpenRouter's";
}

} // namespace
} // namespace dragoman::config
