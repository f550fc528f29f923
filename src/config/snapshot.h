// The configuration that is in force, as one pointer that is swapped whole: a request takes it once and sees
// one generation from beginning to end, whatever is reloaded meanwhile.
//
// Live owns it and what may replace it: reload() after SIGHUP, poll() for key files that change, and
// reread_keys() when the upstream refuses a key. A broken file, an empty key leave the old one in force.
// All functions may be called from any thread.
#pragma once

#include "base/clock.h"
#include "base/published.h"
#include "config/load.h"
#include "config/watch.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dragoman::config {

class Live {
public:
    // What happened, in sentences for the log.
    struct Report {
        bool changed = false;
        std::vector<std::string> notes {}; // what is new
        std::vector<std::string> warnings {};
        std::vector<std::string> mistakes {}; // why the old one stays
    };

    // `sources` are read again at each reload; the environment among them stays as it was at the start.
    Live(Sources sources, Config config);

    std::shared_ptr<const Config> get() const { return current_.get(); }
    std::uint64_t generation() const { return current_.generation(); } // grows with every change
    const Published<Config>& published() const { return current_; } // for who reads it with every request

    Report reload();
    Report poll(TimePoint now); // cheap; call it every second
    Report reread_keys(); // at once, whatever the files' times say

private:
    Report take(std::vector<KeyWatch::Change> changes);

    Sources sources_;
    std::mutex changing_; // held by whoever looks for something new
    KeyWatch watch_; // under changing_
    std::map<std::string, std::string> said_; // under changing_: the last alarm about each file
    Published<Config> current_;
};

} // namespace dragoman::config
