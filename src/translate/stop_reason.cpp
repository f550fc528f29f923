#include "translate/stop_reason.h"

#include "json/escape.h"

#include <array>

namespace dragoman::translate {

namespace {

struct Row {
    std::string_view reason; // lower case
    FinishKind kind;
};

constexpr std::array rows {
    Row { "stop", FinishKind::stop },
    Row { "end", FinishKind::stop },
    Row { "eos", FinishKind::stop },
    Row { "eos_token", FinishKind::stop },
    Row { "end_turn", FinishKind::stop },
    Row { "stop_sequence", FinishKind::stop },
    Row { "completed", FinishKind::stop },
    Row { "tool_calls", FinishKind::tool_calls },
    Row { "tool_use", FinishKind::tool_calls },
    Row { "function_call", FinishKind::tool_calls },
    Row { "length", FinishKind::length },
    Row { "max_tokens", FinishKind::length },
    Row { "max_output_tokens", FinishKind::length },
    Row { "model_length", FinishKind::length },
    Row { "model_context_window_exceeded", FinishKind::window_full },
    Row { "content_filter", FinishKind::refusal },
    Row { "content_filtered", FinishKind::refusal },
    Row { "safety", FinishKind::refusal },
    Row { "sensitive", FinishKind::refusal },
    Row { "refusal", FinishKind::refusal },
    Row { "prohibited_content", FinishKind::refusal },
    Row { "blocklist", FinishKind::refusal },
    Row { "spii", FinishKind::refusal },
    Row { "recitation", FinishKind::refusal },
    Row { "image_safety", FinishKind::refusal },
    Row { "malformed_function_call", FinishKind::malformed_call },
    Row { "error", FinishKind::failed },
    Row { "network_error", FinishKind::failed },
    Row { "abort", FinishKind::failed },
    Row { "aborted", FinishKind::failed },
    Row { "cancelled", FinishKind::failed },
    Row { "insufficient_system_resource", FinishKind::overloaded },
};

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    return out;
}

// What the router calls a stop can be something else in the provider's own words.
FinishKind refine(FinishKind kind, FinishKind native)
{
    bool says_more = native == FinishKind::refusal || native == FinishKind::malformed_call;
    return kind == FinishKind::stop && says_more ? native : kind;
}

} // namespace

FinishKind kind_of_finish(std::string_view reason)
{
    std::string wanted = lower(reason);
    for (const Row& row : rows)
        if (row.reason == wanted)
            return row.kind;
    return FinishKind::unknown;
}

void FinishReason::take(json::RawString reason, json::RawString native, json::RawString matched_stop)
{
    if (reason.empty())
        return;
    FinishKind kind = finish_kind(reason.escaped);
    kind = refine(kind, finish_kind(native.escaped));
    bool weak = kind_ == FinishKind::none || kind_ == FinishKind::stop || kind_ == FinishKind::unknown;
    if (weak && (kind_ == FinishKind::none || (kind != FinishKind::stop && kind != FinishKind::unknown)))
        kind_ = kind;
    if (native_.empty())
        native_ = json::unescape(native);
    if (matched_stop_.empty())
        matched_stop_ = json::unescape(matched_stop);
}

} // namespace dragoman::translate
