// What is known of one upstream model, and where one request goes.
//
// Facts come from the upstream's model list; each of them may be missing, and then the question is answered
// the way that lets a request through: an unknown model may take pictures, any parameter and any effort.
// https://openrouter.ai/docs/api-reference/list-available-models
#pragma once

#include "route/quirks.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::route {

// How an upstream thinks, from the list's `reasoning` object. Efforts are ordered
// none < minimal < low < medium < high < xhigh < max.
struct Reasoning {
    std::vector<std::string> supported_efforts {}; // as listed; empty: not said
    std::optional<std::string> default_effort {};
    std::optional<bool> default_enabled {};
    std::optional<bool> mandatory {}; // thinking cannot be switched off
    std::optional<bool> supports_max_tokens {}; // a budget in tokens instead of an effort

    // Whether `effort` is in the list; true when there is no list.
    bool supports(std::string_view effort) const;

    // The effort to ask for: `wanted` where it is listed, else the nearest lower one, else the nearest higher
    // one. `none` is chosen only when it is wanted. Without a list `wanted` itself.
    std::string_view clamp(std::string_view wanted) const;
};

// US dollars for one token; absent when the list does not say. "0" is a price, and a negative one (a router
// that decides later) counts as absent.
struct Prices {
    std::optional<double> prompt {};
    std::optional<double> completion {};
    std::optional<double> cache_read {};
    std::optional<double> cache_write {};
    std::optional<double> request {}; // for each request
};

struct ModelFacts {
    std::string id {}; // the slug, as it was asked for
    std::string name {}; // for people; the id when the list has none
    std::string description {}; // first line, bounded
    std::string canonical_slug {}; // empty: not said
    bool known = false; // false: no entry in any list, everything below is unset
    std::optional<std::uint64_t> context_length {}; // tokens, prompt and answer together
    std::optional<std::uint64_t> max_output {}; // tokens of one answer
    std::optional<bool> input_image {};
    std::optional<bool> input_file {};
    std::optional<bool> input_audio {};
    std::optional<std::vector<std::string>> supported_parameters {};
    std::vector<std::string> refused_parameters {}; // as somebody stated or a refusal taught
    bool has_reasoning = false; // the list has a `reasoning` object
    Reasoning reasoning {};
    Prices prices {};
    std::optional<std::int64_t> created {}; // seconds since 1970
    std::optional<bool> moderated {};
    std::string expires {}; // "2027-01-31", the day after which it may be gone; empty: not said

    // False only when `parameter` is refused, or the list is there and does not name it.
    bool supports(std::string_view parameter) const;
    bool refuses(std::string_view parameter) const;
    bool takes_images() const { return input_image.value_or(true); }
    bool takes_files() const { return input_file.value_or(true); }
    bool thinks() const { return !known || has_reasoning || supports("reasoning"); }
};

// Where one request goes.
struct Target {
    enum class Dialect : std::uint8_t { chat, messages, responses };

    std::string model {}; // the upstream's slug, as it is sent
    std::shared_ptr<const ModelFacts>
        facts {}; // never null once resolved; `known` says whether it says anything
    Dialect dialect = Dialect::chat;
    Quirks quirks {}; // of the upstream and of the model
    std::string note {}; // what was corrected in the client's id, for the log; empty: nothing

    // "google" of "google/gemini-2.5-pro", "anthropic" of "~anthropic/claude-latest"; empty without a slash.
    std::string_view vendor() const;
    bool is_vendor(std::string_view name) const { return vendor() == name; }

    // The model's own name without vendor and variant: "gemini-2.5-pro" of "google/gemini-2.5-pro:free".
    std::string_view base_name() const;
    bool has(Quirk quirk) const { return quirks.has(quirk); }
    bool is_messages() const { return dialect == Dialect::messages; }
    bool is_responses() const { return dialect == Dialect::responses; }
};

} // namespace dragoman::route
