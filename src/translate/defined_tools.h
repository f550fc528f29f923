// Tools that Anthropic defines and the client runs: bash, the text editor, memory, the computer.
//
// A client names them by a dated type and sends no schema, since Anthropic's models know it. Other models get
// it spelled out, as the reference of each version has it.
// https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/bash-tool (and its neighbours)
#pragma once

#include "anthropic/messages_request.h"

#include <optional>
#include <string>

namespace dragoman::translate {

struct ToolDefinition {
    std::string name {}; // for a client that gave none
    std::string description {}; // plain text
    std::string parameters {}; // a JSON schema
};

// nullopt when `tool` is none of them.
std::optional<ToolDefinition> defined_tool(const anthropic::Tool& tool);

} // namespace dragoman::translate
