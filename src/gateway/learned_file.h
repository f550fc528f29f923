// Where what was learned of models is kept over restarts: one small JSON file beside the lists of models,
// replaced whole, mode 0600. Several programs share it, and a person may clear it: what the file holds
// counts, so a dragoman that runs follows it within a second or two. What goes wrong is said in the log and
// never stops anything.
#pragma once

#include "base/result.h"
#include "config/config.h"
#include "route/learned_facts.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dragoman::gateway {

// "learned.json" in the folder of the lists of models. Empty: nothing is kept, because there is no such
// folder, or because the scripted upstream of the demonstration has nothing to teach.
std::string learned_path(const config::Config& config);

class LearnedFile {
public:
    // `models` and `sessions` must outlive this. An empty path: nothing is kept.
    LearnedFile(route::LearnedMemory& models, route::LearnedMemory& sessions, std::string path)
        : models_(models)
        , sessions_(sessions)
        , path_(std::move(path))
    {
    }

    // At the start, now and then, and at the end; from one thread at a time. Reads the file if another has
    // written it, and writes it if anything was learned since the last time.
    void follow();

private:
    struct Stamp {
        std::int64_t changed_ns = 0;
        std::int64_t size = -1; // -1: there is no such file
        std::uint64_t inode = 0;
        bool operator==(const Stamp&) const = default;
    };

    Stamp stamp() const;
    bool read();
    bool take(const std::string& text);
    void write();

    route::LearnedMemory& models_;
    route::LearnedMemory& sessions_;
    std::string path_;
    Stamp seen_ {};
    bool complained_ = false; // that it cannot be written is said once
};

// What the file holds now, for commands. An Error says why it cannot be read; a file that is not there holds
// nothing.
Result<void> read_learned(const std::string& path, route::LearnedMemory& into);

// Takes out what is known of these, or of all where `targets` is empty, and gives what that was.
struct LearnedTarget {
    std::string upstream {};
    std::string model {};
};
Result<std::vector<route::LearnedMemory::Known>> clear_learned(
    const std::string& path, const std::vector<LearnedTarget>& targets);

} // namespace dragoman::gateway
