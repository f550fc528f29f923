#include "net/arrivals.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace dragoman::net {
namespace {

using Left = Arrivals::Left;

// One end of a connection under a loop that runs only when it is told to.
class ArrivalsTest : public testing::Test {
protected:
    ArrivalsTest()
    {
        std::array<int, 2> ends {};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
        socket_.emplace(loop_);
        socket_->assign(boost::asio::ip::tcp::v4(), ends[0]);
        other_ = ends[1];
        turn();
    }
    ~ArrivalsTest() override { hang_up(); }

    void say(std::string_view words) const
    {
        EXPECT_EQ(::write(other_, words.data(), words.size()), words.size());
    }
    void hang_up()
    {
        if (other_ >= 0)
            ::close(other_);
        other_ = -1;
    }
    void turn()
    {
        loop_.restart();
        loop_.poll();
    }
    void wait(Left left)
    {
        over_.reset();
        arrivals_.emplace_or_keep().wait(*socket_, left, [this](bool usable) { over_ = usable; });
    }
    std::string read()
    {
        std::string got;
        last_ = receive(*socket_, got, 100);
        return got;
    }
    // Asio takes every socket for readable until it has been told otherwise.
    void get_used_to()
    {
        wait(Left::nothing);
        turn();
        EXPECT_EQ(read(), "");
    }

    struct Kept : std::optional<Arrivals> {
        Arrivals& emplace_or_keep() { return has_value() ? **this : emplace(); }
    };

    // Another connection, whose end comes with its last bytes.
    struct Other {
        explicit Other(boost::asio::io_context& loop)
            : socket(loop)
        {
            std::array<int, 2> fds {};
            EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
            socket.assign(boost::asio::ip::tcp::v4(), fds[0]);
            far_end = fds[1];
        }
        void speak_and_leave(const std::function<void()>& turn)
        {
            arrivals.wait(socket, Left::nothing, [](bool) { });
            turn(); // As get_used_to().
            arrivals.wait(socket, Left::nothing, [](bool) { });
            EXPECT_EQ(::write(far_end, "bye", 3), 3);
            ::close(far_end);
            turn();
            std::string got;
            EXPECT_EQ(receive(socket, got, 100), 3);
            arrivals.wait(socket, Left::nothing, [this](bool) { ++ends; });
        }
        Socket socket;
        Arrivals arrivals;
        int far_end = -1;
        int ends = 0;
    };

    boost::asio::io_context loop_ { 1 };
    std::optional<Socket> socket_;
    int other_ = -1;
    Kept arrivals_;
    std::optional<bool> over_;
    ssize_t last_ = 0;
};

TEST_F(ArrivalsTest, ComeAgainAndAgain)
{
    get_used_to();
    for (const char* words : { "one", "two", "three" }) {
        wait(Left::nothing);
        turn();
        EXPECT_FALSE(over_);
        say(words);
        turn();
        EXPECT_EQ(over_, true);
        EXPECT_EQ(read(), words);
    }
}

TEST_F(ArrivalsTest, AreRememberedWhileNobodyWaits)
{
    get_used_to();
    say("early");
    turn();
    wait(Left::nothing);
    turn();
    EXPECT_EQ(over_, true);
    EXPECT_EQ(read(), "early");
}

TEST_F(ArrivalsTest, AreFoundWhenSomethingWasLeft)
{
    get_used_to();
    wait(Left::nothing);
    say("not read");
    turn();
    wait(Left::perhaps_something);
    turn();
    EXPECT_EQ(over_, true);
}

TEST_F(ArrivalsTest, SweepFindsTheEndThatCameWithTheLastBytes)
{
    get_used_to();
    wait(Left::nothing);
    say("the last");
    hang_up();
    turn();
    EXPECT_EQ(read(), "the last");
    wait(Left::nothing);
    Arrivals::sweep(loop_);
    turn();
    EXPECT_FALSE(over_); // It may have just begun.
    Arrivals::sweep(loop_);
    turn();
    EXPECT_EQ(over_, true);
    EXPECT_EQ(read(), "");
    EXPECT_EQ(last_, 0);
}

TEST_F(ArrivalsTest, SweepLeavesAloneWhatWaitsForNothing)
{
    get_used_to();
    wait(Left::nothing);
    for (int i = 0; i < 3; ++i)
        Arrivals::sweep(loop_);
    turn();
    EXPECT_FALSE(over_);
    say("late");
    turn();
    EXPECT_EQ(over_, true);
}

TEST_F(ArrivalsTest, GoToWhoWaitedLast)
{
    get_used_to();
    bool first = false;
    arrivals_->wait(*socket_, Left::nothing, [&](bool) { first = true; });
    wait(Left::nothing);
    say("hello");
    turn();
    EXPECT_FALSE(first);
    EXPECT_EQ(over_, true);
}

TEST_F(ArrivalsTest, EndWithTheSocket)
{
    get_used_to();
    wait(Left::nothing);
    socket_->cancel();
    turn();
    EXPECT_EQ(over_, false);
    wait(Left::nothing);
    socket_->close();
    turn();
    EXPECT_EQ(over_, false);
}

TEST_F(ArrivalsTest, AreNotToldToWhatIsGone)
{
    get_used_to();
    wait(Left::nothing);
    Arrivals::sweep(loop_);
    arrivals_.reset();
    Arrivals::sweep(loop_);
    say("nobody");
    turn();
    EXPECT_FALSE(over_);
}

TEST_F(ArrivalsTest, SweepFindsTheEndsOfAllThatWaitTogether)
{
    get_used_to();
    wait(Left::nothing);
    std::array<Other, 3> others { Other(loop_), Other(loop_), Other(loop_) };
    turn();
    for (Other& other : others)
        other.speak_and_leave([this] { turn(); });
    Arrivals::sweep(loop_);
    turn();
    for (const Other& other : others)
        EXPECT_EQ(other.ends, 0);
    Arrivals::sweep(loop_);
    turn();
    for (const Other& other : others)
        EXPECT_EQ(other.ends, 1);
    EXPECT_FALSE(over_);
}

// Who takes what arrives while a coroutine waits.
struct Taker final : Awakened {
    int prefetched = 0;
    int taken = 0;
    std::function<std::optional<Left>()> then = [] { return std::nullopt; };

    void prefetch() const override { ++const_cast<Taker*>(this)->prefetched; }
    std::optional<Left> take_arrived() noexcept override
    {
        EXPECT_GT(prefetched, taken);
        ++taken;
        return then();
    }
};

class TakerTest : public ArrivalsTest {
protected:
    void begin()
    {
        get_used_to();
        boost::asio::co_spawn(
            loop_, once(), boost::asio::bind_cancellation_slot(stop_.slot(), boost::asio::detached));
        turn();
        over_.reset();
    }
    void hear(std::string_view words)
    {
        say(words);
        turn();
    }

    Task<void> once()
    {
        Arrivals::Arrival arrival { &*arrivals_, &*socket_, Left::nothing };
        arrival.awakened = &taker_;
        bool arrived = co_await std::move(arrival);
        over_ = arrived;
        const auto state = co_await boost::asio::this_coro::cancellation_state;
        cancelled_ = state.cancelled() != boost::asio::cancellation_type::none;
    }

    // To somebody who waits at the same socket.
    void hand_over()
    {
        read();
        arrivals_->wait(*socket_, Left::nothing, [this](bool usable) { other_ = usable; });
    }

    Taker taker_;
    std::optional<bool> other_; // as over_, of who it was handed to
    boost::asio::cancellation_signal stop_;
    bool cancelled_ = false;
};

TEST_F(TakerTest, AskForMemoryBeforeTheCoroutineGoesOn)
{
    begin();
    EXPECT_EQ(taker_.prefetched, 0);
    hear("hello");
    EXPECT_EQ(taker_.prefetched, 1);
    EXPECT_EQ(over_, true);
    EXPECT_EQ(read(), "hello");

    wait(Left::nothing); // Whoever this is, it is not the taker.
    hear("again");
    EXPECT_EQ(over_, true);
    EXPECT_EQ(taker_.prefetched, 1);
}

TEST_F(TakerTest, TakeWhatArrivesWhileTheCoroutineSleeps)
{
    begin();
    std::string heard;
    taker_.then = [&] {
        heard += read();
        return std::optional(Left::nothing);
    };
    for (std::string_view word : { "one ", "two ", "three" })
        hear(word);
    EXPECT_EQ(heard, "one two three");
    EXPECT_EQ(taker_.taken, 3);
    EXPECT_FALSE(over_);

    taker_.then = [] { return std::nullopt; };
    hear("four");
    EXPECT_EQ(over_, true);
    EXPECT_FALSE(cancelled_);
}

TEST_F(TakerTest, LookAgainAtOnceWhereSomethingMayBeLeft)
{
    begin();
    taker_.then = [&]() -> std::optional<Left> {
        if (taker_.taken == 3)
            return std::nullopt;
        return Left::perhaps_something;
    };
    hear("all at once");
    EXPECT_EQ(taker_.taken, 3);
    EXPECT_EQ(over_, true);
}

TEST_F(TakerTest, FindAnEndBehindWhatWasTaken)
{
    begin();
    taker_.then = [&]() -> std::optional<Left> {
        if (!read().empty())
            return Left::nothing;
        return std::nullopt;
    };
    say("last words");
    hang_up();
    turn();
    EXPECT_FALSE(over_);
    Arrivals::sweep(loop_);
    Arrivals::sweep(loop_);
    turn();
    EXPECT_EQ(taker_.taken, 2);
    EXPECT_EQ(over_, true);
}

TEST_F(TakerTest, CancelTheWaitBehindWhatWasTaken)
{
    begin();
    taker_.then = [&] {
        read();
        return std::optional(Left::nothing);
    };
    hear("hello");
    stop_.emit(boost::asio::cancellation_type::terminal);
    turn();
    EXPECT_EQ(over_, false);
    EXPECT_TRUE(cancelled_);
    EXPECT_EQ(taker_.taken, 1);
}

TEST_F(TakerTest, WakeTheCoroutineThatIsCancelledMeanwhile)
{
    begin();
    taker_.then = [&] {
        stop_.emit(boost::asio::cancellation_type::terminal);
        return std::optional(Left::nothing);
    };
    hear("hello");
    EXPECT_EQ(over_, true);
    EXPECT_TRUE(cancelled_);
    hear("nobody");
    EXPECT_EQ(taker_.taken, 1);
}

TEST_F(TakerTest, WakeTheCoroutineWhoseSocketIsGoneMeanwhile)
{
    begin();
    taker_.then = [&] {
        arrivals_.reset();
        socket_.reset();
        return std::nullopt;
    };
    hear("hello");
    EXPECT_EQ(over_, true);
    EXPECT_FALSE(cancelled_);
}

TEST_F(TakerTest, WakeTheCoroutineWhoseSocketServesSomebodyElseMeanwhile)
{
    begin();
    taker_.then = [&] {
        hand_over();
        stop_.emit(boost::asio::cancellation_type::terminal); // of the first, not of the second
        return std::nullopt;
    };
    hear("hello");
    EXPECT_EQ(over_, true);
    EXPECT_FALSE(other_);
    hear("again");
    EXPECT_EQ(other_, true);
    EXPECT_EQ(taker_.taken, 1);
}

TEST_F(TakerTest, EndWhatBeganMeanwhileWithItsSocket)
{
    begin();
    taker_.then = [&] {
        hand_over();
        arrivals_.reset();
        socket_.reset();
        return std::nullopt;
    };
    hear("hello");
    EXPECT_EQ(over_, true);
    EXPECT_FALSE(other_);
}

TEST_F(ArrivalsTest, WakeACoroutineThatMayBeCancelled)
{
    get_used_to();
    int woken = 0;
    auto once = [](Arrivals& arrivals, Socket& socket, int& count) -> Task<void> {
        Arrivals::Arrival arrival { &arrivals, &socket, Left::nothing };
        bool usable = co_await std::move(arrival);
        count += usable ? 1 : 0;
    };
    boost::asio::cancellation_signal stop;
    bool ended = false;
    auto end = [&](std::exception_ptr) { ended = true; };
    boost::asio::co_spawn(loop_, once(*arrivals_, *socket_, woken), end);
    turn();
    say("hello");
    turn();
    EXPECT_EQ(woken, 1);
    EXPECT_EQ(read(), "hello");

    ended = false;
    boost::asio::co_spawn(
        loop_, once(*arrivals_, *socket_, woken), boost::asio::bind_cancellation_slot(stop.slot(), end));
    turn();
    stop.emit(boost::asio::cancellation_type::terminal);
    turn();
    EXPECT_TRUE(ended);
    EXPECT_EQ(woken, 1);
}

} // namespace
} // namespace dragoman::net
