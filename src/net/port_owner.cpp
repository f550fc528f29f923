// Who listens on a port: /proc/net/tcp gives the socket's inode, /proc/PID/fd the process that holds it open.

#include "net/listeners.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

namespace dragoman::net {
namespace {

namespace fs = std::filesystem;

// "  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 12345 ..."
void collect_inodes(const char* table, std::uint16_t port, std::set<std::string>& inodes)
{
    std::ifstream file(table);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string slot, local, remote, state, skipped, inode;
        words >> slot >> local >> remote >> state;
        for (int i = 0; i < 5; ++i)
            words >> skipped;
        words >> inode;
        std::size_t colon = local.rfind(':');
        unsigned number = 0;
        if (colon != std::string::npos)
            std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
        if (state == "0A" && number == port)
            inodes.insert("socket:[" + inode + "]");
    }
}

bool holds(const fs::path& process, const std::set<std::string>& inodes)
{
    std::error_code error;
    for (fs::directory_iterator fd(process / "fd", error), end; !error && fd != end; fd.increment(error)) {
        std::error_code unreadable;
        if (inodes.contains(fs::read_symlink(fd->path(), unreadable).string()))
            return true;
    }
    return false;
}

} // namespace

std::optional<int> listening_process(std::uint16_t port)
{
    std::set<std::string> inodes;
    collect_inodes("/proc/net/tcp", port, inodes);
    collect_inodes("/proc/net/tcp6", port, inodes);
    if (inodes.empty())
        return std::nullopt;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        std::string name = entry->path().filename();
        int pid = 0;
        auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (parsed.ptr == name.data() + name.size() && holds(entry->path(), inodes))
            return pid;
    }
    return std::nullopt;
}

} // namespace dragoman::net
