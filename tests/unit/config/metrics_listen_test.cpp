#include "config/snapshot.h"
#include "load_support.h"

namespace dragoman::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MetricsListenTest : public LoadTest { };

TEST_F(MetricsListenTest, IsNowhereUnlessItIsNamed)
{
    EXPECT_THAT(loaded().metrics.listen, IsEmpty());
    file("[metrics]\nlisten = \"\"\n");
    EXPECT_THAT(loaded().metrics.listen, IsEmpty());
    EXPECT_THAT(describe(loaded()), HasSubstr("metrics                 off\n"));
}

TEST_F(MetricsListenTest, TakesAnAddressOrOnlyAHost)
{
    file("[metrics]\nlisten = \"127.0.0.1:9500\"\n");
    EXPECT_THAT(loaded().metrics.listen, ElementsAre(Endpoint { "127.0.0.1", 9500, false }));
    EXPECT_THAT(describe(loaded()), HasSubstr("http://127.0.0.1:9500/metrics"));
    file("[metrics]\nlisten = \"localhost\"\n");
    EXPECT_THAT(loaded().metrics.listen,
        ElementsAre(Endpoint { "127.0.0.1", 9464, false }, Endpoint { "::1", 9464, true }));
    environment_["DRAGOMAN_METRICS_LISTEN"] = "[::1]:1234";
    EXPECT_THAT(loaded().metrics.listen, ElementsAre(Endpoint { "::1", 1234, false }));
}

TEST_F(MetricsListenTest, NamesWhatIsWrong)
{
    file("[metrics]\nlisten = \"127.0.0.1:none\"\nlsten = 3\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(HasSubstr("config.toml:3:1: unknown key metrics.lsten; did you mean listen?"),
            HasSubstr("config.toml:2:10: metrics.listen is no address")));
}

TEST_F(MetricsListenTest, BeyondLoopbackNeedsWhatClientsNeed)
{
    environment_["DRAGOMAN_METRICS_LISTEN"] = "0.0.0.0:9464";
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("anyone there could read the metrics")));
    environment_["DRAGOMAN_CLIENT_TOKEN"] = "0123456789abcdef";
    EXPECT_THAT(loaded().metrics.listen, ElementsAre(Endpoint { "0.0.0.0", 9464, false }));
    environment_.erase("DRAGOMAN_CLIENT_TOKEN");
    environment_["DRAGOMAN_ALLOW_UNAUTHENTICATED"] = "1";
    EXPECT_THAT(loaded().metrics.listen, ElementsAre(Endpoint { "0.0.0.0", 9464, false }));
}

TEST_F(MetricsListenTest, CountsFromTheNextStartOn)
{
    Live live(sources(), loaded());
    file("[metrics]\nlisten = \"127.0.0.1:9500\"\n");
    EXPECT_THAT(live.reload().warnings, ElementsAre(HasSubstr("metrics.listen has changed")));
    EXPECT_THAT(live.get()->metrics.listen, IsEmpty());
}

} // namespace
} // namespace dragoman::config
