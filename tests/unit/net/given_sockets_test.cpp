#include "net/given_sockets.h"
#include "unit/net/test_server.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <filesystem>
#include <sys/un.h>

namespace dragoman::net {
namespace {

using dragoman::testing::body_of;
using dragoman::testing::RawClient;

// Descriptors from 3 on as the protocol wants them; what stood there before comes back.
class Handed {
public:
    explicit Handed(std::vector<int> sockets)
    {
        for (int& socket : sockets) { // Out of the way first.
            const int moved = ::fcntl(socket, F_DUPFD_CLOEXEC, 100);
            ::close(std::exchange(socket, moved));
        }
        for (std::size_t i = 0; i < sockets.size(); ++i) {
            const int place = 3 + static_cast<int>(i);
            before_.emplace_back(place, ::fcntl(place, F_DUPFD_CLOEXEC, 100));
            ::dup2(sockets[i], place);
            ::close(sockets[i]);
        }
    }
    Handed(const Handed&) = delete;
    Handed& operator=(const Handed&) = delete;
    ~Handed()
    {
        for (auto [place, old] : before_) {
            ::close(place);
            if (old >= 0) {
                ::dup2(old, place);
                ::close(old);
            }
        }
    }
    Environment environment(const std::string& names = "") const
    {
        return { { "LISTEN_PID", std::to_string(::getpid()) },
            { "LISTEN_FDS", std::to_string(before_.size()) }, { "LISTEN_FDNAMES", names } };
    }

private:
    std::vector<std::pair<int, int>> before_;
};

enum class Listens : std::uint8_t { yes, no };

int tcp_socket(Listens listens)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    if (listens == Listens::yes && ::listen(fd, 10) != 0)
        ADD_FAILURE() << "cannot listen";
    return fd;
}

int unix_socket(const std::string& path, int type = SOCK_STREAM)
{
    const int fd = ::socket(AF_UNIX, type, 0);
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    if (type == SOCK_STREAM && ::listen(fd, 10) != 0)
        ADD_FAILURE() << "cannot listen";
    return fd;
}

TEST(GivenSockets, AreNoneWithoutTheVariablesOrForAnotherProcess)
{
    EXPECT_TRUE(take_given_sockets({})->empty());
    EXPECT_TRUE(take_given_sockets({ { "LISTEN_FDS", "1" } })->empty());
    EXPECT_TRUE(take_given_sockets({ { "LISTEN_FDS", "1" }, { "LISTEN_PID", "1" } })->empty());
    EXPECT_TRUE(take_given_sockets({ { "LISTEN_FDS", "1" }, { "LISTEN_PID", "no" } })->empty());
}

TEST(GivenSockets, SayWhereTheyAreBound)
{
    const std::string path = ::testing::TempDir() + fmt::format("given-{}.sock", ::getpid());
    {
        const Handed handed({ tcp_socket(Listens::yes), unix_socket(path) });
        auto given = take_given_sockets(handed.environment());
        ASSERT_TRUE(given) << given.error().message;
        ASSERT_EQ(given->size(), 2U);
        EXPECT_TRUE(given->at(0).reached_by_network());
        EXPECT_EQ(given->at(0).host, "127.0.0.1");
        EXPECT_EQ(given->at(0).name(), fmt::format("127.0.0.1:{}", given->at(0).port));
        EXPECT_GT(given->at(0).port, 0);
        EXPECT_FALSE(given->at(1).reached_by_network());
        EXPECT_EQ(given->at(1).name(), "unix:" + path);
        for (const GivenSocket& socket : *given) {
            EXPECT_TRUE(::fcntl(socket.socket.get(), F_GETFD) & FD_CLOEXEC);
            EXPECT_TRUE(::fcntl(socket.socket.get(), F_GETFL) & O_NONBLOCK);
        }
    }
    std::filesystem::remove(path);
}

TEST(GivenSockets, ThatDoNotListenAreRefusedByName)
{
    {
        const Handed handed({ tcp_socket(Listens::yes), tcp_socket(Listens::no) });
        auto given = take_given_sockets(handed.environment("api:other"));
        ASSERT_FALSE(given);
        EXPECT_THAT(given.error().message, ::testing::HasSubstr("descriptor 4 (other)"));
        EXPECT_THAT(given.error().message, ::testing::HasSubstr("Accept=no"));
    }
    {
        const std::string path = ::testing::TempDir() + fmt::format("datagrams-{}.sock", ::getpid());
        const Handed handed({ unix_socket(path, SOCK_DGRAM) });
        EXPECT_FALSE(take_given_sockets(handed.environment()));
        std::filesystem::remove(path);
    }
    const Handed handed({ ::open("/dev/null", O_RDONLY) });
    EXPECT_FALSE(take_given_sockets(handed.environment()));
}

// Says which worker it was.
class Which final : public Handler {
public:
    explicit Which(unsigned index)
        : index_(std::to_string(index))
    {
    }
    std::optional<Refusal> admit(const RequestHead&) override { return std::nullopt; }
    Refusal refusal(int status, const Error&, const RequestHead*) override { return { status, {}, "" }; }
    Task<void> handle(ClientRequest&, ResponseWriter& response) override
    {
        co_await response.whole(200, {}, index_);
    }

private:
    std::string index_;
};

TEST(GivenSockets, AreServedByEveryWorker)
{
    const Handed handed({ tcp_socket(Listens::yes) });
    auto given = take_given_sockets(handed.environment());
    ASSERT_TRUE(given);
    const std::uint16_t port = given->front().port;
    std::atomic<bool> other { false };
    std::atomic<int> blocked { -1 };
    Server server({ .listen = {}, .workers = 2 }, Trust::none(), Proxies(),
        [](WorkerContext& context) { return std::make_unique<Which>(context.index); });
    ASSERT_TRUE(server.bind(std::move(*given)));
    EXPECT_EQ(server.endpoints(), std::vector { fmt::format("127.0.0.1:{}", port) });
    server.start();
    // One worker is kept busy, so that it is the other's turn.
    server.post_to_all([&](WorkerContext& context) {
        int none = -1;
        if (blocked.compare_exchange_strong(none, static_cast<int>(context.index))) {
            blocked.notify_all();
            other.wait(false);
        }
    });
    blocked.wait(-1);
    const auto ask = [&] {
        RawClient client(port);
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return body_of(client.read_answer());
    };
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(ask(), std::to_string(1 - blocked));
    other = true;
    other.notify_all();
    EXPECT_FALSE(ask().empty());
}

TEST(GivenSockets, OfTheFileSystemAnswerToo)
{
    const std::string path = ::testing::TempDir() + fmt::format("answers-{}.sock", ::getpid());
    {
        const Handed handed({ unix_socket(path) });
        auto given = take_given_sockets(handed.environment());
        ASSERT_TRUE(given);
        Server server({}, Trust::none(), Proxies(),
            [](WorkerContext& context) { return std::make_unique<Which>(context.index); });
        ASSERT_TRUE(server.bind(std::move(*given)));
        server.start();
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address {};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        std::string_view asked = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        ASSERT_EQ(::send(fd, asked.data(), asked.size(), 0), static_cast<ssize_t>(asked.size()));
        std::string answer(4096, 0);
        answer.resize(static_cast<std::size_t>(std::max<ssize_t>(::recv(fd, answer.data(), 4096, 0), 0)));
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
        ::close(fd);
    }
    std::filesystem::remove(path);
}

} // namespace
} // namespace dragoman::net
