#include "cli/live_screen.h"

#include "cli/context.h"
#include "cli/terminal.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

namespace dragoman::cli {

namespace {

constexpr std::array ending { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

volatile std::sig_atomic_t end_wanted = 0;
volatile std::sig_atomic_t pause_wanted = 0;

void note_end(int) { end_wanted = 1; }
void note_pause(int) { pause_wanted = 1; }
void note_resize(int) { }

void handle(int number, void (*handler)(int))
{
    struct sigaction action {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
}

// Signals arrive only while the keyboard is waited for, so that nothing is interrupted half drawn.
class Signals {
public:
    Signals()
    {
        sigset_t held;
        sigemptyset(&held);
        for (int number : ending) {
            sigaddset(&held, number);
            handle(number, note_end);
        }
        sigaddset(&held, SIGWINCH);
        sigaddset(&held, SIGTSTP);
        handle(SIGWINCH, note_resize);
        handle(SIGTSTP, note_pause);
        ::pthread_sigmask(SIG_BLOCK, &held, &before_);
    }
    ~Signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    const sigset_t& while_waiting() const { return before_; }

private:
    sigset_t before_ {};
};

// The other screen, without a cursor, and keys that come one by one and unseen.
class OtherScreen {
public:
    OtherScreen()
    {
        ::tcgetattr(STDIN_FILENO, &before_);
        enter();
    }
    ~OtherScreen() { leave(); }
    OtherScreen(const OtherScreen&) = delete;
    OtherScreen& operator=(const OtherScreen&) = delete;

    // Ctrl-Z: to the shell and back.
    void step_aside()
    {
        leave();
        sigset_t tstp;
        sigset_t held;
        sigemptyset(&tstp);
        sigaddset(&tstp, SIGTSTP);
        handle(SIGTSTP, SIG_DFL);
        ::raise(SIGTSTP);
        ::pthread_sigmask(SIG_UNBLOCK, &tstp, &held); // Stops here.
        ::pthread_sigmask(SIG_SETMASK, &held, nullptr);
        handle(SIGTSTP, note_pause);
        enter();
    }

private:
    void enter()
    {
        termios keys = before_;
        keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        keys.c_cc[VMIN] = 1;
        keys.c_cc[VTIME] = 0;
        ::tcsetattr(STDIN_FILENO, TCSANOW, &keys);
        print("\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J");
    }
    void leave()
    {
        print("\x1b[?7h\x1b[?25h\x1b[?1049l");
        ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    }

    termios before_ {};
};

bool is_end_key(char key) { return key == 'q' || key == 'Q' || key == '\x03' || key == '\x04'; }

// True: q was pressed, or the keyboard is gone.
bool ended_by_key(std::chrono::milliseconds pause, const sigset_t& signals)
{
    fd_set keyboard;
    FD_ZERO(&keyboard);
    FD_SET(STDIN_FILENO, &keyboard);
    const timespec time { .tv_sec = pause.count() / 1000, .tv_nsec = pause.count() % 1000 * 1'000'000 };
    if (::pselect(STDIN_FILENO + 1, &keyboard, nullptr, nullptr, &time, &signals) <= 0)
        return false;
    std::array<char, 64> keys {};
    const ssize_t got = ::read(STDIN_FILENO, keys.data(), keys.size());
    return got <= 0 || std::any_of(keys.begin(), keys.begin() + got, is_end_key);
}

winsize size_of_screen()
{
    winsize size {};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        size = { .ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0 };
    return size;
}

// Colours pass whole and take no room.
void append_cut(std::string& out, std::string_view line, std::size_t columns)
{
    std::size_t used = 0;
    for (std::size_t at = 0; at < line.size();) {
        std::size_t end = at + 1;
        if (line[at] == '\x1b') {
            end = std::min(line.find('m', at), line.size() - 1) + 1;
        } else {
            while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U)
                ++end;
            used += columns_of(line.substr(at, end - at));
            if (used > columns) {
                at = end;
                continue;
            }
        }
        out += line.substr(at, end - at);
        at = end;
    }
}

} // namespace

std::string fitted(const std::string& text, std::size_t columns, std::size_t rows)
{
    std::string out = "\x1b[H";
    std::string_view rest = text;
    std::size_t row = 0;
    for (; row < rows && !rest.empty(); ++row) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        out += row == 0 ? "\x1b[K" : "\n\x1b[K";
        append_cut(out, rest.substr(0, end), columns);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (row < rows)
        out += "\n\x1b[J";
    return out;
}

bool watch_live(std::chrono::milliseconds pause, const std::function<std::string()>& draw)
{
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0)
        return false;
    const Signals signals;
    OtherScreen screen;
    for (bool ended = false; !ended && end_wanted == 0;) {
        const std::string text = draw();
        const winsize size = size_of_screen();
        print(fitted(text, size.ws_col, size.ws_row));
        ended = ended_by_key(pause, signals.while_waiting());
        if (pause_wanted != 0) {
            pause_wanted = 0;
            screen.step_aside();
        }
    }
    return true;
}

} // namespace dragoman::cli
