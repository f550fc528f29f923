// Where lines go: a file descriptor that is never waited for. Included by log.cpp only, since it brings
// spdlog.
//
// A pipe that nobody reads, a terminal stopped with ^S, a full disk: poll() says so beforehand for the first
// two, write() for the last, and the line is dropped and counted. What was begun is finished before the next
// line, so that a reader never sees two lines mixed.
#pragma once

#include <spdlog/details/null_mutex.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>

namespace dragoman::log {

class DescriptorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    struct Options {
        int fd = -1;
        bool owned = false; // closed with the sink
        bool colour = false;
        std::atomic<std::uint64_t>* dropped = nullptr;
    };
    explicit DescriptorSink(Options options)
        : options_(options)
    {
    }
    DescriptorSink(const DescriptorSink&) = delete;
    DescriptorSink& operator=(const DescriptorSink&) = delete;
    ~DescriptorSink() override
    {
        if (options_.owned && options_.fd >= 0)
            ::close(options_.fd);
    }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override
    {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        const std::string_view text(line.data(), line.size());
        if (!finish_pending() || !begin(options_.colour ? coloured(message, text) : std::string(text)))
            options_.dropped->fetch_add(1, std::memory_order_relaxed);
    }
    void flush_() override { }

private:
    static std::string coloured(const spdlog::details::log_msg& message, std::string_view text)
    {
        static constexpr std::string_view colours[] = { "\x1b[2m", "\x1b[36m", "\x1b[32m", "\x1b[33m",
            "\x1b[31m", "\x1b[31m", "" };
        std::string out(text.substr(0, message.color_range_start));
        out += colours[message.level];
        out += text.substr(message.color_range_start, message.color_range_end - message.color_range_start);
        out += "\x1b[0m";
        return out.append(text.substr(message.color_range_end));
    }

    bool writable() const
    {
        pollfd waiting { .fd = options_.fd, .events = POLLOUT, .revents = 0 };
        return ::poll(&waiting, 1, 0) == 1 && (waiting.revents & POLLOUT) != 0;
    }

    // How much was taken. A pipe that polls as writable has room for PIPE_BUF bytes, so pieces are no larger.
    std::size_t write_some(std::string_view text) const
    {
        constexpr std::size_t piece = 4096;
        std::size_t taken = 0;
        while (taken < text.size() && writable()) {
            const auto rest = text.substr(taken, piece);
            const ssize_t written = ::write(options_.fd, rest.data(), rest.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                break;
            taken += static_cast<std::size_t>(written);
        }
        return taken;
    }

    bool finish_pending()
    {
        pending_.erase(0, write_some(pending_));
        return pending_.empty();
    }

    bool begin(const std::string& line)
    {
        const std::size_t taken = write_some(line);
        if (taken > 0)
            pending_ = line.substr(taken);
        return taken > 0;
    }

    Options options_;
    std::string pending_;
};

} // namespace dragoman::log
