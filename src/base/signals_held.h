// Signals are for the thread that waits for them. A thread begins with the mask of the one that makes it:
//
//     SignalsHeld held;
//     std::thread thread(...);
#pragma once

#include <csignal>
#include <initializer_list>

namespace dragoman {

class SignalsHeld {
public:
    SignalsHeld()
    {
        sigset_t held;
        ::sigfillset(&held);
        for (int number : { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP })
            ::sigdelset(&held, number); // of what a thread does wrong it hears itself
        ::pthread_sigmask(SIG_BLOCK, &held, &before_);
    }
    ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

private:
    sigset_t before_ {};
};

} // namespace dragoman
