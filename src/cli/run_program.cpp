#include "cli/run_program.h"

#include "base/clock.h"
#include "net/descriptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dragoman::cli {
namespace {

constexpr std::size_t output_max = 1024 * 1024; // nothing that we run says more; the rest is not kept

struct Pipe {
    net::Descriptor reading {};
    net::Descriptor writing {};
};

Pipe open_pipe()
{
    std::array<int, 2> ends { -1, -1 };
    if (::pipe(ends.data()) != 0)
        return {};
    for (const int end : ends)
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
    return { net::Descriptor(ends[0]), net::Descriptor(ends[1]) };
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> all;
    for (std::string& text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// What posix_spawn wants, or zero's contrary: the error number.
int spawn(pid_t& pid, std::vector<std::string> command, const Environment& environment, int out, int err)
{
    std::vector<std::string> assignments;
    for (const auto& [name, value] : environment)
        assignments.push_back(fmt::format("{}={}", name, value));
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    const int code = ::posix_spawnp(&pid, command.front().c_str(), &actions, nullptr,
        pointers(command).data(), pointers(assignments).data());
    ::posix_spawn_file_actions_destroy(&actions);
    return code;
}

// Milliseconds until then, as poll() wants them.
int time_left(const std::optional<TimePoint>& end)
{
    if (!end)
        return -1;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*end - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

// Both at once: a program that fills one of them would wait for ever otherwise. False when the time is up.
bool read_both(int out, std::string& out_text, int err, std::string& err_text, std::optional<TimePoint> end)
{
    std::array<pollfd, 2> ends { { { out, POLLIN, 0 }, { err, POLLIN, 0 } } };
    const std::array<std::string*, 2> texts { &out_text, &err_text };
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        const int ready = ::poll(ends.data(), ends.size(), time_left(end));
        if (ready < 0 && errno != EINTR)
            return true;
        if (ready == 0)
            return false;
        for (std::size_t i = 0; i < ends.size(); ++i) {
            if (ends[i].fd < 0 || ends[i].revents == 0)
                continue;
            std::array<char, 4096> bytes {};
            const ssize_t size = ::read(ends[i].fd, bytes.data(), bytes.size());
            if (size == 0 || (size < 0 && errno != EINTR))
                ends[i].fd = -1;
            else if (size > 0 && texts[i]->size() < output_max)
                texts[i]->append(bytes.data(), static_cast<std::size_t>(size));
        }
    }
    return true;
}

} // namespace

Result<ProgramResult> run_program(
    const std::vector<std::string>& command, const Environment& environment, std::chrono::milliseconds limit)
{
    Pipe out = open_pipe();
    Pipe err = open_pipe();
    pid_t pid = 0;
    const int code = spawn(pid, command, environment, out.writing.get(), err.writing.get());
    if (code != 0) {
        const std::string why = fmt::format("cannot run {}: {}", command.front(), std::strerror(code));
        return Failure(Error {
            .kind = code == ENOENT ? Error::Kind::not_found : Error::Kind::internal, .message = why });
    }
    out.writing = net::Descriptor();
    err.writing = net::Descriptor();
    ProgramResult result;
    const auto end = limit.count() > 0 ? std::optional(Clock::now() + limit) : std::nullopt;
    const bool in_time = read_both(out.reading.get(), result.out, err.reading.get(), result.err, end);
    if (!in_time)
        ::kill(pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) { }
    if (!in_time)
        return Failure(Error::timed_out(
            fmt::format("{} did not end within {} s", command.front(), limit.count() / 1000)));
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

} // namespace dragoman::cli
