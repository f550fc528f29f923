// Asking a person. Reading is done here by hand rather than by a library: nothing that is typed may stay in a
// buffer, and a signal in the middle must find the terminal as it was.
#include "cli/context.h"
#include "cli/terminal.h"
#include "config/values.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace dragoman::cli {
namespace {

constexpr std::array<int, 5> watched { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

volatile std::sig_atomic_t arrived = 0;

extern "C" void note_signal(int number) { arrived = number; }

// While it lives a signal is only noted, and only while wait_for_input() waits: one that comes a moment
// earlier cannot be missed.
class SignalsNoted {
public:
    SignalsNoted()
    {
        arrived = 0;
        sigset_t all;
        ::sigemptyset(&all);
        for (const int number : watched)
            ::sigaddset(&all, number);
        ::sigprocmask(SIG_BLOCK, &all, &mask_);
        struct sigaction noted {};
        noted.sa_handler = note_signal; // without SA_RESTART
        for (std::size_t i = 0; i < watched.size(); ++i)
            ::sigaction(watched[i], &noted, &before_[i]);
    }
    SignalsNoted(const SignalsNoted&) = delete;
    SignalsNoted& operator=(const SignalsNoted&) = delete;
    ~SignalsNoted()
    {
        for (std::size_t i = 0; i < watched.size(); ++i)
            ::sigaction(watched[i], &before_[i], nullptr);
        ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
    }
    const sigset_t& mask() const { return mask_; }

private:
    sigset_t mask_ {};
    std::array<struct sigaction, watched.size()> before_ {};
};

class EchoOff {
public:
    EchoOff()
    {
        changed_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        termios hidden = before_;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
        // TCSAFLUSH: what was typed before the question is nobody's key.
        changed_ = changed_ && ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
    }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;
    ~EchoOff()
    {
        while (changed_ && ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_) != 0 && errno == EINTR) { }
    }

private:
    termios before_ {};
    bool changed_ = false;
};

// False when a signal was noted.
bool wait_for_input(const sigset_t* mask)
{
    pollfd input { STDIN_FILENO, POLLIN, 0 };
    while (::ppoll(&input, 1, nullptr, mask) < 0)
        if (errno != EINTR || arrived != 0)
            return false;
    return true;
}

// A line without its end; nullopt at the end of the input, or when a signal was noted.
std::optional<std::string> read_line(const sigset_t* mask)
{
    std::string line;
    line.reserve(4096); // the most that a terminal hands over: no copy is left behind by growing
    for (;;) {
        if (!wait_for_input(mask))
            return std::nullopt;
        char c = 0;
        const ssize_t got = ::read(STDIN_FILENO, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 && !line.empty() ? std::optional(line) : std::nullopt;
        if (c == '\n')
            return line;
        line += c;
    }
}

// One attempt; the terminal and the signals are as before when it returns.
std::optional<std::string> read_hidden(std::string_view question)
{
    const SignalsNoted noted;
    const EchoOff hidden;
    print(question);
    auto line = read_line(&noted.mask());
    print("\n");
    return line;
}

} // namespace

std::optional<std::string> ask(std::string_view question)
{
    print(question);
    arrived = 0;
    auto line = read_line(nullptr);
    if (!line) {
        print("\n");
        return std::nullopt;
    }
    return std::string(config::trim(*line));
}

std::optional<Secret> ask_hidden(std::string_view question)
{
    for (;;) {
        auto line = read_hidden(question);
        if (const int number = arrived; number != 0) {
            ::kill(::getpid(), number);
            if (number != SIGTSTP)
                return std::nullopt; // somebody ignores that signal
            continue; // stopped, and continued: asked again
        }
        if (!line)
            return std::nullopt;
        const Secret typed(std::move(*line));
        return Secret(std::string(config::trim(typed.reveal())));
    }
}

bool confirm(std::string_view question, Answer otherwise)
{
    const std::string_view choices = otherwise == Answer::yes ? " [Y/n] " : " [y/N] ";
    for (;;) {
        auto line = ask(std::string(question) + std::string(choices));
        if (!line || line->empty())
            return line && otherwise == Answer::yes;
        const char first = static_cast<char>((*line)[0] | 0x20);
        if (first == 'y' || first == 'n')
            return first == 'y';
        print("Please answer y or n.\n");
    }
}

} // namespace dragoman::cli
