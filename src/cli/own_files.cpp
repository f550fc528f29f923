#include "cli/own_files.h"

#include "base/files.h"
#include "base/limits.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace dragoman::cli {
namespace {

constexpr std::size_t file_max = 16 * limits::MiB;

Failure failure(std::string_view what, const std::string& path, int code)
{
    return Failure(Error::internal(fmt::format("{} {}: {}", what, path, std::strerror(code))));
}

Result<void> write_new(int fd, const std::string& path, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return failure("cannot write", path, errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

Result<std::string> back_up(const std::string& path)
{
    ASSIGN_OR_RETURN(text, read_file(path, file_max));
    for (int n = 1;; ++n) {
        std::string copy = n == 1 ? path + ".bak" : fmt::format("{}.bak-{}", path, n);
        const int fd = ::open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0 && errno == EEXIST)
            continue;
        if (fd < 0)
            return failure("cannot write", copy, errno);
        auto written = write_new(fd, copy, text);
        if (::close(fd) != 0 && written)
            written = failure("cannot write", copy, errno);
        if (written)
            return copy;
        ::unlink(copy.c_str());
        return Failure(written.error());
    }
}

Result<std::string> back_up_if_there(const std::string& path)
{
    return ::access(path.c_str(), F_OK) == 0 ? back_up(path) : Result<std::string>("");
}

Result<void> make_writable_directory(const std::string& path)
{
    if (auto made = make_private_directory(path); !made)
        return made;
    if (::access(path.c_str(), W_OK | X_OK) != 0)
        return failure("cannot write to the directory", path, errno);
    return {};
}

std::string absolute_path(const std::string& path)
{
    std::error_code error;
    auto absolute = std::filesystem::absolute(path, error);
    return error ? path : absolute.lexically_normal().string();
}

} // namespace dragoman::cli
