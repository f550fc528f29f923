#include "base/encoding.h"
#include "base/files.h"
#include "gateway/instance.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dragoman::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using ::dragoman::testing::TemporaryDirectory;

const std::string token = "0123456789abcdef0123456789";

Instance sample()
{
    return { .pid = ::getpid(),
        .kind = Instance::Kind::code,
        .url = "http://127.0.0.1:1",
        .token = Secret(token),
        .started = 1700000000,
        .version = "1.2.3",
        .demonstration = true,
        .config = "/a \"b\"/c.toml" };
}

mode_t mode_of(const std::string& path)
{
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST(Instance, SurvivesItsFile)
{
    const auto read = decode_instance(encode(sample()));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->pid, ::getpid());
    EXPECT_EQ(read->kind, Instance::Kind::code);
    EXPECT_EQ(read->url, "http://127.0.0.1:1");
    EXPECT_EQ(read->token.reveal(), token);
    EXPECT_EQ(read->started, 1700000000);
    EXPECT_EQ(read->version, "1.2.3");
    EXPECT_TRUE(read->demonstration);
    EXPECT_EQ(read->config, "/a \"b\"/c.toml");
    for (const char* damaged : { "", "{}", "[]", R"({"pid":1,"url":"http://x"})",
             R"({"pid":0,"url":"http://x","token":"0123456789abcdef"})",
             R"({"pid":1,"url":"http://x","token":"short"})",
             R"({"pid":1,"url":"http://x","token":"0123456789\n bcdef"})" })
        EXPECT_FALSE(decode_instance(damaged)) << damaged;
}

TEST(Instance, IsFoundWhileItsFileIsThere)
{
    TemporaryDirectory folder;
    const std::string run = folder.path() + "/run";
    EXPECT_THAT(find_instances(run), IsEmpty());
    {
        auto file = InstanceFile::write(run, sample());
        ASSERT_TRUE(file);
        EXPECT_EQ(mode_of(run), 0700U);
        EXPECT_EQ(mode_of(run + "/" + std::to_string(::getpid()) + ".json"), 0600U);
        ASSERT_THAT(find_instances(run), SizeIs(1));
        EXPECT_EQ(find_instances(run).front().token.reveal(), token);
    }
    EXPECT_THAT(find_instances(run), IsEmpty());
    EXPECT_TRUE(std::filesystem::is_empty(run));
}

TEST(Instance, FilesOfTheDeadAreRemovedAndThoseOfOthersIgnored)
{
    TemporaryDirectory folder;
    Instance gone = sample();
    gone.pid = 999'999'999; // beyond any kernel's
    ASSERT_TRUE(replace_atomically(folder.path() + "/999999999.json", encode(gone)));
    ASSERT_TRUE(replace_atomically(folder.path() + "/2.json", encode(sample()), 0644));
    ASSERT_TRUE(replace_atomically(folder.path() + "/notes.txt", encode(sample())));
    EXPECT_THAT(find_instances(folder.path()), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(folder.path() + "/999999999.json"));
    EXPECT_TRUE(std::filesystem::exists(folder.path() + "/2.json"));
    EXPECT_TRUE(std::filesystem::exists(folder.path() + "/notes.txt"));
}

TEST(Instance, AFolderInWhichOthersMayWriteIsNotUsed)
{
    TemporaryDirectory folder;
    const std::string run = folder / "run";
    std::filesystem::create_directory(run);
    ::chmod(run.c_str(), 0777);
    EXPECT_FALSE(InstanceFile::write(run, sample()));
    EXPECT_TRUE(std::filesystem::is_empty(run));
    ASSERT_TRUE(replace_atomically(run + "/1.json", encode(sample())));
    EXPECT_THAT(find_instances(run), IsEmpty());
    std::filesystem::create_directory_symlink(run, folder / "link");
    ::chmod(run.c_str(), 0700);
    EXPECT_THAT(find_instances(run), SizeIs(1));
    EXPECT_THAT(find_instances(folder / "link"), IsEmpty());
}

TEST(Instance, NobodyWhoAnswersNothingIsBelieved) { EXPECT_FALSE(proves_itself(sample())); }

TEST(Instance, TheProofIsAnHmacOfTheChallenge)
{
    // RFC 4231, test case 2
    EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(challenge_in("/api/hello?challenge=0123456789abcdef"), "0123456789abcdef");
    for (const char* none : { "/api/hello", "/api/hello?challenge=", "/api/hello?challenge=0123456789abcde",
             "/api/hello?challenge=0123456789abcdex", "/api/hello?challenge=0123456789abcdef&x=1" })
        EXPECT_EQ(challenge_in(none), "") << none;
    EXPECT_EQ(proof_of(Secret(token), ""), "");
    EXPECT_EQ(proof_of(Secret(), "0123456789abcdef"), "");
    EXPECT_THAT(proof_of(Secret(token), "0123456789abcdef"), SizeIs(64));
}

TEST(Instance, TheLastingTokenIsKeptForThisUserAlone)
{
    TemporaryDirectory folder;
    const std::string state = folder.path() + "/state";
    const Secret first = lasting_instance_token(state);
    EXPECT_GE(first.reveal().size(), 40U);
    EXPECT_EQ(lasting_instance_token(state), first);
    EXPECT_EQ(mode_of(state + "/instance-token"), 0600U);
    ::chmod((state + "/instance-token").c_str(), 0644);
    EXPECT_NE(lasting_instance_token(state), first) << "others may have read it";
    EXPECT_NE(lasting_instance_token(""), lasting_instance_token(""));
}

} // namespace
} // namespace dragoman::gateway
