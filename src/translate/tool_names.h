// Names of tools as the upstream takes them: [a-zA-Z0-9_-], at most 64, and for some models a letter or
// underscore in front.
//
// A name that is fine stays. Any other keeps what it can and ends in eight digits of its digest, so that the
// new name depends on the old one alone: names that begin alike stay apart, and a tool that is loaded later
// renames nobody. AnswerPlan carries the way back.
#pragma once

#include "anthropic/messages_request.h"
#include "json/raw.h"
#include "route/model_facts.h"
#include "translate/answer_plan.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dragoman::translate {

class ToolNames {
public:
    // Knows every name that the request declares or its history calls.
    ToolNames(const anthropic::MessagesRequest& request, const route::Target& target);

    // Always plain ASCII that needs no escape.
    std::string upstream(json::RawString client_name) const; // also of a name that nobody declared

    // Fills client_tool_names and declared_tools, as the last thing.
    void describe(AnswerPlan& plan) &&;

private:
    std::string map(std::string_view client_name, unsigned attempt) const;
    void declare(json::RawString client_name);
    void add(json::RawString client_name);

    bool letter_first_;
    bool all_stay_ = true; // every name is fine, the most frequent case: the maps are empty
    std::unordered_map<std::string, std::string> upstream_by_client_ {};
    std::unordered_map<std::string_view, std::string_view> upstream_by_spelling_ {}; // as the body has them
    std::unordered_map<std::string, std::string> client_by_upstream_ {};
    std::vector<std::string> declared_ {};
};

} // namespace dragoman::translate
