// The main thread while the workers work: signals, files that change, word to the service manager, and the
// end.
#pragma once

#include "gateway/learned_file.h"
#include "gateway/service_manager.h"
#include "gateway/shared.h"
#include "net/server.h"
#include "tokens/calibration_file.h"

#include <memory>

namespace dragoman::gateway {

// Signals that mean nothing here, and those that mean nothing yet, do not end the program. To be called
// before anything else; Control takes SIGHUP over.
void survive_stray_signals();

class Control {
public:
    // Without `handles_signals` they are somebody else's, and only Server::stop_now() ends it.
    Control(net::Server& server, Shared& shared, tokens::CalibrationFile& calibration, LearnedFile& learned,
        bool handles_signals, ServiceManager manager);
    ~Control();

    // Starts the server and returns when it has ended.
    void run();

private:
    struct Loop;
    void wait_for_signal();
    void on_signal(int number);
    void wait_for_tick();
    void on_tick();
    void wait_for_heartbeat();
    void end(std::chrono::milliseconds patience);
    void reload();
    std::string status() const;
    void report(const config::Live::Report& report);

    net::Server& server_;
    Shared& shared_;
    tokens::CalibrationFile& calibration_;
    LearnedFile& learned_;
    bool handles_signals_;
    ServiceManager manager_;
    Heartbeat heartbeat_;
    std::unique_ptr<Loop> loop_;
    std::string said_ {}; // the last status
    bool ending_ = false;
    unsigned ticks_ = 0;
};

} // namespace dragoman::gateway
