#include "config/snapshot.h"

#include "config/key_file.h"

#include <fmt/format.h>

#include <utility>

namespace dragoman::config {
namespace {

std::vector<std::string> files_of(const Config& config)
{
    std::vector<std::string> files;
    for (const Upstream& upstream : config.upstreams)
        for (const UpstreamKey& key : upstream.keys)
            if (!key.source.file.empty())
                files.push_back(key.source.file);
    if (!config.server.client_tokens_file.empty())
        files.push_back(config.server.client_tokens_file);
    return files;
}

// What only a new start can change stays as it is, and is said.
void keep_what_needs_a_start(Config& next, const Config& now, Live::Report& report)
{
    if (next.server.listen != now.server.listen)
        report.warnings.emplace_back("server.listen has changed; it counts from the next start on");
    if (next.server.workers != now.server.workers)
        report.warnings.emplace_back("server.workers has changed; it counts from the next start on");
    if (next.limits.all.body_bytes != now.limits.all.body_bytes)
        report.warnings.emplace_back("limits.all.body_bytes has changed; it counts from the next start on");
    if (next.metrics.listen != now.metrics.listen)
        report.warnings.emplace_back("metrics.listen has changed; it counts from the next start on");
    next.server.listen = now.server.listen;
    next.metrics.listen = now.metrics.listen;
    next.limits.all.body_bytes = now.limits.all.body_bytes;
    next.server.workers = now.server.workers;
    next.demo = now.demo;
}

// What a file holds now; an error when it is nothing that could replace the old content.
Result<void> take_into(Config& next, const KeyWatch::Change& change, std::vector<std::string>& notes)
{
    if (!change.content)
        return Failure(Error::internal(change.alarm));
    const KeyFile file { .content = *change.content };
    for (Upstream& upstream : next.upstreams) {
        for (UpstreamKey& own : upstream.keys) {
            if (change.file != own.source.file)
                continue;
            ASSIGN_OR_RETURN(key, key_of(file, change.file));
            if (key != own.value)
                notes.push_back(fmt::format("a new key has been read from {}", change.file));
            own.value = std::move(key);
        }
    }
    if (change.file == next.server.client_tokens_file) {
        ASSIGN_OR_RETURN(tokens, tokens_of(file, change.file));
        if (tokens != next.server.client_tokens)
            notes.push_back(fmt::format("new client tokens have been read from {}", change.file));
        next.server.client_tokens = std::move(tokens);
    }
    return {};
}

} // namespace

Live::Live(Sources sources, Config config)
    : sources_(std::move(sources))
    , current_(std::make_shared<const Config>(std::move(config)))
{
    watch_.watch(files_of(*get()));
}

Live::Report Live::reload()
{
    const std::scoped_lock lock(changing_);
    Report report;
    auto loaded = load(sources_);
    if (!loaded) {
        report.mistakes = std::move(loaded.error().mistakes);
        report.warnings = std::move(loaded.error().warnings);
        return report;
    }
    report.changed = true;
    report.warnings = std::move(loaded->warnings);
    keep_what_needs_a_start(loaded->config, *get(), report);
    watch_.watch(files_of(loaded->config));
    current_.replace(std::make_shared<const Config>(std::move(loaded->config)));
    report.notes.emplace_back("the configuration has been read again");
    return report;
}

Live::Report Live::take(std::vector<KeyWatch::Change> changes)
{
    Report report;
    if (changes.empty())
        return report;
    Config next = *get();
    for (const KeyWatch::Change& change : changes) {
        if (auto taken = take_into(next, change, report.notes)) {
            said_.erase(change.file);
        } else if (std::exchange(said_[change.file], taken.error().message) != taken.error().message) {
            // Said once, however often it is found: a refused key asks for a look with every request.
            report.warnings.push_back(fmt::format("{}; the old one stays in force", taken.error().message));
        }
    }
    report.changed = !report.notes.empty();
    if (report.changed)
        current_.replace(std::make_shared<const Config>(std::move(next)));
    return report;
}

Live::Report Live::poll(TimePoint now)
{
    const std::scoped_lock lock(changing_);
    return take(watch_.poll(now));
}

Live::Report Live::reread_keys()
{
    const std::scoped_lock lock(changing_);
    return take(watch_.reread());
}

} // namespace dragoman::config
