#include "config/command_line.h"
#include "load_support.h"

#include <vector>

namespace dragoman::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Command = CommandLine::Command;

CommandLine parse(std::vector<const char*> arguments)
{
    arguments.insert(arguments.begin(), "dragoman");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), "1.2.3");
}

TEST(CommandLine, AloneItServes)
{
    EXPECT_EQ(parse({}).command, Command::serve);
    EXPECT_EQ(parse({ "serve" }).command, Command::serve);
    EXPECT_EQ(parse({ "check-config" }).command, Command::check_config);
}

TEST(CommandLine, OptionsStandBeforeOrAfterTheCommand)
{
    for (const auto& line : { parse({ "--port", "0", "--host=127.0.0.1", "serve", "--config", "x.toml" }),
             parse({ "serve", "--port=0", "--host", "127.0.0.1", "--config", "x.toml" }),
             parse({ "-p", "0", "--host", "127.0.0.1", "-c", "x.toml" }) }) {
        EXPECT_EQ(line.command, Command::serve) << line.err;
        EXPECT_EQ(line.flags.port, 0);
        EXPECT_EQ(line.flags.host, "127.0.0.1");
        EXPECT_EQ(line.flags.config, "x.toml");
    }
    const auto all =
        parse({ "--workers", "3", "--log-level", "debug", "--log-file", "l", "--capture", "d", "--demo" });
    EXPECT_EQ(all.flags.workers, 3);
    EXPECT_EQ(all.flags.log_level, "debug");
    EXPECT_EQ(all.flags.log_file, "l");
    EXPECT_EQ(all.flags.capture, "d");
    EXPECT_TRUE(all.flags.demo);
    EXPECT_FALSE(parse({}).flags.demo);
    EXPECT_EQ(parse({ "check-config", "--config", "y.toml" }).flags.config, "y.toml");
}

TEST(CommandLine, HelpAndVersionGoToStdout)
{
    for (const auto& line : { parse({ "--help" }), parse({ "-h" }), parse({ "serve", "--help" }) }) {
        EXPECT_EQ(line.command, Command::done);
        EXPECT_EQ(line.exit_code, exit_ok);
        for (const char* word : { "serve", "check-config", "--config", "--host", "--port", "--workers",
                 "--log-level", "--demo", "--version", "OPENROUTER_API_KEY" })
            EXPECT_THAT(line.out, HasSubstr(word));
    }
    EXPECT_EQ(parse({ "--version" }).out, "dragoman 1.2.3\n");
    EXPECT_EQ(parse({ "--version" }).exit_code, exit_ok);
}

TEST(CommandLine, WhatIsUnknownIsSaidWithWhatWasMeant)
{
    const auto option = parse({ "serve", "--prot", "80" });
    EXPECT_EQ(option.command, Command::done);
    EXPECT_EQ(option.exit_code, exit_usage);
    EXPECT_THAT(option.err, HasSubstr("unknown option --prot; did you mean --port?"));
    EXPECT_EQ(option.out, "");
    EXPECT_THAT(parse({ "sevre" }).err, HasSubstr("unknown command sevre; did you mean serve?"));
    const auto key = parse({ "--api-key=sk-or-canary" });
    EXPECT_EQ(key.exit_code, exit_usage);
    EXPECT_THAT(key.err, HasSubstr("unknown option --api-key"));
    EXPECT_THAT(key.err, Not(HasSubstr("canary")));
}

TEST(CommandLine, AValueThatIsMissingOrWrongIsSaid)
{
    EXPECT_EQ(parse({ "--port" }).exit_code, exit_usage);
    EXPECT_THAT(parse({ "--port" }).err, HasSubstr("--port"));
    EXPECT_EQ(parse({ "--port", "web" }).exit_code, exit_usage);
    EXPECT_EQ(parse({ "--port", "70000" }).exit_code, exit_usage);
    EXPECT_EQ(parse({ "serve", "check-config" }).exit_code, exit_usage);
}

TEST_F(LoadTest, CheckConfigSaysWhatIsInForce)
{
    file("[models]\nbig = \"a/b\"\n");
    environment_["OPENROUTER_API_KEY"] = "abc";
    const CheckResult result = check_config(sources());
    EXPECT_EQ(result.exit_code, exit_ok);
    EXPECT_THAT(result.out, HasSubstr("a/b"));
    EXPECT_THAT(result.out, HasSubstr(file_));
    EXPECT_THAT(result.out, HasSubstr("sha256:ba7816bf from OPENROUTER_API_KEY"));
    EXPECT_THAT(result.out, HasSubstr("127.0.0.1:8080"));
    EXPECT_EQ(result.err, "");
}

TEST_F(LoadTest, CheckConfigEndsWithTwoOnMistakes)
{
    file("[\"\\u001b[2J\"]\n");
    const CheckResult result = check_config(sources());
    EXPECT_EQ(result.exit_code, exit_usage);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("error: "));
    EXPECT_THAT(result.err, Not(HasSubstr("\x1b"))) << "what a file says never speaks to the terminal";
}

} // namespace
} // namespace dragoman::config
