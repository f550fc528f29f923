#include "base/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace dragoman {
namespace {

class OpenFile {
public:
    explicit OpenFile(int fd)
        : fd_(fd)
    {
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }
    int fd() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }

private:
    int fd_;
};

Failure failure(std::string_view what, const std::string& path, int error)
{
    const auto kind = error == ENOENT || error == ENOTDIR ? Error::Kind::not_found : Error::Kind::internal;
    return Failure(
        Error { .kind = kind, .message = fmt::format("{} {}: {}", what, path, std::strerror(error)) });
}

Failure too_large(const std::string& path, std::size_t bytes_max)
{
    return Failure(Error { .kind = Error::Kind::too_large,
        .message = fmt::format("{} is larger than {} bytes", path, bytes_max) });
}

bool write_all(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// What a chain of links ends at, even when that file is not there yet.
std::string target_of(const std::string& path)
{
    std::error_code error;
    std::filesystem::path current(path);
    for (int hops = 0; hops < 40 && std::filesystem::is_symlink(current, error); ++hops) {
        const auto link = std::filesystem::read_symlink(current, error);
        if (error)
            break;
        current = link.is_absolute() ? link : current.parent_path() / link;
    }
    return current.string();
}

// A rename is on disk only once its directory is; a file system that cannot do that is no reason to fail.
void flush_directory_of(const std::string& path)
{
    auto parent = std::filesystem::path(path).parent_path().string();
    if (parent.empty())
        parent = ".";
    const OpenFile directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.is_open())
        ::fsync(directory.fd());
}

std::string below(const Environment& environment, std::string_view variable, std::string_view in_home)
{
    if (const auto set = lookup(environment, variable); set && set->starts_with('/'))
        return fmt::format("{}/dragoman", *set);
    if (const auto home = lookup(environment, "HOME"); home && home->starts_with('/'))
        return fmt::format("{}/{}/dragoman", *home, in_home);
    return {};
}

// systemd gives one absolute path, or several with ':' between them; the unit's own is the first.
std::string of_service(const Environment& environment, std::string_view variable)
{
    const auto set = lookup(environment, variable);
    return set && set->starts_with('/') ? std::string(set->substr(0, set->find(':'))) : std::string();
}

enum class Flush { yes, no };

Result<void> replace(const std::string& path, std::string_view bytes, mode_t mode, Flush flush)
{
    const std::string target = target_of(path);
    std::string temporary = target + ".XXXXXX";
    const OpenFile file(::mkostemp(temporary.data(), O_CLOEXEC)); // O_EXCL, mode 0600
    if (!file.is_open())
        return failure("cannot write", path, errno);
    const auto give_up = [&] {
        const int error = errno;
        ::unlink(temporary.c_str());
        return failure("cannot write", path, error);
    };
    if (!write_all(file.fd(), bytes) || ::fchmod(file.fd(), mode) != 0)
        return give_up();
    if (flush == Flush::yes && ::fsync(file.fd()) != 0)
        return give_up();
    if (::rename(temporary.c_str(), target.c_str()) != 0)
        return give_up();
    if (flush == Flush::yes)
        flush_directory_of(target);
    return {};
}

} // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max)
{
    // Not blocking, so that a FIFO without a writer is an error below and not a start that never ends.
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file.is_open())
        return failure("cannot read", path, errno);
    struct stat status {};
    if (::fstat(file.fd(), &status) != 0)
        return failure("cannot read", path, errno);
    if (S_ISDIR(status.st_mode))
        return failure("cannot read", path, EISDIR);
    if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
        return Failure(Error::internal(fmt::format("cannot read {}: not a regular file", path)));
    if (S_ISREG(status.st_mode) && static_cast<std::size_t>(status.st_size) > bytes_max)
        return too_large(path, bytes_max);
    std::string content;
    std::array<char, 16384> piece {};
    for (;;) {
        const ssize_t got = ::read(file.fd(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure("cannot read", path, errno);
        if (got == 0)
            return content;
        if (content.size() + static_cast<std::size_t>(got) > bytes_max)
            return too_large(path, bytes_max);
        content.append(piece.data(), static_cast<std::size_t>(got));
    }
}

Result<void> replace_atomically(const std::string& path, std::string_view bytes, mode_t mode)
{
    return replace(path, bytes, mode, Flush::yes);
}

Result<void> replace_for_now(const std::string& path, std::string_view bytes, mode_t mode)
{
    return replace(path, bytes, mode, Flush::no);
}

Result<void> make_private_directory(const std::string& path)
{
    if (path.empty())
        return failure("cannot make the directory", path, ENOENT);
    std::string made;
    for (const auto& part : std::filesystem::path(path)) {
        made = (std::filesystem::path(made) / part).string();
        if (::mkdir(made.c_str(), 0700) == 0 || errno == EEXIST)
            continue;
        // A parent that we may pass but not write to (EROFS, EACCES) is fine as long as it is there.
        const int error = errno;
        struct stat status {};
        if (::stat(made.c_str(), &status) != 0)
            return failure("cannot make the directory", path, error);
    }
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return failure("cannot make the directory", path, errno);
    if (!S_ISDIR(status.st_mode))
        return failure("cannot make the directory", path, ENOTDIR);
    return {};
}

Result<std::string> set_aside(const std::string& path)
{
    std::string aside = path + ".broken";
    if (::rename(path.c_str(), aside.c_str()) != 0)
        return failure("cannot rename", path, errno);
    return aside;
}

std::string config_directory(const Environment& environment)
{
    auto service = of_service(environment, "CONFIGURATION_DIRECTORY");
    return service.empty() ? below(environment, "XDG_CONFIG_HOME", ".config") : service;
}

std::string state_directory(const Environment& environment)
{
    auto service = of_service(environment, "STATE_DIRECTORY");
    return service.empty() ? below(environment, "XDG_STATE_HOME", ".local/state") : service;
}

std::string cache_directory(const Environment& environment)
{
    auto service = of_service(environment, "CACHE_DIRECTORY");
    return service.empty() ? below(environment, "XDG_CACHE_HOME", ".cache") : service;
}

std::string runtime_directory(const Environment& environment)
{
    if (std::string given = of_service(environment, "RUNTIME_DIRECTORY"); !given.empty())
        return given;
    if (const auto set = lookup(environment, "XDG_RUNTIME_DIR"); set && set->starts_with('/'))
        return fmt::format("{}/dragoman", *set);
    const std::string state = state_directory(environment);
    return state.empty() ? std::string() : state + "/run";
}

} // namespace dragoman
