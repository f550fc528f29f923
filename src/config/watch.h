// Files that hold a key or client tokens, looked at every second: a new content counts at once, an empty or
// unreadable file never takes the old key away, but is said once. Looking is a stat() per file; links are
// followed, which is how secrets are rotated by Kubernetes and sops-nix.
#pragma once

#include "base/clock.h"
#include "base/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::config {

class KeyWatch {
public:
    struct Change {
        std::string file {};
        std::optional<Secret> content {}; // trimmed; nullopt: the old one stays
        std::string alarm {}; // why it stays
    };

    void watch(std::vector<std::string> files); // replaces the list; what stands there now is known
    std::vector<Change> poll(TimePoint now); // at most one look a second
    std::vector<Change> reread(); // every file, now

private:
    struct Stamp {
        std::uint64_t device = 0, inode = 0, size = 0;
        std::int64_t modified_ns = 0, changed_ns = 0;
        bool there = false;
        bool operator==(const Stamp&) const = default;
    };
    struct Watched {
        std::string file {};
        Stamp stamp {};
    };
    static Stamp stamp_of(const std::string& file);
    static Change read(const std::string& file);

    std::vector<Watched> files_;
    std::optional<TimePoint> looked_ {};
};

} // namespace dragoman::config
