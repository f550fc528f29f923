// The envelope: how an upstream's reasoning survives in a history that only the client keeps.
//
// Chat upstreams want back what they reasoned (`reasoning_details`: text, summaries, signatures, encrypted
// state), unmodified. A Messages client returns a thinking block's `signature`, or a redacted block's `data`,
// exactly as it came. So the details travel in there:
//
//   "dgm1." base64url( {"v":1,"d":"or-chat","p":"openrouter","m":"openai/gpt-5.5","rd":[ ...as they came...
//   ]} )
//
// Nothing is kept in memory and nothing is trusted: an envelope is only ever replayed to the family of models
// it came from. Signatures of Anthropic's own are not wrapped, so that a session can move between dialects;
// those of other Messages servers are, since nothing in them tells whose they are.
// https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks
#pragma once

#include "json/raw.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

inline constexpr std::string_view envelope_prefix = "dgm1.";
inline constexpr std::string_view claude_reasoning_format = "anthropic-claude-v1";
inline constexpr std::string_view call_signature_format = "google-gemini-v1";
inline constexpr std::string_view chat_dialect = "or-chat";
inline constexpr std::string_view responses_dialect = "responses";
inline constexpr std::string_view messages_dialect = "messages"; // of another server than Anthropic's

struct Envelope {
    std::string dialect {}; // one of these three
    std::string provider {}; // AnswerPlan::upstream_name
    std::string model {}; // the slug that answered
    // The elements of `reasoning_details`, or output items of the Responses API; each one JSON value,
    // verbatim.
    std::vector<std::string> details {};
    std::string field {}; // instead of details: the message field that the text came in, "reasoning_content"
    std::string signature {}; // instead of details: what a Messages server signed its block with
};

// A `signature` or `data` for `envelope`; plain ASCII that needs no escape in JSON.
std::string encode_envelope(const Envelope& envelope);

// The same without copies, for details that are slices of an upstream's answer.
std::string encode_envelope(
    std::string_view provider, std::string_view model, std::span<const json::RawValue> details);

bool is_envelope(json::RawString signature);

// nullopt for everything that is not a well-formed envelope of this version.
std::optional<Envelope> decode_envelope(json::RawString signature);

} // namespace dragoman::translate
