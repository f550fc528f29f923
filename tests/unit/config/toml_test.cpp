#include "load_support.h"

namespace dragoman::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(LoadTest, WithoutAnythingTheDefaultsAreInForceAndDragomanIsDegraded)
{
    const Config config = loaded();
    EXPECT_THAT(config.server.listen,
        ElementsAre(Endpoint { "127.0.0.1", 8080, false }, Endpoint { "::1", 8080, true }));
    EXPECT_EQ(config.models.big, "openai/gpt-oss-120b");
    EXPECT_EQ(config.models.small, "openai/gpt-oss-120b");
    EXPECT_EQ(config.models.max_tokens, 8192);
    EXPECT_EQ(config.main().base_url, "https://openrouter.ai/api/v1");
    EXPECT_EQ(config.server.request_body, 32U * 1024 * 1024);
    EXPECT_EQ(config.main().first_byte, std::chrono::seconds(600));
    EXPECT_TRUE(config.degraded());
    EXPECT_EQ(config.main().key_name, "OPENROUTER_API_KEY");
    EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(LoadTest, ReadsEveryKeyOfTheFile)
{
    file(R"(
state_directory = "/var/lib/dragoman"
[server]
listen = ["127.0.0.1:9000", "[::1]:9001", "localhost:9002"]
workers = 3
client_tokens = ["0123456789abcdef"]
allowed_hosts = ["box.lan"]
allowed_origins = ["https://example.org"]
request_body = "1MiB"
client_idle = "1m30s"
write_stall = "10s"
drain = "0s"
drain_interrupt = "250ms"
[models]
big = "a/big"
middle = "a/middle"
small = "a/small"
max_tokens = 4096
[[models.map]]
from = "claude-3-*"
to = "b/c"
[[models.map]]
from = "x"
to = "y/z"
[upstreams.openrouter]
preset = "openrouter"
base_url = "https://example.org/api/v1/"
messages_url = "https://example.org/other/messages"
models_url = "https://example.org/other/models"
dialect = "messages"
auth = "x-api-key"
connect = "1s"
first_byte = "2s"
idle = "3s"
stream_total = "4m"
whole_answer = "5MB"
site_url = "https://me.example"
site_name = "Me"
absent_thinking = "off"
inline_think = true
sources_footer = true
[log]
level = "WARN"
file = "/var/log/x.log"
capture = "/var/lib/capture"
capture_max = "2MiB"
[catalogue]
enabled = false
refresh = "10m"
file = "/var/lib/models.json"
)");
    const Config config = loaded();
    EXPECT_THAT(config.server.listen,
        ElementsAre(Endpoint { "127.0.0.1", 9000, false }, Endpoint { "::1", 9001, false },
            Endpoint { "127.0.0.1", 9002, false }, Endpoint { "::1", 9002, true }));
    EXPECT_EQ(config.server.workers, 3);
    ASSERT_EQ(config.server.client_tokens.size(), 1U);
    EXPECT_EQ(config.server.client_tokens[0].reveal(), "0123456789abcdef");
    EXPECT_THAT(config.server.allowed_hosts, ElementsAre("box.lan"));
    EXPECT_THAT(config.server.allowed_origins, ElementsAre("https://example.org"));
    EXPECT_EQ(config.server.request_body, limits::MiB);
    EXPECT_EQ(config.server.client_idle, std::chrono::seconds(90));
    EXPECT_EQ(config.server.write_stall, std::chrono::seconds(10));
    EXPECT_EQ(config.server.drain, Milliseconds(0));
    EXPECT_EQ(config.server.drain_interrupt, Milliseconds(250));
    EXPECT_EQ(config.models.big, "a/big");
    EXPECT_EQ(config.models.middle, "a/middle");
    EXPECT_EQ(config.models.small, "a/small");
    EXPECT_EQ(config.models.max_tokens, 4096);
    EXPECT_THAT(
        config.models.map, ElementsAre(ModelMapping { "claude-3-*", "b/c" }, ModelMapping { "x", "y/z" }));
    const Upstream& upstream = config.main();
    EXPECT_EQ(upstream.base_url, "https://example.org/api/v1");
    EXPECT_EQ(upstream.chat_url, "https://example.org/api/v1/chat/completions");
    EXPECT_EQ(upstream.messages_url, "https://example.org/other/messages");
    EXPECT_EQ(upstream.models_url, "https://example.org/other/models");
    EXPECT_EQ(upstream.dialect, Upstream::Dialect::messages);
    EXPECT_EQ(upstream.auth, Upstream::Auth::x_api_key);
    EXPECT_EQ(upstream.connect, std::chrono::seconds(1));
    EXPECT_EQ(upstream.first_byte, std::chrono::seconds(2));
    EXPECT_EQ(upstream.idle, std::chrono::seconds(3));
    EXPECT_EQ(upstream.stream_total, std::chrono::minutes(4));
    EXPECT_EQ(upstream.whole_answer, 5'000'000U);
    EXPECT_EQ(upstream.site_url, "https://me.example");
    EXPECT_EQ(upstream.site_name, "Me");
    EXPECT_EQ(upstream.absent_thinking, Upstream::AbsentThinking::off);
    EXPECT_TRUE(upstream.all_quirks().has(route::Quirk::inline_think));
    EXPECT_TRUE(upstream.sources_footer);
    EXPECT_EQ(config.log.level, log::Level::warning);
    EXPECT_EQ(config.log.file, "/var/log/x.log");
    EXPECT_EQ(config.log.capture, "/var/lib/capture");
    EXPECT_EQ(config.log.capture_max, 2 * limits::MiB);
    EXPECT_FALSE(config.catalogue.enabled);
    EXPECT_EQ(config.catalogue.refresh, std::chrono::minutes(10));
    EXPECT_EQ(config.catalogue.file, "/var/lib/models.json");
    EXPECT_EQ(config.state_directory, "/var/lib/dragoman");
}

// P-06
TEST_F(LoadTest, SaysEveryMistakeAtOnceWithLineAndColumn)
{
    file("[server]\n"
         "worker = 2\n"
         "drain = 30\n"
         "request_body = \"lots\"\n"
         "listen = [\"127.0.0.1:99999\", 5]\n"
         "[models]\n"
         "bgi = \"a/b\"\n"
         "small = true\n"
         "[upstreams.openrouter]\n"
         "dialect = \"chatty\"\n"
         "idle = \"10 parsecs\"\n"
         "[log]\n"
         "level = \"loud\"\n"
         "[sever]\n");
    environment_["PORT"] = "web";
    flags_.log_level = "louder";
    EXPECT_THAT(mistakes(),
        ElementsAre("config.toml:2:1: unknown key server.worker; did you mean workers?",
            "config.toml:3:9: server.drain must be a duration, such as \"30s\", not a whole number",
            HasSubstr("config.toml:4:16: server.request_body is no size"),
            HasSubstr("config.toml:5:11: server.listen is no port"),
            "config.toml:5:30: server.listen holds a whole number where a string belongs",
            "config.toml:7:1: unknown key models.bgi; did you mean big?",
            "config.toml:8:9: models.small must be a string, not true or false",
            "config.toml:10:11: upstreams.openrouter.dialect must be \"auto\", \"chat\", \"messages\" or "
            "\"responses\"; did you mean chat?",
            HasSubstr("config.toml:11:8: upstreams.openrouter.idle is no duration"),
            "config.toml:13:9: log.level must be trace, debug, info, warning or error",
            "config.toml:14:2: unknown key sever; did you mean server?", HasSubstr("PORT: is no port"),
            "--log-level: must be trace, debug, info, warning or error"));
}

// P-06
TEST_F(LoadTest, SaysWhereAFileIsNoToml)
{
    file("[server]\nworkers = = 2\n");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("config.toml:2:11: this is not TOML")));
    file("workers = 1\nworkers = 2\n");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("config.toml:2:")));
    file("[server]\nlisten = \"\xff\xfe\"\n");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("config.toml:2:")));
    file("[server\n");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("config.toml:1:")));
}

// P-06
TEST_F(LoadTest, RefusesAHugeFileBeforeReadingIt)
{
    file("");
    std::filesystem::resize_file(file_, 100'000'000);
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("is larger than")));
}

// P-06
TEST_F(LoadTest, AnEmptyFileIsFineAndAMissingOneOnlyWhenNobodyAskedForIt)
{
    file("");
    EXPECT_EQ(loaded().file, file_);
    flags_.config = directory_ / "absent.toml";
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("absent.toml")));
}

// P-06
TEST_F(LoadTest, RefusesAFileThatAnyoneCanChange)
{
    file("");
    std::filesystem::permissions(file_, std::filesystem::perms(0666));
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("can be changed by others (mode 0666)")));
}

TEST_F(LoadTest, AKeyInTheFileMakesItAKeyFile)
{
    file("[upstreams.openrouter]\nkey = \"sk-or-canary\"\n");
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-canary");
    EXPECT_THAT(warnings_, IsEmpty());
    std::filesystem::permissions(file_, std::filesystem::perms(0644));
    loaded();
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("can be read by others")));
    std::filesystem::permissions(file_, std::filesystem::perms(0664));
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("can be changed by others")));
}

TEST_F(LoadTest, AMapNeedsBothNames)
{
    file("[[models.map]]\nfrom = \"a\"\n[[models.map]]\nfrom = \"a\"\nto = \"b/*\"\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(HasSubstr("config.toml:1:1: models.map needs both from and to"),
            HasSubstr("no name of a model")));
    file("[models]\nmap = [\"a\"]\n");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("[[models.map]]")));
}

TEST_F(LoadTest, AnUpstreamOfOnesOwnNeedsNoKeyAndGetsNoneOfOthers)
{
    file("[upstreams.home]\nbase_url = \"http://127.0.0.1:8000/v1\"\n");
    environment_["OPENROUTER_API_KEY"] = "sk-or-secret";
    environment_["OPENAI_API_KEY"] = "sk-or-secret";
    const Config config = loaded();
    EXPECT_EQ(config.main().name, "home");
    EXPECT_EQ(config.main().preset, "");
    EXPECT_EQ(config.main().dialect, Upstream::Dialect::chat);
    EXPECT_EQ(config.main().chat_url, "http://127.0.0.1:8000/v1/chat/completions");
    EXPECT_TRUE(config.main().key().empty());
    EXPECT_FALSE(config.degraded());
}

TEST_F(LoadTest, AMessagesServerIsSetUpByFile)
{
    file("[upstreams.deepseek]\nbase_url = \"https://api.deepseek.com/anthropic\"\ndialect = \"messages\"\n"
         "auth = \"x-api-key\"\nkey_env = \"DEEPSEEK_API_KEY\"\n");
    EXPECT_TRUE(loaded().degraded());
    EXPECT_EQ(loaded().main().key_name, "DEEPSEEK_API_KEY");
    environment_["DEEPSEEK_API_KEY"] = "sk-1";
    const Config config = loaded();
    EXPECT_EQ(config.main().messages_url, "https://api.deepseek.com/anthropic/v1/messages");
    EXPECT_EQ(config.main().key().reveal(), "sk-1");
    EXPECT_EQ(config.main().auth, Upstream::Auth::x_api_key);
}

TEST_F(LoadTest, OpenAisOwnApiSpeaksResponses)
{
    file("[upstreams.openai]\nbase_url = \"https://api.openai.com/v1/responses\"\ndialect = \"responses\"\n"
         "key_env = \"OPENAI_API_KEY\"\n");
    environment_["OPENAI_API_KEY"] = "sk-proj-1";
    const Config config = loaded();
    EXPECT_EQ(config.main().dialect, Upstream::Dialect::responses);
    EXPECT_EQ(name_of(config.main().dialect), "responses");
    EXPECT_EQ(config.main().responses_url, "https://api.openai.com/v1/responses");
    EXPECT_EQ(config.main().models_url, "https://api.openai.com/v1/models");
    EXPECT_EQ(config.main().key().reveal(), "sk-proj-1");
}

TEST_F(LoadTest, AnthropicsOwnApiIsAPreset)
{
    file("[upstreams.anthropic]\n");
    environment_["ANTHROPIC_API_KEY"] = "sk-ant-1";
    const Config config = loaded();
    EXPECT_EQ(config.main().preset, "anthropic");
    EXPECT_EQ(config.main().messages_url, "https://api.anthropic.com/v1/messages");
    EXPECT_EQ(config.main().models_url, "https://api.anthropic.com/v1/models");
    EXPECT_EQ(config.main().dialect, Upstream::Dialect::messages);
    EXPECT_EQ(config.main().key().reveal(), "sk-ant-1");
    EXPECT_EQ(config.models.small, "claude-haiku-4-5");
}

TEST_F(LoadTest, TheDemonstrationNeverReachesTheUpstreamOfTheFile)
{
    flags_.demo = true;
    environment_["OPENROUTER_BASE_URL"] = "http://127.0.0.1:9/api/v1";
    environment_["OPENROUTER_API_KEY"] = "demonstration";
    environment_["HOME_KEY"] = "a-real-key";
    for (const std::string_view upstream : { "[upstreams.anthropic]\nkey = \"a-real-key\"\n",
             "[upstreams.home]\nbase_url = \"https://real.example/v1\"\nkey_env = \"HOME_KEY\"\n",
             "[upstreams.openrouter]\nmessages_url = \"https://real.example/v1/messages\"\n"
             "models_url = \"https://real.example/v1/models\"\ndialect = \"messages\"\n" }) {
        file(upstream);
        const Config config = loaded();
        EXPECT_EQ(config.main().chat_url, "http://127.0.0.1:9/api/v1/chat/completions") << upstream;
        EXPECT_EQ(config.main().messages_url, "http://127.0.0.1:9/api/v1/messages") << upstream;
        EXPECT_EQ(config.main().models_url, "http://127.0.0.1:9/api/v1/models") << upstream;
        EXPECT_EQ(config.main().key().reveal(), "demonstration") << upstream;
        EXPECT_EQ(config.main().dialect, Upstream::Dialect::chat) << upstream;
        EXPECT_EQ(config.models.big, "openai/gpt-oss-120b") << upstream;
    }
}

TEST_F(LoadTest, AnUpstreamMustBeKnownOrHaveABaseUrl)
{
    file("[upstreams.home]\ndialect = \"chat\"\n");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("config.toml:1:1: upstreams.home needs a preset")));
}

TEST_F(LoadTest, EveryExampleLoads)
{
    environment_["OPENROUTER_API_KEY"] = "sk-or-v1-1";
    environment_["ANTHROPIC_API_KEY"] = "sk-ant-1";
    environment_["DEEPSEEK_API_KEY"] = "sk-1";
    environment_["OPENAI_API_KEY"] = "sk-2";
    environment_["ACME_API_KEY"] = "sk-3";
    environment_["DRAGOMAN_CLIENT_TOKEN"] = "0123456789abcdef0123";
    int examples = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TESTS_DIR "/../examples")) {
        if (entry.path().extension() != ".toml")
            continue;
        // A copy, since a checkout may be writable by the group.
        flags_.config =
            directory_.put("example.toml", dragoman::testing::TemporaryDirectory::get(entry.path().string()));
        const Config config = loaded();
        EXPECT_FALSE(config.degraded()) << entry.path();
        EXPECT_THAT(warnings_, IsEmpty()) << entry.path();
        ++examples;
    }
    EXPECT_GE(examples, 6);
}

// The file that lists every key says what the defaults are.
TEST_F(LoadTest, ShortNamesAndFavouritesAreReadInTheirOrder)
{
    file("[models]\nfavourites = [\"z/last\", \"a/first\"]\n"
         "[models.names]\nzulu = \"x/y\"\naurora = \"openrouter/aurora-alpha\"\n");
    const Config config = loaded();
    EXPECT_THAT(config.models.favourites, ElementsAre("z/last", "a/first"));
    EXPECT_THAT(config.models.names,
        ElementsAre(ModelMapping { "zulu", "x/y" }, ModelMapping { "aurora", "openrouter/aurora-alpha" }));
    EXPECT_THAT(describe(config), HasSubstr("aurora -> openrouter/aurora-alpha"));
    EXPECT_THAT(describe(config), HasSubstr("a/first"));
}

TEST_F(LoadTest, ShortNamesAreExactAndNameAModel)
{
    file("[models]\nfavourites = [\"two words\"]\n"
         "[models.names]\n\"claude-*\" = \"a/b\"\n\"a b\" = \"a/b\"\nempty = \"\"\nnumber = 3\n");
    const auto all = mistakes();
    ASSERT_EQ(all.size(), 5U);
    EXPECT_THAT(all[0], AllOf(HasSubstr(":2:15:"), HasSubstr("models.favourites")));
    EXPECT_THAT(all[1], AllOf(HasSubstr(":4:"), HasSubstr("claude-*")));
    EXPECT_THAT(all[3], HasSubstr("models.names.empty must be a model"));
    EXPECT_THAT(all[4], HasSubstr("models.names.number must be a string"));
}

TEST_F(LoadTest, TheExampleWithEveryKeyHoldsTheDefaults)
{
    flags_.config = directory_.put(
        "example.toml", dragoman::testing::TemporaryDirectory::get(TESTS_DIR "/../examples/dragoman.toml"));
    Config example = loaded();
    flags_.config.reset();
    Config defaults = loaded();
    defaults.file = example.file;
    example.models.map.clear();
    example.models.names.clear();
    EXPECT_EQ(describe(example), describe(defaults));
}

TEST_F(LoadTest, TheExampleOfADotenvFileLoads)
{
    dotenv(dragoman::testing::TemporaryDirectory::get(TESTS_DIR "/../examples/dragoman.env"));
    const Config config = loaded();
    EXPECT_EQ(config.main().key().reveal(), "sk-or-v1-0000");
    EXPECT_EQ(config.models.big, "openai/gpt-oss-120b");
    EXPECT_EQ(config.models.small, "openai/gpt-oss-20b");
    EXPECT_THAT(warnings_, IsEmpty());
}

} // namespace
} // namespace dragoman::config
