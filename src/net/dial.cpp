#include "net/dial.h"

#include "base/limits.h"
#include "net/timer.h"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cctype>
#include <memory>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>

namespace dragoman::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// All attempts of one dial. Callbacks hold it; the coroutine that waits closes it when it goes.
class Race : public std::enable_shared_from_this<Race> {
public:
    Race(Executor worker, Addresses addresses, Clock::duration connect_time)
        : addresses_(std::move(addresses))
        , connect_time_(connect_time)
        , pace_(worker)
        , give_up_(worker)
        , decided_(worker)
        , worker_(worker)
    {
    }

    void start_next()
    {
        if (over_ || next_ == addresses_.size())
            return;
        Socket& socket = *attempts_.emplace_back(std::make_unique<Socket>(worker_));
        std::size_t index = next_++;
        ++open_;
        give_up_.expires_after(connect_time_);
        give_up_.async_wait(
            [self = shared_from_this()](const error_code& error) { self->on_give_up(error); });
        pace_.expires_after(limits::happy_eyeballs_delay);
        pace_.async_wait([self = shared_from_this()](const error_code& error) {
            if (!error)
                self->start_next();
        });
        socket.async_connect(addresses_[index],
            [self = shared_from_this(), index](const error_code& error) { self->on_connect(index, error); });
    }

    void close()
    {
        over_ = true;
        pace_.cancel();
        give_up_.cancel();
        attempts_.clear();
    }

    Event& decided() { return decided_; }
    std::optional<Socket>& winner() { return winner_; }
    const std::string& why() const { return why_; }

private:
    void on_connect(std::size_t index, const error_code& error)
    {
        if (over_)
            return;
        --open_;
        if (!error) {
            winner_.emplace(std::move(*attempts_[index]));
            decide();
            return;
        }
        why_ = error.message();
        if (next_ < addresses_.size())
            start_next();
        else if (open_ == 0)
            decide();
    }

    void on_give_up(const error_code& error)
    {
        if (error || over_)
            return;
        why_ = "the connection was not made in time";
        decide();
    }

    void decide()
    {
        close();
        decided_.set();
    }

    Addresses addresses_;
    Clock::duration connect_time_;
    Timer pace_;
    Timer give_up_;
    Event decided_;
    Executor worker_;
    std::vector<std::unique_ptr<Socket>> attempts_;
    std::optional<Socket> winner_;
    std::string why_ = "it has no address";
    std::size_t next_ = 0;
    std::size_t open_ = 0;
    bool over_ = false;
};

struct Closing {
    std::shared_ptr<Race> race;
    ~Closing() { race->close(); }
};

} // namespace

Task<Result<Socket>> dial(Addresses addresses, Clock::duration connect_time)
{
    auto worker = co_await asio::this_coro::executor;
    Closing closing { std::make_shared<Race>(worker, std::move(addresses), connect_time) };
    Race& race = *closing.race;
    race.start_next();
    co_await race.decided().wait();
    if (!race.winner()) {
        std::string why = race.why();
        std::ranges::transform(
            why, why.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        co_return Failure(Error::unreachable(std::move(why)));
    }
    Socket socket = std::move(*race.winner());
    int on = 1;
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    co_return socket;
}

} // namespace dragoman::net
