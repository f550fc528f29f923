#include "config/key_file.h"

#include "base/files.h"
#include "config/values.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace dragoman::config {
namespace {

// With a list of its own (systemd's credentials have one) a file's group bits say nothing about its group,
// and whoever made the list named the readers. acl(5)
bool has_access_list(const std::string& path)
{
    return ::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

std::string warning_for(const std::string& path, const struct stat& status)
{
    const unsigned strangers = has_access_list(path) ? 04U : 044U;
    if ((status.st_mode & strangers) != 0)
        return fmt::format("{} can be read by others; chmod 600 makes it private", path);
    if (status.st_uid != 0 && status.st_uid != ::geteuid())
        return fmt::format("{} belongs to another user, who can change it", path);
    return {};
}

} // namespace

Result<KeyFile> read_key_file(const std::string& path)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 022U) != 0)
        return Failure(Error::internal(fmt::format(
            "{} can be changed by others (mode {:04o}) and is not used; chmod 600 makes it private", path,
            status.st_mode & 07777U)));
    ASSIGN_OR_RETURN(text, read_file(path, secret_file_max));
    KeyFile file { .content = Secret(std::string(trim(text))) };
    const Secret wiped(std::move(text));
    if (file.content.empty())
        return Failure(Error::internal(fmt::format("{} is empty", path)));
    file.warning = warning_for(path, status);
    return file;
}

Result<Secret> key_of(const KeyFile& file, const std::string& path)
{
    if (!is_header_word(file.content.reveal()))
        return Failure(Error::internal(fmt::format("{} holds no key: a key is one word of ASCII", path)));
    return file.content;
}

Result<std::vector<Secret>> tokens_of(const KeyFile& file, const std::string& path)
{
    std::vector<Secret> tokens;
    for (std::string_view rest = file.content.reveal(); !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty() || line.starts_with('#'))
            continue;
        if (!is_header_word(line))
            return Failure(
                Error::internal(fmt::format("{} holds a line that is no token: one word of ASCII", path)));
        tokens.emplace_back(std::string(line));
    }
    if (tokens.empty())
        return Failure(Error::internal(fmt::format("{} holds no token", path)));
    return tokens;
}

} // namespace dragoman::config
