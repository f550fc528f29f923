#include "base/log.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/log_sink.h"
#include "base/log_text.h"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <mutex>
#include <sys/stat.h>

namespace dragoman::log {
namespace {

std::atomic<std::uint64_t> lines_dropped { 0 };

// The time is spdlog's to write, the rest of the line is ours.
constexpr auto human_pattern = "%H:%M:%S.%e %^%-7l%$ %v";
constexpr auto json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})";

std::unique_ptr<spdlog::logger> make_logger(DescriptorSink::Options options, bool human)
{
    options.dropped = &lines_dropped;
    auto sink = std::make_shared<DescriptorSink>(options);
    const auto zone = human ? spdlog::pattern_time_type::local : spdlog::pattern_time_type::utc;
    sink->set_formatter(
        std::make_unique<spdlog::pattern_formatter>(human ? human_pattern : json_pattern, zone, "\n"));
    auto logger = std::make_unique<spdlog::logger>("", std::move(sink));
    logger->set_level(spdlog::level::trace); // Our own threshold has already decided.
    return logger;
}

bool colour_wanted(bool allowed)
{
    const char* forbidden = std::getenv("NO_COLOR"); // https://no-color.org
    const char* terminal = std::getenv("TERM");
    const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
    return allowed && !dumb && (forbidden == nullptr || *forbidden == '\0');
}

struct Outputs {
    std::mutex mutex;
    std::unique_ptr<spdlog::logger> terminal;
    std::unique_ptr<spdlog::logger> file;
    std::string file_name;
    bool human = false;

    Outputs() { set_terminal({}); }

    void set_terminal(const Settings& settings)
    {
        if (!settings.terminal) {
            terminal.reset();
            human = false;
            return;
        }
        const bool is_terminal = ::isatty(STDERR_FILENO) == 1;
        human = settings.form == Form::human || (settings.form == Form::automatic && is_terminal);
        const bool colour = human && is_terminal && colour_wanted(settings.colour);
        terminal = make_logger({ .fd = STDERR_FILENO, .colour = colour }, human);
    }
};

Outputs& outputs()
{
    static auto* const all = new Outputs; // Never destroyed: others may log while the process ends.
    return *all;
}

// A daemon may be started with closed descriptors; a connection must never end up as number 2.
void occupy_standard_descriptors()
{
    for (int fd = ::open("/dev/null", O_RDWR); fd >= 0; fd = ::open("/dev/null", O_RDWR)) {
        if (fd > STDERR_FILENO) {
            ::close(fd);
            return;
        }
    }
}

Result<int> open_file(const std::string& path)
{
    if (const auto parent = std::filesystem::path(path).parent_path(); !parent.empty()) {
        if (auto made = make_private_directory(parent.string()); !made)
            return Failure(made.error());
    }
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    const int fd = ::open(path.c_str(), flags, 0600);
    if (fd < 0)
        return Failure(
            Error::internal(fmt::format("cannot open the log file {}: {}", path, std::strerror(errno))));
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 077U) != 0)
        (void)::fchmod(fd, 0600); // It may be somebody else's file that we may append to.
    return fd;
}

// Under the lock. The old file is kept as long as the new one cannot be opened.
Result<void> use_file(Outputs& all, const std::string& path)
{
    auto fd = open_file(path);
    if (!fd)
        return Failure(fd.error());
    all.file = make_logger({ .fd = *fd, .owned = true }, false);
    all.file_name = path;
    return {};
}

void append_value(std::string& out, const Field& field, bool human)
{
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
        const bool bare = human && !text->empty() && text->find_first_of(" \"=") == std::string_view::npos;
        if (bare)
            append_plain_text(out, *text, limits::log_field);
        else
            append_json_text(out, *text, limits::log_field);
    } else if (const auto* flag = std::get_if<bool>(&field.value)) {
        out += *flag ? "true" : "false";
    } else if (const auto* whole = std::get_if<std::int64_t>(&field.value)) {
        fmt::format_to(std::back_inserter(out), "{}", *whole);
    } else {
        const double number = std::get<double>(field.value);
        const bool finite = number - number == 0; // JSON has no word for the others.
        out += finite ? fmt::format("{}", number) : "null";
    }
}

std::string human_line(std::string_view text, std::span<const Field> fields)
{
    std::string out;
    append_plain_text(out, text, 4 * limits::log_field);
    for (const Field& field : fields) {
        out += "  ";
        append_plain_text(out, field.name, limits::log_field);
        out += '=';
        append_value(out, field, true);
    }
    return out;
}

std::string json_line(std::string_view text, std::span<const Field> fields)
{
    std::string out = R"("message":)";
    append_json_text(out, text, 4 * limits::log_field);
    for (const Field& field : fields) {
        out += ',';
        append_json_text(out, field.name, limits::log_field);
        out += ':';
        append_value(out, field, false);
    }
    return out;
}

// `human` is what a terminal gets; made only when there is one.
template <class Human>
void emit(Level level, std::string_view text, std::span<const Field> fields, Human human)
{
    static constexpr spdlog::level::level_enum levels[] = { spdlog::level::trace, spdlog::level::debug,
        spdlog::level::info, spdlog::level::warn, spdlog::level::err };
    const auto spdlog_level = levels[static_cast<std::size_t>(level)];
    Outputs& all = outputs();
    const std::scoped_lock lock(all.mutex);
    const std::string json = all.human && !all.file ? std::string() : json_line(text, fields);
    if (all.terminal)
        all.terminal->log(spdlog_level, spdlog::string_view_t(all.human ? human() : json));
    if (all.file)
        all.file->log(spdlog_level, spdlog::string_view_t(json));
}

} // namespace

Result<void> open(const Settings& settings)
{
    std::signal(SIGPIPE, SIG_IGN);
    occupy_standard_descriptors();
    set_level(settings.level);
    Outputs& all = outputs();
    const std::scoped_lock lock(all.mutex);
    all.set_terminal(settings);
    if (settings.file.empty()) {
        all.file.reset();
        all.file_name.clear();
        return {};
    }
    return use_file(all, settings.file);
}

Result<void> reopen()
{
    Outputs& all = outputs();
    const std::scoped_lock lock(all.mutex);
    return all.file_name.empty() ? Result<void> {} : use_file(all, std::string(all.file_name));
}

std::uint64_t dropped() { return lines_dropped.load(std::memory_order_relaxed); }

void write(Level level, std::string_view text, std::span<const Field> fields)
{
    emit(level, text, fields, [&] { return human_line(text, fields); });
}

void write_as(Level level, std::string_view human, std::string_view text, std::span<const Field> fields)
{
    emit(level, text, fields, [&] { return human_line(human, {}); });
}

} // namespace dragoman::log
