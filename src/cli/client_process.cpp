#include "cli/client_process.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <string_view>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace dragoman::cli {
namespace {

void say(const std::string& text)
{
    const std::string line = "dragoman: " + text + "\n";
    (void)!::write(STDERR_FILENO, line.data(), line.size());
}

// What is said over the pipe: a length, then strings, each ended by a zero; a number says how many follow.
void append(std::string& out, std::string_view text)
{
    out += text;
    out += '\0';
}

std::string encode(const Launch& launch)
{
    std::string out;
    append(out, launch.program);
    append(out, std::to_string(launch.arguments.size()));
    for (const std::string& argument : launch.arguments)
        append(out, argument);
    for (const auto& [name, value] : launch.environment)
        append(out, fmt::format("{}={}", name, value));
    return out;
}

Launch decode(std::string_view text)
{
    const auto next = [&text] {
        const auto end = std::min(text.find('\0'), text.size());
        std::string one(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        return one;
    };
    Launch launch { .program = next() };
    for (auto count = std::stoul(next()); count > 0; --count)
        launch.arguments.push_back(next());
    while (!text.empty()) {
        const std::string entry = next();
        const auto equals = entry.find('=');
        launch.environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
    return launch;
}

bool write_all(int fd, const char* bytes, std::size_t count)
{
    while (count > 0) {
        const ssize_t written = ::write(fd, bytes, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        count -= static_cast<std::size_t>(written);
    }
    return true;
}

bool read_all(int fd, char* bytes, std::size_t count)
{
    while (count > 0) {
        const ssize_t got = ::read(fd, bytes, count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        count -= static_cast<std::size_t>(got);
    }
    return true;
}

// The child's whole life before it is the client.
[[noreturn]] void wait_and_become(int pipe)
{
#ifdef __linux__
    ::prctl(PR_SET_PDEATHSIG, SIGTERM); // without what serves it there is nothing to do
#endif
    std::uint64_t size = 0;
    if (!read_all(pipe, reinterpret_cast<char*>(&size), sizeof size))
        ::_exit(0); // given up
    std::string text(size, '\0');
    if (!read_all(pipe, text.data(), text.size()))
        ::_exit(0);
    ::_exit(become(decode(text)));
}

// Above the standard streams, whichever of them are closed; closed itself when the client begins.
std::optional<int> moved_up(int fd)
{
    const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    ::close(fd);
    return moved < 0 ? std::nullopt : std::optional(moved);
}

Failure failure(std::string_view what)
{
    return Failure(Error::internal(fmt::format("{}: {}", what, std::strerror(errno))));
}

sigset_t held_signals()
{
    sigset_t held;
    sigemptyset(&held);
    for (const int number : { SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGUSR1, SIGUSR2 })
        sigaddset(&held, number);
    return held;
}

// The terminal sends these to the client as well; the others were meant for it.
bool is_to_be_handed_on(int number)
{
    return number == SIGTERM || number == SIGHUP || number == SIGUSR1 || number == SIGUSR2;
}

// Stops as the client did, and goes on with it.
void stop_with(pid_t client)
{
    ::kill(::getpid(), SIGSTOP);
    ::kill(client, SIGCONT);
}

std::optional<Ending> ended(pid_t client)
{
    int status = 0;
    for (;;) {
        const pid_t changed = ::waitpid(client, &status, WNOHANG | WUNTRACED);
        if (changed < 0 && errno == EINTR)
            continue;
        if (changed < 0)
            return Ending { .code = 1 };
        if (changed == 0)
            return std::nullopt;
        if (WIFSTOPPED(status))
            stop_with(client);
        else if (WIFSIGNALED(status))
            return Ending { .signal = WTERMSIG(status) };
        else
            return Ending { .code = WEXITSTATUS(status) };
    }
}

} // namespace

ClientProcess::ClientProcess(pid_t pid, int pipe)
    : pid_(pid)
    , pipe_(pipe)
{
}

ClientProcess::ClientProcess(ClientProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1))
    , pipe_(std::exchange(other.pipe_, -1))
{
}

ClientProcess::~ClientProcess()
{
    if (pipe_ >= 0)
        ::close(pipe_);
    if (pid_ > 0)
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) { }
}

Result<ClientProcess> ClientProcess::prepare()
{
    int ends[2] = { -1, -1 };
    if (::pipe(ends) != 0)
        return failure("cannot make a pipe");
    const auto in = moved_up(ends[0]);
    const auto out = moved_up(ends[1]);
    if (!in || !out)
        return failure("cannot make a pipe");
    const pid_t pid = ::fork();
    if (pid < 0)
        return failure("cannot start another process");
    if (pid == 0) {
        ::close(*out);
        wait_and_become(*in);
    }
    ::close(*in);
    std::signal(SIGCHLD, SIG_DFL); // otherwise nobody would hear how it ended
    return ClientProcess(pid, *out);
}

void ClientProcess::hold_signals()
{
    const sigset_t held = held_signals();
    ::pthread_sigmask(SIG_BLOCK, &held, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGTTOU, SIG_IGN); // a word of ours must not stop what serves
}

void ClientProcess::start(const Launch& launch)
{
    const std::string text = encode(launch);
    const std::uint64_t size = text.size();
    // One that is gone already is met by wait().
    if (write_all(pipe_, reinterpret_cast<const char*>(&size), sizeof size))
        (void)write_all(pipe_, text.data(), text.size());
    ::close(std::exchange(pipe_, -1));
}

Ending ClientProcess::wait()
{
    const sigset_t held = held_signals();
    for (;;) {
        if (const auto ending = ended(pid_)) {
            pid_ = -1;
            return *ending;
        }
        int number = 0;
        if (::sigwait(&held, &number) == 0 && is_to_be_handed_on(number))
            ::kill(pid_, number);
    }
}

int become(const Launch& launch)
{
    std::vector<std::string> environment;
    for (const auto& [name, value] : launch.environment)
        environment.push_back(fmt::format("{}={}", name, value));
    std::vector<char*> arguments { const_cast<char*>(launch.program.c_str()) };
    for (const std::string& argument : launch.arguments)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    std::vector<char*> entries;
    for (const std::string& entry : environment)
        entries.push_back(const_cast<char*>(entry.c_str()));
    entries.push_back(nullptr);
    ::execve(launch.program.c_str(), arguments.data(), entries.data());
    const int error = errno;
    say(fmt::format("cannot start {}: {}", launch.program, std::strerror(error)));
    return error == ENOENT ? exit_not_found : exit_not_executable;
}

int end_like(const Ending& ending)
{
    if (ending.signal == 0)
        return ending.code;
    const rlimit no_core { 0, 0 }; // the client's death is no reason to write our memory to disk
    ::setrlimit(RLIMIT_CORE, &no_core);
    std::signal(ending.signal, SIG_DFL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, ending.signal);
    ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
    std::raise(ending.signal);
    return 128 + ending.signal;
}

} // namespace dragoman::cli
