// What a request that was refused would have to give up to be accepted.
//
// Some refusals name a thing that the conversation can do without: a signature of another model, a parameter,
// a mark for caches. One remedy at a time, and only for the upstream's 400 and 422 (404 where a router found
// nobody for a feature, 500 where a template or a missing projector said no). Limits, quotas, keys and full
// windows have none. It does not act: whoever asks repeats the request, once, and remembers what was learned.
#pragma once

#include "translate/error_case.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

enum class Remedy : std::uint8_t {
    drop_thinking, // from the history: its signature is foreign, or nobody wants it back
    add_reasoning_content, // to the assistant's turns that lack it
    drop_parameter,
    rename_max_tokens, // to max_completion_tokens, or back
    weaken_tool_choice, // to "auto"
    drop_images,
    lower_max_tokens,
    fold_system, // what the system says in mid-conversation becomes the user's
    fold_all_system, // all that the system says becomes the user's
    drop_strict,
    simplify_schemas,
    drop_cache_control,
};

std::string_view name_of(Remedy remedy);

// What was in the request; a remedy is offered only for what was there.
struct SentRequest {
    std::vector<std::string> parameters {}; // optional fields of the top level, "temperature"
    bool thinking = false; // in the history, in any spelling
    bool tool_calls = false; // in the history
    bool tools = false;
    bool forced_tool = false; // a tool_choice other than auto and none
    bool images = false;
    bool system_role = false; // behind the first message of somebody else
    bool system_first = false; // by its role, in front of all others
    bool strict = false;
    bool cache_control = false;
    std::uint64_t max_tokens = 0; // 0: none
};

// For whom the same would be refused.
enum class Reach : std::uint8_t {
    model, // whoever asks for it
    session, // because of what this conversation holds, or asks for together
    request, // because of its size, or of a value in it
};

struct Rectification {
    Remedy remedy = Remedy::drop_parameter;
    Reach reach = Reach::model;
    bool while_thinking = false; // for weaken_tool_choice: refused only then
    std::string parameter {}; // for drop_parameter
    std::uint64_t max_tokens = 0; // for lower_max_tokens

    bool operator==(const Rectification&) const = default;
};

// "drop_parameter temperature".
std::string describe(const Rectification& rectification);

std::optional<Rectification> rectify(const FailureCase& one, const SentRequest& sent);

} // namespace dragoman::translate
