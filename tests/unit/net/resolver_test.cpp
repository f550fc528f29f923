// Names that change, and name servers that do not answer.
#include "net/resolver.h"
#include "unit/net/fetching.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>

namespace dragoman::net {
namespace {

using namespace std::chrono_literals;

// Each answer of its name server is another port, until it fails.
class Names : public ::testing::Test {
protected:
    Lookup lookup()
    {
        return [this](const std::string&, std::uint16_t) -> Result<Addresses> {
            if (fails)
                return Failure(Error::unreachable("no name server"));
            return Addresses { { boost::asio::ip::address_v4::loopback(), ++last } };
        };
    }

    // The port it answers, 0 when it fails; what runs in the background has ended then.
    static int ask(Resolver& resolver)
    {
        int port = 0;
        Fetching loop;
        loop.run_all(ask_into(resolver, port));
        return port;
    }

    static Task<void> ask_into(Resolver& resolver, int& port)
    {
        Result<Addresses> addresses = co_await resolver.resolve("named.example", 443);
        if (addresses)
            port = addresses->front().port();
    }

    std::atomic<bool> fails = false;
    std::atomic<std::uint16_t> last = 0;
};

TEST_F(Names, AreRemembered)
{
    Resolver resolver(lookup());
    EXPECT_EQ(ask(resolver), 1);
    EXPECT_EQ(ask(resolver), 1);
    EXPECT_EQ(last, 1);
}

TEST_F(Names, ServeWhileTheyAreRenewed)
{
    Resolver resolver(lookup(), { .fresh = 0s });
    EXPECT_EQ(ask(resolver), 1);
    EXPECT_EQ(ask(resolver), 1) << "nobody waits for the new one";
    EXPECT_EQ(last, 2);
    EXPECT_EQ(ask(resolver), 2);
    fails = true;
    EXPECT_EQ(ask(resolver), 3);
    EXPECT_EQ(ask(resolver), 3) << "the last that is known";
}

TEST_F(Names, AreAskedForAgainWhenTheyAreTooOld)
{
    Resolver resolver(lookup(), { .fresh = 0s, .stale = 0s });
    EXPECT_EQ(ask(resolver), 1);
    EXPECT_EQ(ask(resolver), 2);
    fails = true;
    EXPECT_EQ(ask(resolver), 0);
}

TEST_F(Names, AreAskedForAgainWhenTheyLeadNowhere)
{
    Resolver resolver(lookup(), { .beyond_doubt = 0s });
    EXPECT_FALSE(resolver.doubt("named.example", 443)) << "it is not known at all";
    EXPECT_EQ(ask(resolver), 1);
    EXPECT_TRUE(resolver.doubt("named.example", 443));
    EXPECT_EQ(ask(resolver), 2);
    EXPECT_EQ(ask(resolver), 2);
    EXPECT_TRUE(resolver.doubt("named.example", 443));
    fails = true;
    EXPECT_EQ(ask(resolver), 2) << "better than nothing";
    Resolver sure(lookup());
    fails = false;
    EXPECT_EQ(ask(sure), 3);
    EXPECT_FALSE(sure.doubt("named.example", 443)) << "it has only just been looked up";
}

} // namespace
} // namespace dragoman::net
