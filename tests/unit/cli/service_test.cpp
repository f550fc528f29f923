#include "base/files.h"
#include "base/limits.h"
#include "cli/service_file.h"
#include "cli/service_launchd.h"
#include "cli/service_settings.h"
#include "cli/service_text.h"
#include "cli/systemctl.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <unistd.h>

namespace dragoman::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string content(const std::string& path) { return read_file(path, limits::MiB).value_or("(nothing)"); }

TEST(ServiceText, StartsTheGivenProgram)
{
    for (const std::string_view packaged : { packaged_user_unit(), packaged_system_unit() }) {
        EXPECT_EQ(unit_text(packaged, { "/usr/bin/dragoman" }), packaged);
        EXPECT_THAT(
            unit_text(packaged, { "/opt/d/dragoman" }), HasSubstr("\nExecStart=/opt/d/dragoman serve\n"));
        EXPECT_THAT(unit_text(packaged, { R"(/a b/100%/$x/"q"\)", "/c $d%.toml" }),
            HasSubstr(R"(ExecStart="/a b/100%%/$x/\"q\"\\" serve --config "/c $$d%%.toml")"));
    }
}

TEST(ServiceText, HoldsNoKey)
{
    EXPECT_THAT(std::string(packaged_user_unit()), Not(HasSubstr("_KEY=")));
    EXPECT_THAT(std::string(packaged_system_unit()),
        HasSubstr("LoadCredential=openrouter_api_key:/etc/dragoman/keys/"));
    EXPECT_EQ(key_file_of_system("OPENROUTER_API_KEY"), "/etc/dragoman/keys/openrouter");
    for (const std::string_view name :
        { "OPENROUTER_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DRAGOMAN_CLIENT_TOKEN" })
        EXPECT_THAT(std::string(packaged_system_unit()), HasSubstr(":" + key_file_of_system(name) + "\n"));
    EXPECT_EQ(key_file_of_system("MY_KEY"), "");
}

TEST(ServiceText, IsAPropertyListOnMacOs)
{
    const std::string text = launchd_text({ "/opt/a&b/dragoman", "/Users/ada/<c>.toml" }, "/Users/ada");
    EXPECT_THAT(text,
        HasSubstr("<string>/opt/a&amp;b/dragoman</string>\n        <string>serve</string>\n"
                  "        <string>--config</string>\n        <string>/Users/ada/&lt;c&gt;.toml</string>\n"));
    EXPECT_THAT(text, HasSubstr("<key>Label</key>\n    <string>dragoman</string>"));
    EXPECT_THAT(text, HasSubstr("<string>/Users/ada/Library/Logs/dragoman.log</string>"));
    EXPECT_TRUE(text.ends_with("</plist>\n"));
    EXPECT_THAT(launchd_text({ "/opt/dragoman" }, "/Users/ada"), Not(HasSubstr("--config")));
}

TEST(ServiceText, KnowsWhatWasSigned)
{
    for (const std::string& text : { signed_unit("[Service]\nA=b\n"), signed_plist("<plist>\n</plist>\n") }) {
        EXPECT_TRUE(is_as_signed(text)) << text;
        EXPECT_FALSE(is_as_signed(text + "more\n"));
        EXPECT_FALSE(is_as_signed("before\n" + text));
    }
    EXPECT_FALSE(is_as_signed("[Service]\nA=b\n"));
    EXPECT_FALSE(is_as_signed(""));
}

class ServiceFile : public ::testing::Test {
protected:
    testing::TemporaryDirectory directory_;
    std::string path_ = directory_ / "systemd/user/dragoman.service";
};

TEST_F(ServiceFile, IsWrittenOnceAndTakenAway)
{
    const std::string text = signed_unit("[Service]\n");
    EXPECT_EQ(place_file(path_, text, 0644)->how, PlacedFile::How::written);
    EXPECT_EQ(place_file(path_, text, 0644)->how, PlacedFile::How::unchanged);
    const auto newer = place_file(path_, signed_unit("[Service]\nA=b\n"), 0644);
    EXPECT_EQ(newer->how, PlacedFile::How::written);
    EXPECT_EQ(newer->backup, "") << "nobody changed it";
    EXPECT_EQ(remove_file(path_), Removed::gone);
    EXPECT_EQ(remove_file(path_), Removed::was_absent);
}

TEST_F(ServiceFile, OfSomebodyElseStaysOrIsBackedUp)
{
    std::filesystem::create_directories(directory_ / "systemd/user");
    directory_.put("systemd/user/dragoman.service", "mine");
    EXPECT_EQ(remove_file(path_), Removed::kept);
    EXPECT_EQ(place_file(path_, signed_unit("x\n"), 0644)->backup, path_ + ".bak");
    EXPECT_EQ(content(path_ + ".bak"), "mine");
    directory_.put("systemd/user/dragoman.service", "mine again");
    EXPECT_EQ(place_file(path_, signed_unit("x\n"), 0644)->backup, path_ + ".bak2");
    EXPECT_EQ(content(path_ + ".bak"), "mine");
    std::filesystem::remove(path_);
    std::filesystem::create_symlink("/nix/store/unit", path_);
    EXPECT_THAT(
        place_file(path_, signed_unit("x\n"), 0644).error().message, HasSubstr("link to /nix/store/unit"));
    EXPECT_EQ(remove_file(path_), Removed::kept);
}

TEST(Systemctl, SaysWhatIsMissingAndWhatElseThereIs)
{
    EXPECT_THAT(why_no_systemd({ .wsl = true }, Scope::user), HasSubstr("systemd=true"));
    EXPECT_THAT(why_no_systemd({ .wsl = true }, Scope::user), HasSubstr("wsl --shutdown"));
    EXPECT_THAT(why_no_systemd({}, Scope::system), HasSubstr("containers"));
    const Surroundings strange { .booted_with_systemd = true, .wsl = true };
    EXPECT_THAT(why_no_systemd(strange, Scope::user), HasSubstr("enable-linger"));
    EXPECT_THAT(why_no_systemd(strange, Scope::user), Not(HasSubstr("wsl.conf")));
    EXPECT_THAT(why_no_systemd(strange, Scope::system), Not(HasSubstr("enable-linger")));
    for (const Surroundings& here : { Surroundings {}, Surroundings { .wsl = true }, strange })
        EXPECT_THAT(why_no_systemd(here, Scope::user), HasSubstr("dragoman serve"));
}

TEST(Systemctl, ReadsTheEnvironmentOfServices)
{
    const Environment environment = parse_environment(
        "HOME=/home/ada\nEMPTY=\nA=b=c\nTWO=$'two words\\'s'\nQUOTED=\"x \\$y\"\nnonsense\n=x\nLAST=1");
    EXPECT_THAT(environment,
        ElementsAre(std::pair("A", "b=c"), std::pair("EMPTY", ""), std::pair("HOME", "/home/ada"),
            std::pair("LAST", "1"), std::pair("QUOTED", "x $y"), std::pair("TWO", "two words's")));
}

TEST(ServiceSettings, NamesWhatAServiceWillNotSee)
{
    EXPECT_THAT(
        unseen_variables({ { "PORT", "1" }, { "HTTPS_PROXY", "p" }, { "SHELL", "sh" }, { "LOG_LEVEL", "" } },
            { { "PORT", "1" } }),
        ElementsAre("HTTPS_PROXY"));
    EXPECT_THAT(unseen_variables({ { "PORT", "1" } }, { { "PORT", "2" } }), ElementsAre("PORT"));
    EXPECT_THAT(unseen_variables({}, { { "PORT", "2" } }), IsEmpty());
}

TEST(RunProgram, HearsBothStreamsAndTheEnd)
{
    const Environment environment { { "PATH", "/usr/bin:/bin" }, { "WORD", "said" } };
    const auto result =
        run_program({ "sh", "-c", "echo $WORD; echo complained >&2; head -c 300000 /dev/zero; cat; exit 3" },
            environment);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->exit_code, 3);
    EXPECT_TRUE(result->out.starts_with("said\n"));
    EXPECT_EQ(result->out.size(), 300005U);
    EXPECT_EQ(result->err, "complained\n");
    EXPECT_EQ(run_program({ "sh", "-c", "kill -9 $$" }, environment)->exit_code, 137);
    const auto absent = run_program({ "no-such-program-here" }, environment);
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().kind, Error::Kind::not_found);
}

// macOS with a launchctl that writes down what it is asked; "loaded" is a file of its own.
class Launchd : public ServiceFile {
protected:
    Launchd()
        : before_(std::getenv("PATH"))
        , folder_(std::filesystem::current_path())
    {
        std::filesystem::create_directories(directory_ / "tools");
        const std::string tool = directory_.put("tools/launchctl",
            "#!/bin/sh\ncd '" + directory_.path()
                + "' && echo \"$1 $2\" >> calls\n"
                  "case $1 in\nbootstrap) touch loaded ;;\nbootout) rm loaded ;;\n"
                  "print) [ -e loaded ] && echo 'state = running' ;;\nesac\n");
        std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
        ::setenv("PATH", (directory_ / "tools:" + before_).c_str(), 1);
        context_.sources.environment = { { "HOME", directory_.path() }, { "PATH", std::getenv("PATH") },
            { "OPENROUTER_API_KEY", "sk-or-x" } };
        context_.sources.dotenv = false;
    }
    ~Launchd() override
    {
        ::setenv("PATH", before_.c_str(), 1);
        std::filesystem::current_path(folder_);
    }
    int run(ServiceOptions::Action action)
    {
        return launchd_service(context_, { .action = action }, { "/opt/dragoman" });
    }
    std::string calls()
    {
        const std::string path = directory_ / "calls";
        std::string said = content(path);
        std::filesystem::remove(path);
        return said;
    }

    Context context_ {};
    std::string before_;
    std::filesystem::path folder_;
    std::string plist_ = directory_ / "Library/LaunchAgents/dragoman.plist";
};

TEST_F(Launchd, InstallsOnceAndRemoves)
{
    using Action = ServiceOptions::Action;
    const std::string domain = "gui/" + std::to_string(::getuid());
    EXPECT_EQ(run(Action::install), exit_failed) << "no key that the service would see";
    std::filesystem::create_directories(directory_ / ".config/dragoman");
    const std::string key = directory_.put("key", "sk-or-y\n");
    directory_.put(".config/dragoman/config.toml", "[upstreams.openrouter]\nkey_file = \"" + key + "\"\n");
    EXPECT_EQ(run(Action::status), exit_failed);
    calls();
    EXPECT_EQ(run(Action::install), exit_ok);
    EXPECT_EQ(calls(), "print " + domain + "/dragoman\nbootstrap " + domain + "\n");
    EXPECT_TRUE(is_as_signed(content(plist_)));
    EXPECT_EQ(run(Action::install), exit_ok);
    EXPECT_EQ(calls(), "print " + domain + "/dragoman\n");
    EXPECT_EQ(run(Action::status), exit_ok);
    calls();
    EXPECT_EQ(run(Action::uninstall), exit_ok);
    EXPECT_EQ(calls(), "print " + domain + "/dragoman\nbootout " + domain + "/dragoman\n");
    EXPECT_FALSE(std::filesystem::exists(plist_));
}

} // namespace
} // namespace dragoman::cli
