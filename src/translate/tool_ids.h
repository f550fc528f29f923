// Ids of tool calls, in both directions, without a table of the past.
//
// Towards the client an id must match ^[a-zA-Z0-9_-]{1,64}$ and be unique in its conversation. Upstreams give
// "", "call_0", "functions.Read:0" and repeats; such an id is wrapped so that it can be found again in the
// history: "toolu_", ten random characters, "_", base64url of the original, as long as that fits. From one
// that is longer the name of the tool is left out, since the call says it again; and if it does not fit even
// so, it stays itself if it matches and is new.
//
// Towards the upstream the client's id is used where it is good enough, the wrapped original where the model
// insists on its own or ties its reasoning to it, and a digest otherwise. A call and its
// result get the same id, two different ids of the history never get one.
#pragma once

#include "anthropic/messages_request.h"
#include "base/id_source.h"
#include "json/raw.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/taken_ids.h"

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace dragoman::translate {

// The ids of one request's history as its upstream is shown them.
class ToolIds {
public:
    ToolIds(const anthropic::MessagesRequest& request, const route::Target& target);

    // Plain text: an upstream's own id may hold anything. For an id of the history; valid as long as this and
    // the request.
    std::string_view upstream(json::RawString client_id) const;
    // The same as a value of JSON.
    void write(json::Writer& json, json::RawString client_id) const;

    // All ids of the history, as the upstream was shown them and as the client knows them: an answer must
    // repeat neither.
    TakenIds used() const;

private:
    enum class Rule : unsigned char { any, of_40, own, of_9 };

    static Rule rule_of(const route::Target& target);
    std::string map(std::string_view client_id, json::RawString name, unsigned attempt) const;
    std::string_view best(std::string_view client_id, json::RawString name, unsigned attempt);
    bool stays(std::string_view client_id) const;
    bool is_shown(std::string_view upstream_id) const;
    void add(json::RawString client_id, json::RawString name);

    Rule rule_;
    const anthropic::MessagesRequest& request_;
    bool all_stay_; // every id of the history is shown as it is, the most frequent case: the rest is empty

    // Ids that need neither decoding nor another spelling stay in the request's body.
    std::unordered_map<std::string_view, std::string_view> upstream_by_client_ {};
    std::unordered_set<std::string_view> shown_changed_ {}; // of these, what is not the client's own id
    std::list<std::string> changed_ {}; // which takes no memory while there is none
};

// The id that the client gets for a call of an answer: `upstream_id` itself, or a wrapped or fresh one.
// `used` are the ids that the history and this answer already hold, as the upstream knows them and as the
// client does; the caller adds what it hands out. `name` is the tool's, as the client knows it.
std::string client_tool_id(
    std::string_view upstream_id, const TakenIds& used, IdSource& ids, std::string_view name = {});

// What client_tool_id() wrapped for a call of that name; nullopt for all other ids.
std::optional<std::string> wrapped_tool_id(std::string_view client_id, json::RawString name = {});

} // namespace dragoman::translate
