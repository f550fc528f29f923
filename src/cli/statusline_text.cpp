#include "cli/statusline_text.h"

#include "base/log_text.h"
#include "cli/amounts.h"
#include "json/entry.h"
#include "route/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dragoman::cli {

namespace {

constexpr std::size_t name_max = 60; // bytes of one name: a line has to be shared

std::string shown(std::string_view text)
{
    std::string out;
    log::append_stripped_text(out, text, name_max);
    return out;
}

std::optional<double> number(const json::Entry& entry, std::string_view name)
{
    const auto value = entry.value(name);
    const auto found = value ? value->number() : std::nullopt;
    return found && std::isfinite(*found) && *found >= 0 ? found : std::nullopt;
}

// Of the last answer, where the client says it; older versions count the whole session in total_input_tokens.
std::optional<std::uint64_t> tokens_in_window(const json::Entry& context)
{
    const json::Entry usage = context.entry("current_usage");
    if (!usage)
        return context.positive("total_input_tokens");
    return usage.positive("input_tokens").value_or(0)
        + usage.positive("cache_creation_input_tokens").value_or(0)
        + usage.positive("cache_read_input_tokens").value_or(0);
}

// The model's own window, if the client reckons with a larger one.
std::optional<std::uint64_t> real_window(
    const ClientState& client, const std::optional<SessionState>& session)
{
    if (session && session->window)
        return std::min(*session->window, client.window.value_or(*session->window));
    return client.window;
}

std::string context_text(
    const ClientState& client, const std::optional<SessionState>& session, const Style& style)
{
    constexpr double nearly_full = 85;
    constexpr double filling = 60;
    const auto window = real_window(client, session);
    std::optional<double> percent = client.used_percent;
    if (window && client.context_tokens)
        percent = 100.0 * static_cast<double>(*client.context_tokens) / static_cast<double>(*window);
    if (!percent)
        return {};
    const std::string used = fmt::format("{:.0f}%", *percent);
    const std::string of = window ? fmt::format(" of {}", count_text(*window)) : std::string();
    return style.dim("context ")
        + (*percent >= nearly_full    ? style.red(used)
                : *percent >= filling ? style.yellow(used)
                                      : style.green(used))
        + style.dim(of);
}

std::string model_text(
    const ClientState& client, const std::optional<SessionState>& session, const Style& style)
{
    if (session && !session->model.empty()) {
        std::string text = style.cyan(shown(session->model));
        if (!session->provider.empty())
            text += style.dim(fmt::format(" ({})", shown(session->provider)));
        return text;
    }
    return style.cyan(shown(client.model_name.empty() ? client.model_id : client.model_name));
}

// Without dragoman the client's own estimate, marked as one.
std::string cost_text(const ClientState& client, const std::optional<SessionState>& session)
{
    if (session)
        return session->cost_usd ? dollars_text(*session->cost_usd) : std::string();
    return client.cost_usd ? "~" + dollars_text(*client.cost_usd) : std::string();
}

void take(SessionState& state, const json::Entry& answering)
{
    state.model = answering.text("model").value_or("");
    state.provider = answering.text("provider").value_or("");
    state.window = answering.positive("context_window");
}

} // namespace

ClientState read_client_state(std::string_view text)
{
    json::Document document;
    auto root = document.parse(text);
    if (!root)
        return {};
    const json::Entry state(root->object());
    const json::Entry model = state.entry("model");
    const json::Entry context = state.entry("context_window");
    return { .session = state.text("session_id").value_or(""),
        .model_id = model.text("id").value_or(""),
        .model_name = model.text("display_name").value_or(""),
        .context_tokens = tokens_in_window(context),
        .window = context.positive("context_window_size"),
        .used_percent = number(context, "used_percentage"),
        .cost_usd = number(state.entry("cost"), "total_cost_usd") };
}

std::optional<SessionState> read_session_state(std::string_view text, std::string_view model_id)
{
    json::Document document;
    auto root = document.parse(text);
    if (!root)
        return std::nullopt;
    const json::Entry session(root->object());
    const auto value = session.value("answering");
    const auto answering = value ? value->array() : std::nullopt;
    if (!answering)
        return std::nullopt;
    SessionState state { .cost_usd = number(session, "cost_usd") };
    if (!answering->empty())
        take(state, json::Entry((*answering->begin()).object()));
    if (const json::Entry next = session.entry("next"))
        take(state, next);
    for (const json::Value element : json::Array(*answering)) {
        const json::Entry one(element.object());
        const std::string name = one.text("client_model").value_or("");
        if (route::without_window_mark(name) == route::without_window_mark(model_id)) {
            take(state, one);
            break;
        }
    }
    return state;
}

std::string statusline_text(
    const ClientState& client, const std::optional<SessionState>& session, const Style& style)
{
    std::string line;
    for (const std::string& part : { model_text(client, session, style), context_text(client, session, style),
             cost_text(client, session) })
        if (!part.empty())
            line += line.empty() ? part : style.dim(" · ") + part;
    return line.empty() ? "dragoman" : line;
}

} // namespace dragoman::cli
