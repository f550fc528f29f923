// One line per event: readable and coloured on a terminal, JSON lines otherwise and in the log file.
//
//     log::warning("key file is empty, the old key stays", {{"file", path}, {"age_s", age}});
//
// A line is always one line: control characters are escaped, so that neither a model nor a client can write
// another line or speak to the terminal, and a value is cut at limits::log_field. Logging never blocks for
// long and never fails: what a full disk, a closed pipe or a stopped terminal does not take is dropped and
// counted. All functions may be called from any thread. Without open(), lines from warning upwards go to
// stderr, so that tests and early failures are heard.
#pragma once

#include "base/request_record.h"
#include "base/result.h"

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace dragoman::log {

enum class Level : std::uint8_t { trace, debug, info, warning, error };

// The level of that name, in any case, Python's names among them (WARN, CRITICAL, FATAL, NOTSET).
std::optional<Level> level_of(std::string_view name);
std::string_view name_of(Level level);

// A named value. Borrows the text: valid for the call it is written in.
struct Field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double, bool> value;

    Field(std::string_view n, std::string_view v)
        : name(n)
        , value(v)
    {
    }
    Field(std::string_view n, const std::string& v)
        : name(n)
        , value(std::string_view(v))
    {
    }
    Field(std::string_view n, const char* v)
        : name(n)
        , value(std::string_view(v))
    {
    }
    Field(std::string_view n, bool v)
        : name(n)
        , value(v)
    {
    }
    Field(std::string_view n, std::integral auto v)
        : name(n)
        , value(static_cast<std::int64_t>(v))
    {
    }
    Field(std::string_view n, std::floating_point auto v)
        : name(n)
        , value(static_cast<double>(v))
    {
    }
};
using Fields = std::initializer_list<Field>;

enum class Form : std::uint8_t { automatic, human, json };

struct Settings {
    Level level = Level::info;
    std::string file {}; // as well as stderr; mode 0600; empty: none
    Form form = Form::automatic; // of what goes to stderr; automatic: human on a terminal
    bool colour = true; // allowed at all; NO_COLOR forbids it
    bool terminal = true; // false: nothing goes to stderr, which belongs to somebody else
};

// Begins, or begins anew after a reload. When the file cannot be opened, everything else is as asked, stderr
// included, and the error says why. Ignores SIGPIPE from then on: a reader that went away ends nothing.
Result<void> open(const Settings& settings);

// Opens the file again under its name, for logrotate: the answer to SIGHUP.
Result<void> reopen();

// Lines that no one took, since the start.
std::uint64_t dropped();

namespace detail {
inline std::atomic<Level> threshold { Level::warning };
} // namespace detail

inline bool enabled(Level level) { return level >= detail::threshold.load(std::memory_order_relaxed); }
inline void set_level(Level level) { detail::threshold.store(level, std::memory_order_relaxed); }

void write(Level level, std::string_view text, std::span<const Field> fields = {});

// The same with another sentence where people read: `human` stands for text and fields.
void write_as(Level level, std::string_view human, std::string_view text, std::span<const Field> fields);

inline void trace(std::string_view text, Fields fields = {})
{
    if (enabled(Level::trace))
        write(Level::trace, text, fields);
}
inline void debug(std::string_view text, Fields fields = {})
{
    if (enabled(Level::debug))
        write(Level::debug, text, fields);
}
inline void info(std::string_view text, Fields fields = {})
{
    if (enabled(Level::info))
        write(Level::info, text, fields);
}
inline void warning(std::string_view text, Fields fields = {})
{
    if (enabled(Level::warning))
        write(Level::warning, text, fields);
}
inline void error(std::string_view text, Fields fields = {})
{
    if (enabled(Level::error))
        write(Level::error, text, fields);
}

// The line of one request, at info; at debug a second one with what was dropped and repaired.
void request_line(const RequestRecord& record);

} // namespace dragoman::log
