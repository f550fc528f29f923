// Whole exchanges in a folder, for those who ask for it: both requests and both answers, one JSON file each.
//
// The only place where prompts are written down, off by default. Files have mode 0600 in a folder of mode
// 0700; fields that carry keys are left out and keys in any text are masked; the oldest files go when the
// folder outgrows its limit. Writing happens on a background thread; a full disk costs the capture, never the
// request.
#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "net/exchange_io.h"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::gateway {

// One exchange while it runs. Bodies are kept as they were on the wire, decoded.
struct CapturedMessage {
    std::string start {}; // "POST /v1/messages" or "200"
    std::vector<std::pair<std::string, std::string>> fields {};
    std::string body {};
};

struct CapturedExchange {
    std::string request_id {};
    WallClock::time_point begun = WallClock::now();
    CapturedMessage client_request {};
    CapturedMessage upstream_request {};
    CapturedMessage upstream_answer {};
    CapturedMessage client_answer {};
    std::string error {};
};

void add_fields(CapturedMessage& message, std::span<const net::Field> fields);

// The file's text: keys masked, text that is no UTF-8 mended.
std::string encode_capture(const CapturedExchange& exchange, std::span<const Secret> secrets);

// "20261121T094211.000123-req_….json": names sort in the order in which the exchanges began.
std::string capture_name(const CapturedExchange& exchange);

class Captures {
public:
    // Writes `text` to the file `name` in `folder` and removes the oldest captures over `bytes_max`.
    // Failures are logged. May be called from any thread; calls wait for one another.
    void write(const std::string& folder, std::size_t bytes_max, const std::string& request_id,
        std::string_view text);

private:
    std::mutex mutex_;
};

} // namespace dragoman::gateway
