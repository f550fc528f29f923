#include "config/check_config.h"
#include "load_support.h"

#include <cstring>
#include <sys/xattr.h>

namespace dragoman::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(LoadTest, TheFirstNameOfAMeaningThatIsSetWins)
{
    environment_ = { { "OPENROUTER_MODEL", "m/3" } };
    EXPECT_EQ(loaded().models.big, "m/3");
    EXPECT_EQ(loaded().models.small, "m/3");
    environment_["BIG_MODEL"] = "b/2";
    environment_["SMALL_MODEL"] = "s/2";
    EXPECT_EQ(loaded().models.big, "b/2");
    EXPECT_EQ(loaded().models.small, "s/2");
    environment_["BIG_MODEL_NAME"] = "b/1";
    environment_["SMALL_MODEL_NAME"] = "s/1";
    EXPECT_EQ(loaded().models.big, "b/1");
    EXPECT_EQ(loaded().models.small, "s/1");
    EXPECT_EQ(loaded().models.middle, "b/1") << "the big one, unless it is set";
    environment_["MIDDLE_MODEL"] = "m/1";
    EXPECT_EQ(loaded().models.middle, "m/1");
    environment_["BIG_MODEL_NAME"] = "";
    EXPECT_EQ(loaded().models.big, "b/2") << "set to nothing is not set";
}

TEST_F(LoadTest, TheSmallModelIsTheBigOneUnlessItIsSet)
{
    environment_["BIG_MODEL"] = "b/2";
    EXPECT_EQ(loaded().models.small, "b/2");
}

TEST_F(LoadTest, HostAndPortComeFromTheEnvironment)
{
    environment_["PROXY_PORT"] = "9001";
    EXPECT_THAT(loaded().server.listen,
        ElementsAre(Endpoint { "127.0.0.1", 9001, false }, Endpoint { "::1", 9001, true }));
    environment_["PORT"] = "9000";
    environment_["HOST"] = "127.0.0.2";
    EXPECT_THAT(loaded().server.listen, ElementsAre(Endpoint { "127.0.0.2", 9000, false }));
    environment_["HOST"] = "localhost";
    EXPECT_THAT(loaded().server.listen,
        ElementsAre(Endpoint { "127.0.0.1", 9000, false }, Endpoint { "::1", 9000, true }));
    environment_["HOST"] = "[::1]";
    EXPECT_THAT(loaded().server.listen, ElementsAre(Endpoint { "::1", 9000, false }));
    flags_.port = 0;
    flags_.host = "127.0.0.1";
    EXPECT_THAT(loaded().server.listen, ElementsAre(Endpoint { "127.0.0.1", 0, false }));
    environment_["HOST"] = "a b";
    environment_["PORT"] = "70000";
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("PORT: is no port"), HasSubstr("HOST: is no address")));
}

TEST_F(LoadTest, LogSettingsComeFromTheEnvironment)
{
    environment_["LOG_LEVEL"] = "CRITICAL";
    environment_["LOG_FILE_PATH"] = "/var/log/d.log";
    EXPECT_EQ(loaded().log.level, log::Level::error);
    EXPECT_EQ(loaded().log.file, "/var/log/d.log");
    environment_["PROXY_VERBOSE"] = "True";
    EXPECT_EQ(loaded().log.level, log::Level::debug);
    environment_["PROXY_VERBOSE"] = "0";
    environment_["LOG_LEVEL"] = "http";
    EXPECT_EQ(loaded().log.level, log::Level::info);
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("LOG_LEVEL: is no level")));
    flags_.log_level = "trace";
    environment_["PROXY_VERBOSE"] = "true";
    EXPECT_EQ(loaded().log.level, log::Level::trace);
}

TEST_F(LoadTest, AttributionComesFromTheEnvironment)
{
    environment_ = { { "REFERER_URL", "https://b" }, { "APP_NAME", "B" } };
    EXPECT_EQ(loaded().main().site_url, "https://b");
    EXPECT_EQ(loaded().main().site_name, "B");
    environment_["OPENROUTER_SITE_URL"] = "https://a";
    environment_["OPENROUTER_SITE_NAME"] = "A";
    EXPECT_EQ(loaded().main().site_url, "https://a");
    EXPECT_EQ(loaded().main().site_name, "A");
    environment_["OPENROUTER_SITE_NAME"] = "A\r\nX-Evil: 1";
    EXPECT_EQ(loaded().main().site_name, "dragoman");
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("OPENROUTER_SITE_NAME: is ignored")));
}

TEST_F(LoadTest, FileThenDotenvThenEnvironmentThenFlags)
{
    file("[models]\nbig = \"from/file\"\n[server]\nworkers = 2\nlisten = [\"127.0.0.1:1001\"]\n");
    EXPECT_EQ(loaded().models.big, "from/file");
    dotenv("BIG_MODEL=from/dotenv\nPORT=1002\n");
    EXPECT_EQ(loaded().models.big, "from/dotenv");
    EXPECT_EQ(loaded().server.listen[0].port, 1002);
    environment_["OPENROUTER_MODEL"] = "from/environment";
    environment_["PORT"] = "1003";
    EXPECT_EQ(loaded().models.big, "from/environment") << "a later layer wins with any of its names";
    EXPECT_EQ(loaded().server.listen[0].port, 1003);
    flags_.port = 1004;
    flags_.workers = 7;
    EXPECT_EQ(loaded().server.listen[0].port, 1004);
    EXPECT_EQ(loaded().server.workers, 7);
    flags_.workers = 0;
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("--workers")));
}

TEST_F(LoadTest, QuotesThatDockerLeftAreRemoved)
{
    environment_ = { { "OPENROUTER_API_KEY", "\"sk-or-1\"" }, { "BIG_MODEL", "'a/b'" } };
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-1");
    EXPECT_EQ(loaded().models.big, "a/b");
}

// The done-when of a first start: these six names and nothing else.
TEST_F(LoadTest, SixNamesAreEnoughForAnUpstreamThatIsLikeOpenRouter)
{
    environment_ = { { "OPENROUTER_API_KEY", "sk-or-1" },
        { "OPENROUTER_BASE_URL", "http://127.0.0.1:4242/api/v1" }, { "BIG_MODEL_NAME", "a/big" },
        { "SMALL_MODEL_NAME", "a/small" }, { "HOST", "127.0.0.1" }, { "PORT", "0" } };
    const Config config = loaded();
    EXPECT_THAT(warnings_, IsEmpty());
    EXPECT_FALSE(config.degraded());
    EXPECT_EQ(config.main().chat_url, "http://127.0.0.1:4242/api/v1/chat/completions");
    EXPECT_EQ(config.main().messages_url, "http://127.0.0.1:4242/api/v1/messages");
    EXPECT_EQ(config.main().models_url, "http://127.0.0.1:4242/api/v1/models");
    EXPECT_EQ(config.main().preset, "openrouter");
    EXPECT_THAT(config.server.listen, ElementsAre(Endpoint { "127.0.0.1", 0, false }));
}

TEST_F(LoadTest, OpenRoutersKeyComesBeforeOpenAis)
{
    environment_ = { { "OPENROUTER_API_KEY", "sk-or-1" }, { "OPENAI_API_KEY", "sk-or-2" } };
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-1");
    EXPECT_EQ(to_string(loaded().main().key_source()), "OPENROUTER_API_KEY");
}

TEST_F(LoadTest, AnOpenAiKeyCountsIfItIsOpenRoutersOrIfItsServerIsSaid)
{
    environment_ = { { "OPENAI_API_KEY", "sk-proj-canary" } };
    EXPECT_TRUE(loaded().degraded());
    EXPECT_THAT(warnings_,
        ElementsAre(::testing::AllOf(HasSubstr("OPENAI_API_KEY: is not used"),
            HasSubstr("OPENROUTER_API_KEY"), HasSubstr("OPENAI_BASE_URL"), Not(HasSubstr("canary")))));
    environment_["OPENAI_API_KEY"] = "sk-or-v1-1";
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-v1-1");
    environment_ = { { "OPENAI_API_KEY", "sk-proj-1" }, { "BASE_URL", "https://b.example/v1" } };
    EXPECT_EQ(loaded().main().base_url, "https://b.example/v1");
    EXPECT_EQ(loaded().main().key().reveal(), "sk-proj-1");
    environment_["OPENAI_BASE_URL"] = "https://a.example/v1";
    EXPECT_EQ(loaded().main().base_url, "https://a.example/v1");
    environment_["OPENROUTER_BASE_URL"] = "https://o.example/v1";
    EXPECT_EQ(loaded().main().base_url, "https://o.example/v1");
    environment_ = { { "OPENAI_API_KEY", "sk-proj-1" } };
    file("[upstreams.openrouter]\nbase_url = \"https://f.example/v1\"\n");
    EXPECT_EQ(loaded().main().key().reveal(), "sk-proj-1") << "a base URL in the file says it, too";
}

TEST_F(LoadTest, OtherProgramsBaseUrlsAreIgnoredWithOpenRoutersKey)
{
    environment_ = { { "OPENROUTER_API_KEY", "sk-or-1" },
        { "OPENAI_BASE_URL", "https://elsewhere.example/v1" },
        { "BASE_URL", "https://elsewhere.example/v1" } };
    EXPECT_EQ(loaded().main().base_url, "https://openrouter.ai/api/v1");
    EXPECT_THAT(
        warnings_, ElementsAre(HasSubstr("OPENAI_BASE_URL: is ignored"), HasSubstr("BASE_URL: is ignored")));
}

TEST_F(LoadTest, ABaseUrlInADotenvFileCountsOnlyForAKeyThatStandsThere)
{
    environment_ = { { "OPENROUTER_API_KEY", "sk-or-mine" } };
    dotenv("OPENROUTER_BASE_URL=https://evil.example/v1\n");
    EXPECT_EQ(loaded().main().base_url, "https://openrouter.ai/api/v1");
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr(".env:1: OPENROUTER_BASE_URL: is ignored")));
    dotenv("OPENROUTER_BASE_URL=https://mine.example/v1\nOPENROUTER_API_KEY=sk-or-here\n");
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-mine") << "the environment comes before .env";
    EXPECT_EQ(loaded().main().base_url, "https://openrouter.ai/api/v1");
    environment_.clear();
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-here");
    EXPECT_EQ(loaded().main().base_url, "https://mine.example/v1");
    EXPECT_EQ(to_string(loaded().main().key_source()), "OPENROUTER_API_KEY in .env");
}

TEST_F(LoadTest, WhoHasAKeyInTheConfigurationIsNotLedElsewhereByADotenvFile)
{
    file("[upstreams.openrouter]\nkey_file = \"" + secret_file("key", "sk-or-mine\n") + "\"\n");
    dotenv("OPENROUTER_API_KEY=sk-or-theirs\nOPENROUTER_BASE_URL=https://evil.example/v1\n");
    EXPECT_EQ(loaded().main().base_url, "https://openrouter.ai/api/v1");
    EXPECT_THAT(warnings_,
        ElementsAre(HasSubstr(".env:2: OPENROUTER_BASE_URL: is ignored: there is a key in"),
            HasSubstr(".env:1: OPENROUTER_API_KEY: takes the place of the key in")));
    dotenv("OPENAI_API_KEY=sk-proj-theirs\nOPENAI_BASE_URL=https://evil.example/v1\n");
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-mine");
    EXPECT_EQ(loaded().main().base_url, "https://openrouter.ai/api/v1");
    environment_["OPENROUTER_BASE_URL"] = "https://ours.example/v1";
    EXPECT_EQ(loaded().main().base_url, "https://ours.example/v1");
}

TEST_F(LoadTest, ADotenvFileCannotMakeAnotherProgramsKeyUsable)
{
    environment_ = { { "OPENAI_API_KEY", "sk-proj-mine" } };
    dotenv("OPENAI_BASE_URL=https://evil.example/v1\n");
    EXPECT_TRUE(loaded().degraded());
    EXPECT_EQ(loaded().main().base_url, "https://openrouter.ai/api/v1");
    environment_.clear();
    dotenv("OPENAI_BASE_URL=https://mine.example/v1\nOPENAI_API_KEY=sk-local\n");
    EXPECT_EQ(loaded().main().base_url, "https://mine.example/v1");
    EXPECT_EQ(loaded().main().key().reveal(), "sk-local");
}

TEST_F(LoadTest, SomeNamesAreNotReadFromADotenvFile)
{
    const std::string key = secret_file("key", "sk-or-1");
    dotenv("OPENROUTER_API_KEY_FILE=" + key + "\nDRAGOMAN_CLIENT_TOKEN_FILE=" + key
        + "\nDRAGOMAN_ALLOW_UNAUTHENTICATED=1\n");
    const Config config = loaded();
    EXPECT_TRUE(config.main().key().empty());
    EXPECT_FALSE(config.client_token_required());
    EXPECT_FALSE(config.server.allow_unauthenticated);
    EXPECT_THAT(warnings_,
        ElementsAre(HasSubstr(".env:1: OPENROUTER_API_KEY_FILE: is not read"),
            HasSubstr(".env:2: DRAGOMAN_CLIENT_TOKEN_FILE: is not read"),
            HasSubstr(".env:3: DRAGOMAN_ALLOW_UNAUTHENTICATED: is not read")));
}

TEST_F(LoadTest, ADotenvNamesALogInItsOwnFolderOnly)
{
    for (const std::string name : { "log.jsonl", "./logs/of/today.jsonl" }) {
        dotenv("LOG_FILE_PATH=" + name + "\n");
        EXPECT_EQ(loaded().log.file, name);
        EXPECT_THAT(warnings_, ElementsAre());
    }
    std::filesystem::create_symlink("nowhere", directory_ / "link");
    std::filesystem::create_symlink("..", directory_ / "up");
    for (const std::string name :
        { "../log", "/tmp/log", ".bashrc", "a/../../log", ".git/config", "link", "up/log", "./.log" }) {
        dotenv("LOG_FILE_PATH=" + name + "\n");
        EXPECT_EQ(loaded().log.file, "") << name;
        EXPECT_THAT(warnings_, ElementsAre(HasSubstr(".env:1: LOG_FILE_PATH: is ignored"))) << name;
    }
    environment_["LOG_FILE_PATH"] = "../log";
    EXPECT_EQ(loaded().log.file, "../log") << "whoever sets the environment may";
}

TEST_F(LoadTest, ATokenOfADotenvOpensNothingToOtherMachinesForAKeyFromElsewhere)
{
    const std::string token = "DRAGOMAN_CLIENT_TOKEN=from-dotenv-00000000\n";
    const auto token_in_force = [&] {
        const Config config = loaded();
        return config.server.client_tokens.empty()
            ? std::string()
            : std::string(config.server.client_tokens.front().reveal());
    };
    environment_["OPENROUTER_API_KEY"] = "sk-or-mine";
    for (const std::string open : { "HOST=0.0.0.0\n", "DRAGOMAN_METRICS_LISTEN=0.0.0.0:9464\n" }) {
        dotenv(token + open);
        EXPECT_THAT(
            mistakes(), ElementsAre(HasSubstr(".env:1: DRAGOMAN_CLIENT_TOKEN: does not open an address")));
    }
    dotenv(token);
    EXPECT_EQ(token_in_force(), "from-dotenv-00000000") << "on loopback it protects";
    dotenv("HOST=0.0.0.0\n");
    environment_["DRAGOMAN_CLIENT_TOKEN"] = "from-environment-0000";
    EXPECT_EQ(token_in_force(), "from-environment-0000");
    environment_.erase("DRAGOMAN_CLIENT_TOKEN");
    environment_.erase("OPENROUTER_API_KEY");
    dotenv(token + "HOST=0.0.0.0\nOPENROUTER_API_KEY=sk-or-here\n");
    EXPECT_EQ(token_in_force(), "from-dotenv-00000000") << "it spends its own key";
}

TEST_F(LoadTest, AReadableDotenvFileWithAKeyIsAWarningAndAWritableOneIsLeftOut)
{
    dotenv("OPENROUTER_API_KEY=sk-or-1\n");
    loaded();
    EXPECT_THAT(warnings_, IsEmpty());
    std::filesystem::permissions(directory_ / ".env", std::filesystem::perms(0644));
    EXPECT_FALSE(loaded().degraded());
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("can be read by others")));
    std::filesystem::permissions(directory_ / ".env", std::filesystem::perms(0666));
    EXPECT_TRUE(loaded().degraded());
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr(".env: is left out")));
}

TEST_F(LoadTest, ADotenvFileIsNotReadWhenItMustNotBe)
{
    dotenv("OPENROUTER_API_KEY=sk-or-1\n");
    Sources without = sources();
    without.dotenv = false;
    EXPECT_TRUE(load(without)->config.degraded());
}

TEST_F(LoadTest, AKeyComesFromItsVariableItsFileTheCredentialThenTheConfiguration)
{
    file("[upstreams.openrouter]\nkey_file = \"" + secret_file("configured", "sk-or-4\n") + "\"\n");
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-4");
    EXPECT_EQ(loaded().main().key_source().file, directory_ / "configured");
    dotenv("OPENROUTER_API_KEY=sk-or-dotenv\n");
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-dotenv");
    std::filesystem::create_directory(directory_ / "credentials");
    secret_file("credentials/openrouter_api_key", "sk-or-3\r\n");
    environment_["CREDENTIALS_DIRECTORY"] = directory_ / "credentials";
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-3");
    EXPECT_EQ(loaded().main().key_source().kind, KeySource::Kind::credential);
    environment_["OPENROUTER_API_KEY_FILE"] = secret_file("file", "  sk-or-2  \n");
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-2");
    EXPECT_EQ(loaded().main().key_source().file, directory_ / "file");
    environment_["OPENROUTER_API_KEY"] = "sk-or-1";
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-1");
    EXPECT_EQ(loaded().main().key_source().file, "");
}

TEST_F(LoadTest, AnEmptyCredentialIsNone)
{
    file("[upstreams.openrouter]\nkey_file = \"" + secret_file("configured", "sk-or-4\n") + "\"\n");
    std::filesystem::create_directory(directory_ / "credentials");
    secret_file("credentials/openrouter_api_key", "\n");
    secret_file("credentials/dragoman_client_token", "");
    environment_["CREDENTIALS_DIRECTORY"] = directory_ / "credentials";
    const Config config = loaded();
    EXPECT_EQ(config.main().key().reveal(), "sk-or-4");
    EXPECT_FALSE(config.client_token_required());
    EXPECT_THAT(warnings_, ElementsAre());
}

// What systemd makes of a credential for a user of its own: the group's bits are the list's mask.
TEST_F(LoadTest, AKeyFileWhoseAccessListNamesItsReaderIsPrivate)
{
    const std::string path = secret_file("key", "sk-or-5\n");
    constexpr char list[] = "\2\0\0\0" // acl(5), as the kernel keeps it: tag, permission, who
                            "\1\0\4\0\377\377\377\377"
                            "\2\0\4\0\1\0\0\0"
                            "\4\0\0\0\377\377\377\377"
                            "\20\0\4\0\377\377\377\377"
                            "\40\0\0\0\377\377\377\377";
    if (::setxattr(path.c_str(), "system.posix_acl_access", list, sizeof list - 1, 0) != 0)
        GTEST_SKIP() << "no access lists here: " << std::strerror(errno);
    environment_["OPENROUTER_API_KEY_FILE"] = path;
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-5");
    EXPECT_THAT(warnings_, ElementsAre());
}

TEST_F(LoadTest, SocketsThatSystemdOpenedCountInsteadOfEverySetting)
{
    Sources given = sources();
    given.flags.port = 9000;
    given.environment["HOST"] = "0.0.0.0";
    given.given = { { "127.0.0.1", 7000, false } };
    const auto loopback = load(given);
    ASSERT_TRUE(loopback) << ::testing::PrintToString(loopback.error().mistakes);
    EXPECT_EQ(loopback->config.server.listen, *given.given);
    given.given->push_back({ "::", 7000, false });
    const auto open = load(given);
    ASSERT_FALSE(open);
    EXPECT_THAT(open.error().mistakes,
        ElementsAre(HasSubstr("the socket that systemd opened: [::]:7000 can be reached by other machines")));
    given.environment["DRAGOMAN_CLIENT_TOKEN"] = "a-token-that-is-long-enough";
    EXPECT_TRUE(load(given));
    given.environment.erase("DRAGOMAN_CLIENT_TOKEN");
    given.given->clear(); // only sockets in the file system
    EXPECT_TRUE(load(given));
}

TEST_F(LoadTest, AFileThatIsNotNeededMayBeMissing)
{
    environment_ = { { "OPENROUTER_API_KEY", "sk-or-1" }, { "OPENAI_API_KEY_FILE", "/absent" } };
    file("[upstreams.openrouter]\nkey_file = \"/absent\"\n");
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-1");
    environment_.clear();
    EXPECT_THAT(mistakes(),
        ElementsAre(HasSubstr("config.toml:2:12: upstreams.openrouter.key_file: cannot read /absent")));
}

// P-06, P-09
TEST_F(LoadTest, AKeyFileIsJudgedByTheFileItsLinksEndAt)
{
    const std::string real = secret_file("real", "sk-or-1");
    std::filesystem::create_symlink(real, directory_ / "link");
    environment_["OPENROUTER_API_KEY_FILE"] = directory_ / "link";
    EXPECT_EQ(loaded().main().key().reveal(), "sk-or-1");
    EXPECT_THAT(warnings_, IsEmpty());
    std::filesystem::permissions(real, std::filesystem::perms(0644));
    loaded();
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("can be read by others")));
    std::filesystem::permissions(real, std::filesystem::perms(0620));
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("can be changed by others (mode 0620)")));
    std::filesystem::permissions(real, std::filesystem::perms(0600));
    secret_file("real", " \n");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("is empty")));
    secret_file("real", "two words");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("is no key")));
}

TEST_F(LoadTest, TokensComeFromTheEnvironmentInPlaceOfTheFile)
{
    file("[server]\nclient_tokens = [\"from-the-file-000000\"]\n");
    const auto tokens = [&] {
        std::vector<std::string> all;
        for (const Secret& token : loaded().server.client_tokens)
            all.emplace_back(token.reveal());
        return all;
    };
    EXPECT_THAT(tokens(), ElementsAre("from-the-file-000000"));
    dotenv("DRAGOMAN_CLIENT_TOKEN=from-dotenv-00000000\n");
    EXPECT_THAT(tokens(), ElementsAre("from-dotenv-00000000"));
    environment_["DRAGOMAN_CLIENT_TOKEN_FILE"] =
        secret_file("tokens", "# Ada\nadas-token-0000000000\n\nbens-token-0000000000\r\n");
    EXPECT_THAT(tokens(), ElementsAre("adas-token-0000000000", "bens-token-0000000000"));
    EXPECT_EQ(loaded().server.client_tokens_file, directory_ / "tokens");
    environment_["DRAGOMAN_CLIENT_TOKEN"] = "short";
    EXPECT_THAT(tokens(), ElementsAre("short"));
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("can be guessed")));
    environment_["DRAGOMAN_CLIENT_TOKEN"] = "two words";
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("DRAGOMAN_CLIENT_TOKEN: is no token")));
}

TEST_F(LoadTest, ATokenMayBeACredentialOfSystemd)
{
    secret_file("dragoman_client_token", "credential-token-000000");
    environment_["CREDENTIALS_DIRECTORY"] = directory_.path();
    const Config config = loaded();
    ASSERT_EQ(config.server.client_tokens.size(), 1U);
    EXPECT_EQ(config.server.client_tokens[0].reveal(), "credential-token-000000");
}

TEST_F(LoadTest, ListeningBeyondLoopbackNeedsATokenOrAClearWord)
{
    environment_["HOST"] = "0.0.0.0";
    EXPECT_THAT(mistakes(),
        ElementsAre(::testing::AllOf(HasSubstr("HOST: 0.0.0.0:8080"), HasSubstr("DRAGOMAN_CLIENT_TOKEN"),
            HasSubstr("allow_unauthenticated"))));
    environment_["DRAGOMAN_CLIENT_TOKEN"] = "0123456789abcdef";
    EXPECT_TRUE(loaded().client_token_required());
    environment_.erase("DRAGOMAN_CLIENT_TOKEN");
    environment_["DRAGOMAN_ALLOW_UNAUTHENTICATED"] = "true";
    EXPECT_TRUE(loaded().server.allow_unauthenticated);
    environment_["DRAGOMAN_ALLOW_UNAUTHENTICATED"] = "maybe";
    EXPECT_THAT(mistakes(), Contains(HasSubstr("DRAGOMAN_ALLOW_UNAUTHENTICATED: is neither true nor false")));
    environment_.erase("DRAGOMAN_ALLOW_UNAUTHENTICATED");
    for (const char* loopback : { "127.1.2.3", "::1", "localhost", "::ffff:127.0.0.1" }) {
        environment_["HOST"] = loopback;
        EXPECT_FALSE(loaded().client_token_required()) << loopback;
    }
    for (const char* open : { "::", "192.168.1.1", "::ffff:10.0.0.1", "box.lan" }) {
        environment_["HOST"] = open;
        EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("can be reached by other machines"))) << open;
    }
}

TEST_F(LoadTest, AKeyOverPlainHttpIsAWarningUnlessItStaysOnTheMachine)
{
    environment_ = { { "OPENROUTER_API_KEY", "sk-or-1" }, { "OPENROUTER_BASE_URL", "http://box.lan/v1" } };
    loaded();
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("clear text")));
    environment_["OPENROUTER_BASE_URL"] = "http://[::1]:80/v1";
    loaded();
    EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(LoadTest, ABadBaseUrlIsAMistakeThatDoesNotRepeatIt)
{
    environment_ = { { "OPENROUTER_API_KEY", "sk-or-1" },
        { "OPENROUTER_BASE_URL", "https://me:canary@box.lan/v1" } };
    EXPECT_THAT(mistakes(),
        ElementsAre(::testing::AllOf(
            HasSubstr("OPENROUTER_BASE_URL: base_url must not hold"), Not(HasSubstr("canary")))));
}

// S-20
TEST_F(LoadTest, NoKeyIsEverPrinted)
{
    const std::string canary = "sk-or-canary\n-4711";
    const auto clean = [&] {
        const CheckResult result = check_config(sources());
        EXPECT_THAT(result.out + result.err, Not(HasSubstr("canary")));
        return result;
    };
    environment_ = { { "OPENROUTER_API_KEY", "sk-or-canary" },
        { "DRAGOMAN_CLIENT_TOKEN", "canary-0123456789abcdef" } };
    EXPECT_THAT(clean().out, HasSubstr("sha256:"));
    environment_ = { { "OPENROUTER_API_KEY", canary }, { "DRAGOMAN_CLIENT_TOKEN", canary } };
    EXPECT_EQ(clean().exit_code, exit_usage);
    environment_ = { { "OPENROUTER_API_KEY_FILE", secret_file("key", canary) },
        { "DRAGOMAN_CLIENT_TOKEN_FILE", secret_file("tokens", "two words canary") } };
    EXPECT_EQ(clean().exit_code, exit_usage);
    environment_.clear();
    dotenv("OPENROUTER_API_KEY=\"sk-or-canary\nOPENROUTER_API_KEY sk-or-canary\nsk-or-canary=1=2\n");
    clean();
    for (const char* text :
        { "[upstreams.openrouter]\nkey = sk-or-canary\n", "[upstreams.openrouter]\nkey = 'canary\n",
            "[upstreams.openrouter]\nkey = \"sk canary\"\n", "key = \"canary\"\nkey = \"canary\"\n",
            "[upstreams.openrouter]\nkey = [\"canary\"]\n", "canary\n", "x = \"\\canary\"\n",
            "[server]\nclient_tokens = [\"sk canary\"]\n", "x = 1canary\n", "x = truecanary\n" }) {
        file(text);
        EXPECT_EQ(clean().exit_code, exit_usage) << text;
    }
}

} // namespace
} // namespace dragoman::config
