// What changes in the `tools` of a Messages request that is passed through: it depends on the tools and on
// the endpoint alone.
#pragma once

#include "anthropic/messages_request.h"
#include "json/document.h"
#include "route/model_facts.h"
#include "translate/json_edits.h"
#include "translate/messages_history_edit.h"
#include "translate/notes.h"

#include <string>

namespace dragoman::translate {

class ToolsEditor {
public:
    ToolsEditor(const anthropic::MessagesRequest& request, const route::Target& target,
        const MessagesRules& rules, JsonEdits& edits, Notes& notes)
        : request_(request)
        , target_(target)
        , rules_(rules)
        , edits_(edits)
        , notes_(notes)
    {
    }

    bool edit(const json::Value& tools); // true when none is left of those that there were

private:
    void edit_tool(const json::Value& value, const anthropic::Tool* decoded);
    std::string rewritten_tools();

    const anthropic::MessagesRequest& request_;
    const route::Target& target_;
    const MessagesRules& rules_;
    JsonEdits& edits_;
    Notes& notes_;
};

} // namespace dragoman::translate
