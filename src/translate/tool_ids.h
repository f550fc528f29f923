// Ids of tool calls, in both directions, without a table of the past.
//
// Towards the client an id must match ^[a-zA-Z0-9_-]{1,64}$ and be unique in its conversation. Upstreams give
// "", "call_0", "functions.Read:0" and repeats; such an id is wrapped so that it can be found again in the
// history: "toolu_", ten random characters, "_", base64url of the original, as long as that fits; a longer
// one stays itself if it matches and is new.
//
// Towards the upstream the client's id is used where it is good enough, the wrapped original where the model
// insists on its own (Kimi) or ties its reasoning to it (Gemini), and a digest otherwise. A call and its
// result get the same id, two different ids of the history never get one.
#pragma once

#include "anthropic/messages_request.h"
#include "base/id_source.h"
#include "json/raw.h"
#include "route/model_facts.h"
#include "translate/answer_plan.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dragoman::translate {

// The ids of one request's history as its upstream is shown them.
class ToolIds {
public:
    ToolIds(const anthropic::MessagesRequest& request, const route::Target& target);

    // Plain text: a Kimi id may hold anything. An id that is not in the history is mapped by the same rule.
    std::string upstream(json::RawString client_id) const;

    // All ids of the history, as the upstream was shown them and as the client knows them: an answer must
    // repeat neither.
    std::set<std::string, std::less<>> used() const;

private:
    enum class Rule : unsigned char { openrouter, openai, own_ids, mistral };

    static Rule rule_of(const route::Target& target);
    std::string map(std::string_view client_id, unsigned attempt) const;
    void add(json::RawString client_id);

    Rule rule_;
    std::unordered_map<std::string, std::string> upstream_by_client_ {};
    std::set<std::string, std::less<>> shown_ {};
};

// The id that the client gets for a call of an answer: `upstream_id` itself, or a wrapped or fresh one.
// `used` are the ids that the history and this answer already hold, as the upstream knows them and as the
// client does; the caller adds what it hands out.
std::string client_tool_id(
    std::string_view upstream_id, const std::set<std::string, std::less<>>& used, IdSource& ids);

// What client_tool_id() wrapped; nullopt for all other ids.
std::optional<std::string> wrapped_tool_id(std::string_view client_id);

} // namespace dragoman::translate
