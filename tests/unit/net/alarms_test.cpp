#include "net/alarms.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace dragoman::net {

namespace {

using namespace std::chrono_literals;

class AlarmsTest : public testing::Test {
protected:
    boost::asio::io_context loop_;
    Alarms alarms_ { loop_ };
    std::vector<int> rung_;
    TimePoint now_ = Clock::now();

    std::unique_ptr<Alarm> alarm(int number)
    {
        return std::make_unique<Alarm>(alarms_, [this, number] { rung_.push_back(number); });
    }
};

} // namespace

TEST_F(AlarmsTest, RingInTheOrderOfTheirTimes)
{
    auto late = alarm(2);
    auto early = alarm(1);
    late->set(now_ + 20ms);
    early->set(now_ + 10ms);
    loop_.run();
    EXPECT_EQ(rung_, (std::vector { 1, 2 }));
    EXPECT_GE(Clock::now(), now_ + 20ms);
}

TEST_F(AlarmsTest, ThoseOfOneMomentRingInOneTurn)
{
    const TimePoint moment = now_ - now_.time_since_epoch() % Alarms::late_by + Alarms::late_by;
    std::vector<std::unique_ptr<Alarm>> all;
    for (int number = 1; number <= 3; ++number) {
        all.push_back(alarm(number));
        all.back()->set(moment + number * Alarms::late_by / 4);
    }
    auto later = alarm(4);
    later->set(moment + Alarms::late_by + Alarms::late_by / 4);
    loop_.run_one();
    EXPECT_EQ(rung_, (std::vector { 1, 2, 3 }));
    EXPECT_GE(Clock::now(), moment + Alarms::late_by);
    loop_.run_one();
    EXPECT_EQ(rung_, (std::vector { 1, 2, 3, 4 }));
}

TEST_F(AlarmsTest, OneThatIsSetAgainRingsOnce)
{
    auto one = alarm(1);
    one->set(now_ + 1ms);
    one->set(now_ + 15ms);
    loop_.run();
    EXPECT_EQ(rung_, std::vector { 1 });
    EXPECT_GE(Clock::now(), now_ + 15ms);
}

TEST_F(AlarmsTest, OnesOfTheSameTimeAreKeptApart)
{
    auto first = alarm(1);
    auto second = alarm(2);
    auto third = alarm(3);
    for (auto* one : { &first, &second, &third })
        (*one)->set(now_ + 5ms);
    second->call_off();
    loop_.run();
    EXPECT_EQ(rung_, (std::vector { 1, 3 }));
}

TEST_F(AlarmsTest, OnesThatAreCalledOffOrGoneDoNotRing)
{
    auto called_off = alarm(1);
    auto gone = alarm(2);
    auto stays = alarm(3);
    called_off->set(now_ + 1ms);
    gone->set(now_ + 2ms);
    stays->set(now_ + 3ms);
    called_off->call_off();
    gone.reset();
    loop_.run();
    EXPECT_EQ(rung_, std::vector { 3 });
}

TEST_F(AlarmsTest, OneMayEndAnotherAndItself)
{
    auto other = alarm(2);
    std::unique_ptr<Alarm> self;
    self = std::make_unique<Alarm>(alarms_, [&] {
        rung_.push_back(1);
        other.reset();
        self.reset();
    });
    self->set(now_ + 1ms);
    other->set(now_ + 2ms);
    loop_.run();
    EXPECT_EQ(rung_, std::vector { 1 });
}

TEST_F(AlarmsTest, AllRingAtOnceWhenTheyMust)
{
    auto first = alarm(1);
    auto second = alarm(2);
    auto unset = alarm(3);
    first->set(now_ + 1h);
    second->set(now_ + 2h);
    alarms_.ring_all();
    loop_.run();
    EXPECT_EQ(rung_.size(), 2U);
    EXPECT_LT(Clock::now(), now_ + 1min);
}

} // namespace dragoman::net
