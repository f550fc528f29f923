#include "cli/command_line.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <vector>

namespace dragoman::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
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

TEST(CommandLine, TheClientsArgumentsAreHandedOnUntouched)
{
    using Strings = std::vector<std::string>;
    const auto all = parse({ "code", "--isolated", "--config=c.toml", "openai/gpt-4o", "-p", "--config", "-c",
        "--", "--isolated", "" });
    EXPECT_EQ(all.command, Command::code);
    EXPECT_TRUE(all.code.isolated);
    EXPECT_EQ(all.flags.config, "c.toml");
    EXPECT_EQ(all.code.model, "openai/gpt-4o");
    EXPECT_EQ(all.code.client_arguments, (Strings { "-p", "--config", "-c", "--", "--isolated", "" }));
    const auto none = parse({ "code", "-p", "say hi", "--help" });
    EXPECT_EQ(none.code.model, "");
    EXPECT_EQ(none.code.client_arguments, (Strings { "-p", "say hi", "--help" }));
    const auto after = parse({ "code", "--own", "--", "doctor" });
    EXPECT_TRUE(after.code.own);
    EXPECT_EQ(after.code.model, "");
    EXPECT_EQ(after.code.client_arguments, (Strings { "doctor" }));
    const auto both = parse({ "--config", "code", "code", "m", "--", "-p", "x" });
    EXPECT_EQ(both.flags.config, "code");
    EXPECT_EQ(both.code.model, "m");
    EXPECT_EQ(both.code.client_arguments, (Strings { "-p", "x" }));
    EXPECT_EQ(parse({ "code", "--shell", "fish", "--print-env" }).shell, Shell::fish);
    EXPECT_EQ(parse({ "code" }).command, Command::code);
    EXPECT_THAT(parse({ "code", "--help" }).out, HasSubstr("dragoman code [OPTIONS] [MODEL] [CLAUDE"));
    EXPECT_EQ(parse({ "code", "--shell" }).exit_code, exit_usage);
}

TEST(CommandLine, AnEmptyModelIsNotTheConfiguredOne)
{
    EXPECT_THAT(parse({ "code", "" }).err, HasSubstr("the model is an empty word"));
    EXPECT_EQ(parse({ "code", "" }).exit_code, exit_usage);
    EXPECT_EQ(parse({ "code", "-p", "" }).command, Command::code);
}

TEST(CommandLine, HelpAndVersionAreWordsToo)
{
    EXPECT_THAT(parse({ "help" }).out, HasSubstr("check-config"));
    EXPECT_THAT(parse({ "help", "models" }).out, HasSubstr("--free"));
    EXPECT_EQ(parse({ "version" }).out, "dragoman 1.2.3\n");
    EXPECT_THAT(parse({ "help", "modles" }).out, HasSubstr("check-config"));
}

TEST(CommandLine, EveryCommandHasOptionsOfItsOwn)
{
    const auto models =
        parse({ "models", "gpt", "oss", "--free", "--context", "200k", "--sort", "price", "--json" });
    EXPECT_EQ(models.command, Command::models);
    EXPECT_EQ(models.models.words, (std::vector<std::string> { "gpt", "oss" }));
    EXPECT_TRUE(models.models.free);
    EXPECT_EQ(models.models.context, 200000U);
    EXPECT_EQ(models.models.sort, ModelsOptions::Sort::price);
    EXPECT_TRUE(models.json);
    EXPECT_EQ(parse({ "models", "--context", "131072" }).models.context, 131072U);
    EXPECT_EQ(parse({ "models", "--context", "1M" }).models.context, 1000000U);
    EXPECT_EQ(parse({ "models", "--sort", "taste" }).exit_code, exit_usage);
    EXPECT_THAT(parse({ "models", "--sort", "taste" }).err,
        StartsWith("dragoman: --sort: taste is none of name, price, context\n"));
    EXPECT_THAT(parse({ "env", "--shell", "tcsh" }).err,
        StartsWith("dragoman: --shell: tcsh is none of sh, fish, powershell, cmd\n"));
    EXPECT_THAT(parse({ "service", "start" }).err,
        StartsWith("dragoman: action: start is none of install, uninstall, status\n"));
    EXPECT_EQ(parse({ "service", "install", "--system" }).service.action, ServiceOptions::Action::install);
    EXPECT_TRUE(parse({ "service", "install", "--system" }).service.system);
    EXPECT_EQ(parse({ "service" }).exit_code, exit_usage);
    EXPECT_EQ(parse({ "service", "restart" }).exit_code, exit_usage);
    EXPECT_EQ(parse({ "completion", "zsh" }).completion, "zsh");
    EXPECT_EQ(parse({ "completion", "tcsh" }).exit_code, exit_usage);
    EXPECT_TRUE(parse({ "doctor", "--offline" }).offline);
    EXPECT_TRUE(parse({ "status", "--watch" }).watch);
    EXPECT_EQ(parse({ "init", "--key-file", "k", "--big", "a/b", "-y" }).init.big, "a/b");
    EXPECT_EQ(parse({ "env", "--shell", "PowerShell", "a/b" }).shell, Shell::powershell);
    EXPECT_EQ(parse({ "env", "a/b" }).code.model, "a/b");
    EXPECT_THAT(parse({ "models", "--help" }).out, HasSubstr("--free"));
}

TEST(CommandLine, OptionsOfServeAreNotSwallowedByOtherCommands)
{
    EXPECT_THAT(parse({ "--port", "80", "models" }).err, HasSubstr("--port is an option of serve"));
    EXPECT_THAT(parse({ "models", "--fre" }).err, HasSubstr("did you mean --free?"));
    EXPECT_THAT(parse({ "env", "a", "b" }).err, HasSubstr("unknown argument b"));
    EXPECT_EQ(parse({ "--config", "x.toml", "models" }).flags.config, "x.toml");
}

TEST(CommandLine, RouteForgetsWhatWasLearnedOfOneModelOrOfAll)
{
    const auto one = parse({ "route", "opus", "--clear-learned" });
    EXPECT_EQ(one.command, Command::route) << one.err;
    EXPECT_EQ(one.route.model, "opus");
    EXPECT_TRUE(one.route.clear_learned);
    const auto all = parse({ "route", "--clear-learned", "--json" });
    EXPECT_EQ(all.command, Command::route) << all.err;
    EXPECT_EQ(all.route.model, "");
    EXPECT_TRUE(all.route.clear_learned && all.json);
    EXPECT_FALSE(parse({ "route", "opus" }).route.clear_learned);
}

} // namespace
} // namespace dragoman::cli
