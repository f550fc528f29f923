// Why an answer ended, from the words of some forty providers to Anthropic's.
// https://docs.anthropic.com/en/api/handling-stop-reasons
#pragma once

#include "json/raw.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dragoman::translate {

enum class FinishKind : std::uint8_t {
    none, // nothing was said
    stop,
    tool_calls,
    length,
    window_full, // the same, and it was not the client's limit
    refusal, // a filter of the provider stepped in
    malformed_call, // the model tried to call a tool and failed
    failed, // the provider failed in mid-answer
    overloaded, // the same, for want of resources
    unknown,
};

FinishKind kind_of_finish(std::string_view reason);

// Of a finish_reason or native_finish_reason, in any case.
inline FinishKind finish_kind(std::string_view reason)
{
    return reason.empty() ? FinishKind::none : kind_of_finish(reason);
}

// Collects the finish reasons of a stream. The first one counts, except that a plain stop gives way to any
// later one that says more.
class FinishReason {
public:
    void take(json::RawString reason, json::RawString native, json::RawString matched_stop);

    bool seen() const { return kind_ != FinishKind::none; }
    FinishKind kind() const { return kind_; }
    const std::string& native() const { return native_; }
    const std::string& matched_stop() const { return matched_stop_; } // plain UTF-8

private:
    FinishKind kind_ = FinishKind::none;
    std::string native_;
    std::string matched_stop_;
};

} // namespace dragoman::translate
