#include "config/check_config.h"
#include "load_support.h"

namespace dragoman::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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
