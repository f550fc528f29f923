// The client as a child process that inherits exactly what this one was given: descriptors, signal
// dispositions and mask, folder, terminal. So it is forked first of all, waits while everything else is set
// up, and is then told what to become.
#pragma once

#include "base/environment.h"
#include "base/result.h"

#include <string>
#include <sys/types.h>
#include <vector>

namespace dragoman::cli {

// What to become.
struct Launch {
    std::string program {}; // its path
    std::vector<std::string> arguments {}; // without the program's own name
    Environment environment {};
};

// How it ended: with a code, or by a signal.
struct Ending {
    int code = 0;
    int signal = 0;
};

inline constexpr int exit_not_found = 127; // as shells say it
inline constexpr int exit_not_executable = 126;

class ClientProcess {
public:
    // While there is one thread, and nothing has been opened.
    static Result<ClientProcess> prepare();
    ClientProcess(ClientProcess&& other) noexcept;
    ClientProcess& operator=(ClientProcess&&) = delete;
    ~ClientProcess(); // one that was never started ends, having done nothing

    // Signals are held back from here on, in this thread and those that it starts; wait() takes them.
    static void hold_signals();

    void start(const Launch& launch);

    // Until it has ended. Meanwhile the terminal's signals are the client's alone, those that ask this
    // process to end are handed on, and when the client stops, this process does: shells look at this one.
    Ending wait();

private:
    ClientProcess(pid_t pid, int pipe);
    pid_t pid_ = -1;
    int pipe_ = -1;
};

// Becomes the client; returns only when that failed, with what to exit with, having said why.
int become(const Launch& launch);

// Ends as the client did. Returns the exit code where it can.
int end_like(const Ending& ending);

} // namespace dragoman::cli
