#include "gateway/learned_file.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"

#include <filesystem>
#include <sys/stat.h>

namespace dragoman::gateway {

namespace {

constexpr std::size_t file_max = 16 * limits::MiB; // 1024 models with the longest names, 64 parameters each

// Empty: there is no such file.
Result<std::string> read_or_nothing(const std::string& path)
{
    auto text = read_file(path, file_max);
    if (!text && text.error().kind == Error::Kind::not_found)
        return std::string();
    return text;
}

Result<void> replace(const std::string& path, const route::LearnedMemory& memory)
{
    if (auto made = make_private_directory(std::filesystem::path(path).parent_path().string()); !made)
        return made;
    return replace_atomically(path, memory.to_json() + "\n");
}

} // namespace

std::string learned_path(const config::Config& config)
{
    if (config.demo || config.catalogue.file.empty())
        return {};
    return (std::filesystem::path(config.catalogue.file).parent_path() / "learned.json").string();
}

LearnedFile::Stamp LearnedFile::stamp() const
{
    constexpr std::int64_t ns_per_s = 1'000'000'000;
    struct ::stat found {};
    if (::stat(path_.c_str(), &found) != 0)
        return {};
#ifdef __APPLE__
    const auto& changed = found.st_mtimespec;
#else
    const auto& changed = found.st_mtim;
#endif
    return { .changed_ns = static_cast<std::int64_t>(changed.tv_sec) * ns_per_s + changed.tv_nsec,
        .size = static_cast<std::int64_t>(found.st_size),
        .inode = static_cast<std::uint64_t>(found.st_ino) };
}

void LearnedFile::follow()
{
    if (path_.empty())
        return;
    const Stamp now = stamp();
    if (now == seen_ && !models_.has_news())
        return;
    const bool is_news = now == seen_ ? models_.take_news() : read();
    seen_ = now;
    if (is_news)
        write();
}

// True when something is known here that the file does not hold.
bool LearnedFile::read()
{
    const auto text = read_or_nothing(path_);
    if (text)
        return take(*text);
    if (!std::exchange(complained_, true))
        log::warning("what was learned of models cannot be read", { { "reason", text.error().message } });
    return models_.take_news();
}

// A file that cannot be understood is set aside, and holds nothing.
bool LearnedFile::take(const std::string& text)
{
    const std::size_t before = models_.size();
    auto added = models_.follow(text);
    if (!added) {
        const auto aside = set_aside(path_);
        log::warning("what was learned of models was damaged, beginning anew",
            { { "file", path_ }, { "moved_to", aside ? *aside : std::string("nowhere") },
                { "reason", added.error().message } });
        added = models_.follow({});
    }
    if (models_.size() < before)
        sessions_.clear(); // Somebody wants it forgotten.
    return added.value_or(false);
}

void LearnedFile::write()
{
    auto written = replace(path_, models_);
    if (written) {
        seen_ = stamp();
        complained_ = false;
    } else if (!std::exchange(complained_, true)) {
        log::warning("what was learned of models cannot be kept", { { "reason", written.error().message } });
    }
}

Result<void> read_learned(const std::string& path, route::LearnedMemory& into)
{
    if (path.empty())
        return {};
    ASSIGN_OR_RETURN(text, read_or_nothing(path));
    return text.empty() ? Result<void> {} : into.add_json(text);
}

Result<std::vector<route::LearnedMemory::Known>> clear_learned(
    const std::string& path, const std::vector<LearnedTarget>& targets)
{
    route::LearnedMemory memory;
    if (auto read = read_learned(path, memory); !read)
        return Failure(std::move(read).error());
    std::vector<route::LearnedMemory::Known> forgotten;
    if (targets.empty()) {
        forgotten = memory.known();
        memory.clear();
    }
    for (const LearnedTarget& target : targets) {
        auto known = memory.known(target.upstream, target.model);
        forgotten.insert(forgotten.end(), known.begin(), known.end());
        memory.clear(target.upstream, target.model);
    }
    if (!forgotten.empty())
        if (auto written = replace(path, memory); !written)
            return Failure(std::move(written).error());
    return forgotten;
}

} // namespace dragoman::gateway
