// What the status line says, made of what Claude Code and dragoman know: pure, so that it can be tested.
// https://code.claude.com/docs/en/statusline
#pragma once

#include "cli/terminal.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

// What Claude Code hands over on standard input. Every field may be missing.
struct ClientState {
    std::string session {};
    std::string model_id {}; // as requests name it, perhaps with a mark such as [1m]
    std::string model_name {};
    std::optional<std::uint64_t> context_tokens {}; // in the window now
    std::optional<std::uint64_t> window {}; // that the client reckons with
    std::optional<double> used_percent {};
    std::optional<double> cost_usd {}; // at the prices of Claude's models
};
ClientState read_client_state(std::string_view json);

// What dragoman knows of the session: who answered to the model that the client has chosen, else who would
// answer, else who answered last. nullopt when it is no answer of dragoman's.
struct SessionState {
    std::string model {};
    std::string provider {};
    std::optional<std::uint64_t> window {};
    std::optional<double> cost_usd {}; // as billed
};
std::optional<SessionState> read_session_state(std::string_view json, std::string_view model_id);

// One line without its end. Never empty.
std::string statusline_text(
    const ClientState& client, const std::optional<SessionState>& session, const Style& style);

} // namespace dragoman::cli
