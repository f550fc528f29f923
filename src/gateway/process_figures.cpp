#include "gateway/process_figures.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace dragoman::gateway {

namespace {

std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc {} ? std::optional(value) : std::nullopt;
}

// The fields of /proc/self/stat behind the program's name, which may hold anything; the first one is
// number 3.
class Stat {
public:
    explicit Stat(std::string text)
        : text_(std::move(text))
    {
        const std::size_t end_of_name = text_.rfind(')');
        rest_ = end_of_name == std::string::npos ? std::string_view()
                                                 : std::string_view(text_).substr(end_of_name);
    }
    std::optional<std::uint64_t> field(int wanted) const
    {
        std::string_view rest = rest_;
        for (int i = 2; i < wanted; ++i) {
            const std::size_t blank = rest.find(' ');
            if (blank == std::string_view::npos)
                return std::nullopt;
            rest.remove_prefix(blank + 1);
        }
        return number(rest);
    }

private:
    std::string text_;
    std::string_view rest_;
};

Stat read_stat()
{
    std::ifstream file("/proc/self/stat");
    return Stat(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::optional<std::uint64_t> count_open_files()
{
    std::error_code error;
    std::filesystem::directory_iterator files("/proc/self/fd", error);
    if (error)
        return std::nullopt;
    const auto count = std::distance(begin(files), end(files));
    return static_cast<std::uint64_t>(count) - 1; // the one that lists them
}

} // namespace

ProcessFigures process_figures()
{
    constexpr int user_time = 14;
    constexpr int system_time = 15;
    constexpr int thread_count = 20;
    constexpr int virtual_size = 23;
    constexpr int resident_pages = 24;
    const Stat stat = read_stat();
    ProcessFigures figures { .virtual_bytes = stat.field(virtual_size), .threads = stat.field(thread_count) };
    if (const auto pages = stat.field(resident_pages))
        figures.resident_bytes = *pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const auto user = stat.field(user_time);
    const auto system = stat.field(system_time);
    if (user && system)
        figures.cpu_seconds =
            static_cast<double>(*user + *system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    figures.open_files = count_open_files();
    rlimit limit {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        figures.open_files_max = limit.rlim_cur;
    return figures;
}

} // namespace dragoman::gateway
