#include "config/watch.h"

#include "config/key_file.h"

#include <chrono>
#include <sys/stat.h>
#include <utility>

namespace dragoman::config {
namespace {

std::int64_t nanoseconds(const timespec& time)
{
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

} // namespace

KeyWatch::Stamp KeyWatch::stamp_of(const std::string& file)
{
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0)
        return {};
    return { .device = status.st_dev,
        .inode = status.st_ino,
        .size = static_cast<std::uint64_t>(status.st_size),
        .modified_ns = nanoseconds(status.st_mtim),
        .changed_ns = nanoseconds(status.st_ctim),
        .there = true };
}

KeyWatch::Change KeyWatch::read(const std::string& file)
{
    const auto content = read_key_file(file);
    if (!content)
        return { .file = file, .alarm = content.error().message };
    return { .file = file, .content = content->content };
}

void KeyWatch::watch(std::vector<std::string> files)
{
    files_.clear();
    looked_.reset();
    for (auto& file : files) {
        Stamp stamp = stamp_of(file);
        files_.push_back({ std::move(file), stamp });
    }
}

std::vector<KeyWatch::Change> KeyWatch::poll(TimePoint now)
{
    // Half a second, so that somebody who calls once a second, more or less, is never turned away.
    if (looked_ && now - *looked_ < std::chrono::milliseconds(500))
        return {};
    // A file may have changed between the load that read it and watch(): the first look reads.
    if (!std::exchange(looked_, now))
        return reread();
    std::vector<Change> changes;
    for (Watched& watched : files_) {
        // Stamped before it is read: what is written in between is seen at the next look.
        const Stamp stamp = stamp_of(watched.file);
        if (stamp == watched.stamp)
            continue;
        watched.stamp = stamp;
        changes.push_back(read(watched.file));
    }
    return changes;
}

std::vector<KeyWatch::Change> KeyWatch::reread()
{
    std::vector<Change> changes;
    for (Watched& watched : files_) {
        watched.stamp = stamp_of(watched.file);
        changes.push_back(read(watched.file));
    }
    return changes;
}

} // namespace dragoman::config
