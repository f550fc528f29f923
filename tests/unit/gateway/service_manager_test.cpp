#include "gateway/service_manager.h"
#include "net/server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace dragoman::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::MatchesRegex;

// The other side, with an abstract name that the kernel chooses.
class Manager {
public:
    Manager()
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address {};
        address.sun_family = AF_UNIX;
        socklen_t size = sizeof(sa_family_t);
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
        size = sizeof address;
        ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
        name = "@" + std::string(address.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1);
    }
    // Nothing waits: what was sent is there.
    std::string heard()
    {
        std::string bytes(4096, 0);
        const ssize_t size = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        return bytes.substr(0, size < 0 ? 0 : static_cast<std::size_t>(size));
    }
    std::string name;

private:
    net::Descriptor socket_;
};

TEST(ServiceManager, HearsEachStateOnce)
{
    Manager manager;
    const ServiceManager service({ { "NOTIFY_SOCKET", manager.name } });
    service.ready("listening on 127.0.0.1:8080");
    EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=listening on 127.0.0.1:8080");
    service.reloading();
    EXPECT_THAT(manager.heard(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+\nSTATUS=.+"));
    service.stopping("ending", 30s);
    EXPECT_EQ(manager.heard(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=40000000\nSTATUS=ending");
    service.alive();
    EXPECT_EQ(manager.heard(), "WATCHDOG=1");
    service.failed("two\nlines\nREADY=1");
    EXPECT_EQ(manager.heard(), R"(STATUS=two\nlines\nREADY=1)");
    EXPECT_EQ(manager.heard(), "");
}

TEST(ServiceManager, MayBeAPath)
{
    const std::string path = ::testing::TempDir() + fmt::format("notify-{}", ::getpid());
    const net::Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ServiceManager({ { "NOTIFY_SOCKET", path } }).status("here");
    std::string heard(64, 0);
    EXPECT_EQ(::recv(socket.get(), heard.data(), heard.size(), MSG_DONTWAIT), 11);
    EXPECT_TRUE(heard.starts_with("STATUS=here"));
    ::unlink(path.c_str());
}

TEST(ServiceManager, ThatIsNotThereIsNotMissed)
{
    for (const std::string& where : { std::string(), std::string("relative"), std::string("@"),
             std::string("/absent/notify"), std::string("vsock:2:1234"), std::string(4096, '/') }) {
        const ServiceManager service({ { "NOTIFY_SOCKET", where }, { "WATCHDOG_USEC", "1000" } });
        service.ready("");
        EXPECT_EQ(service.watchdog(), 0us) << where;
    }
}

TEST(ServiceManager, WatchesThisProcessOnly)
{
    const Manager manager;
    Environment environment { { "NOTIFY_SOCKET", manager.name }, { "WATCHDOG_USEC", "30000000" } };
    EXPECT_EQ(ServiceManager(environment).watchdog(), 30s);
    environment["WATCHDOG_PID"] = std::to_string(::getpid());
    EXPECT_EQ(ServiceManager(environment).watchdog(), 30s);
    environment["WATCHDOG_PID"] = "1";
    EXPECT_EQ(ServiceManager(environment).watchdog(), 0us);
    environment["WATCHDOG_PID"] = "";
    environment["WATCHDOG_USEC"] = "soon";
    EXPECT_EQ(ServiceManager(environment).watchdog(), 0us);
}

TEST(ServiceManager, IsToldInWords)
{
    EXPECT_EQ(status_words({ "127.0.0.1:8080", "[::1]:8080" }, false, 0),
        "listening on 127.0.0.1:8080, [::1]:8080");
    EXPECT_EQ(status_words({ "[::1]:1" }, false, 1), "listening on [::1]:1; 1 answer running");
    EXPECT_EQ(status_words({ "[::1]:1" }, false, 2), "listening on [::1]:1; 2 answers running");
    EXPECT_THAT(status_words({ "[::1]:1" }, true, 0), ::testing::HasSubstr("no upstream key"));
}

TEST(Heartbeat, NeedsEveryWorkersAnswer)
{
    Heartbeat heartbeat(2);
    std::vector<std::function<void()>> asked;
    const auto ask = [&](const std::function<void()>& answer) { asked.push_back(answer); };
    EXPECT_TRUE(heartbeat.beats(ask));
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_FALSE(heartbeat.beats(ask));
    asked[0]();
    EXPECT_FALSE(heartbeat.beats(ask)) << "one of two has answered";
    EXPECT_EQ(asked.size(), 1U) << "nobody is asked twice";
    asked[0]();
    EXPECT_TRUE(heartbeat.beats(ask));
    EXPECT_EQ(asked.size(), 2U);
    EXPECT_FALSE(heartbeat.beats(ask));
}

struct Silent final : net::Handler {
    std::optional<net::Refusal> admit(const net::RequestHead&) override { return std::nullopt; }
    net::Refusal refusal(int status, const Error&, const net::RequestHead*) override
    {
        return { status, {}, "" };
    }
    net::Task<void> handle(net::ClientRequest&, net::ResponseWriter&) override { co_return; }
};

TEST(Heartbeat, MissesALoopThatIsStuckWhileTheOthersTurn)
{
    std::atomic<int> answers { 0 };
    std::atomic<bool> stuck { true };
    net::Server server({ .listen = { { "127.0.0.1", 0 } }, .workers = 2 }, net::Trust::none(), net::Proxies(),
        [](net::WorkerContext&) { return std::make_unique<Silent>(); });
    ASSERT_TRUE(server.bind());
    server.start();
    const auto ask = [&](const std::function<void()>& answer) {
        server.post_to_all([&, answer](net::WorkerContext&) {
            answer();
            ++answers;
            answers.notify_all();
        });
    };
    const auto answered = [&](int count) {
        for (int now = answers; now < count; now = answers)
            answers.wait(now);
    };
    Heartbeat heartbeat(server.workers());
    EXPECT_TRUE(heartbeat.beats(ask));
    answered(2);
    server.post_to_all([&](net::WorkerContext& context) {
        if (context.index == 1)
            stuck.wait(true);
    });
    EXPECT_TRUE(heartbeat.beats(ask));
    answered(3);
    EXPECT_FALSE(heartbeat.beats(ask));
    EXPECT_FALSE(heartbeat.beats(ask));
    stuck = false;
    stuck.notify_all();
    answered(4);
    EXPECT_TRUE(heartbeat.beats(ask));
    answered(6);
}

} // namespace
} // namespace dragoman::gateway
