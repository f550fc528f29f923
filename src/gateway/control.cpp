#include "gateway/control.h"

#include "base/log.h"
#include "base/signals_held.h"
#include "gateway/catalogue_feed.h"
#include "gateway/warm_up.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <thread>

namespace dragoman::gateway {

namespace {

constexpr auto tick = std::chrono::milliseconds(500); // a changed key counts within a second
constexpr unsigned ticks_between_saves = 120;
constexpr unsigned ticks_between_words = 10;
constexpr unsigned ticks_between_lessons = 2;
constexpr int signs_of_life = 4; // in the time after which we would be killed

} // namespace

struct Control::Loop {
    boost::asio::io_context context { 1 };
    boost::asio::signal_set signals { context };
    boost::asio::steady_timer timer { context };
    boost::asio::steady_timer heartbeat { context };
};

namespace {

// What is over cannot be ended once more: a signal that comes now must not turn an orderly end into another.
void hold_signals()
{
    sigset_t held;
    ::sigemptyset(&held);
    for (int number : { SIGTERM, SIGINT, SIGHUP, SIGQUIT })
        ::sigaddset(&held, number);
    ::pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

} // namespace

void survive_stray_signals()
{
    for (int number : { SIGPIPE, SIGUSR1, SIGUSR2, SIGHUP })
        std::signal(number, SIG_IGN);
}

Control::Control(net::Server& server, Shared& shared, tokens::CalibrationFile& calibration,
    LearnedFile& learned, bool handles_signals, ServiceManager manager)
    : server_(server)
    , shared_(shared)
    , calibration_(calibration)
    , learned_(learned)
    , handles_signals_(handles_signals)
    , manager_(std::move(manager))
    , heartbeat_(server.workers())
    , loop_(std::make_unique<Loop>())
{
    if (handles_signals) {
        for (int number : { SIGTERM, SIGINT, SIGHUP, SIGQUIT })
            loop_->signals.add(number);
        wait_for_signal();
    }
    wait_for_tick();
    if (manager_.watchdog().count() > 0)
        wait_for_heartbeat();
}

Control::~Control() = default;

void Control::run()
{
    server_.start();
    manager_.ready(said_ = status());
    std::thread waiter = [this] {
        SignalsHeld held;
        return std::thread([this] {
            server_.wait();
            loop_->context.stop();
        });
    }();
    loop_->context.run();
    waiter.join();
    if (handles_signals_)
        hold_signals();
}

void Control::wait_for_signal()
{
    loop_->signals.async_wait([this](boost::system::error_code error, int number) {
        if (error)
            return;
        on_signal(number);
        wait_for_signal();
    });
}

void Control::on_signal(int number)
{
    if (number == SIGHUP) {
        manager_.reloading();
        reload();
        manager_.ready(said_ = status());
        return;
    }
    if (ending_ || number == SIGQUIT) {
        log::info("ending at once");
        shared_.cut_off = true;
        server_.stop_now();
        return;
    }
    auto config = shared_.live.get();
    end(number == SIGINT ? config->server.drain_interrupt : config->server.drain);
}

void Control::end(std::chrono::milliseconds patience)
{
    ending_ = true;
    manager_.stopping("ending once the running answers are through", patience);
    log::info("ending once the running answers are through",
        { { "running", server_.live_exchanges() }, { "patience_ms", patience.count() } });
    server_.drain(patience);
}

void Control::wait_for_tick()
{
    loop_->timer.expires_after(tick);
    loop_->timer.async_wait([this](boost::system::error_code error) {
        if (error)
            return;
        on_tick();
        wait_for_tick();
    });
}

void Control::on_tick()
{
    if (shared_.reread_keys.exchange(false, std::memory_order_relaxed))
        report(shared_.live.reread_keys());
    report(shared_.live.poll(Clock::now()));
    if (++ticks_ % ticks_between_saves == 0)
        calibration_.save();
    if (ticks_ % ticks_between_lessons == 0)
        learned_.follow();
    if (ticks_ % ticks_between_words == 0 && !ending_)
        if (std::string words = status(); words != said_)
            manager_.status(said_ = std::move(words));
}

// A loop that is stuck answers nothing, and this thread's own health says nothing about it. While dragoman
// ends the workers' loops end one after the other, and the manager's patience with that has its own bound.
void Control::wait_for_heartbeat()
{
    loop_->heartbeat.expires_after(manager_.watchdog() / signs_of_life);
    loop_->heartbeat.async_wait([this](boost::system::error_code error) {
        if (error)
            return;
        auto ask = [this](const std::function<void()>& answer) {
            server_.post_to_all([answer](net::WorkerContext&) { answer(); });
        };
        if (ending_ || heartbeat_.beats(ask))
            manager_.alive();
        wait_for_heartbeat();
    });
}

std::string Control::status() const
{
    return status_words(server_.endpoints(), shared_.live.get()->degraded(), server_.live_exchanges());
}

void Control::reload()
{
    if (auto reopened = log::reopen(); !reopened)
        log::warning(reopened.error().message);
    config::Live::Report reloaded = shared_.live.reload();
    report(reloaded);
    if (!reloaded.changed)
        return;
    auto config = shared_.live.get();
    if (auto opened = log::open({ .level = config->log.level, .file = config->log.file }); !opened)
        log::warning(opened.error().message);
    server_.post_to_all([this](net::WorkerContext& context) {
        warm_up_at_first(shared_, context);
        if (context.index == 0 && shared_.live.get()->catalogue.enabled)
            boost::asio::co_spawn(
                context.loop, fetch_catalogues(shared_, context.upstream), boost::asio::detached);
    });
}

void Control::report(const config::Live::Report& report)
{
    for (const std::string& mistake : report.mistakes)
        log::error("the old configuration stays in force: " + mistake);
    for (const std::string& warning : report.warnings)
        log::warning(warning);
    for (const std::string& note : report.notes)
        log::info(note);
}

} // namespace dragoman::gateway
