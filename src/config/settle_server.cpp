#include "config/draft.h"
#include "config/key_file.h"
#include "config/secrets.h"
#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>

namespace dragoman::config {
namespace {

void read_tokens_file(Draft& draft, const Placed& where)
{
    Server& server = draft.config.server;
    const auto file = read_secret_file(where.text, where.place, draft.mistakes);
    if (!file)
        return;
    auto tokens = tokens_of(*file, where.text);
    if (!tokens)
        return draft.mistakes.add(where.place, tokens.error().message);
    server.client_tokens.insert(server.client_tokens.end(), tokens->begin(), tokens->end());
    server.client_tokens_file = where.text;
}

// A literal from the environment replaces those of the file.
void settle_tokens(Draft& draft)
{
    Server& server = draft.config.server;
    if (!draft.token) {
        if (draft.tokens_file)
            read_tokens_file(draft, *draft.tokens_file);
        return;
    }
    server.client_tokens.clear();
    const std::string_view token = bare_value(draft.token->text);
    if (is_header_word(token))
        server.client_tokens.emplace_back(std::string(token));
    else
        draft.mistakes.add(draft.token->place, "is no token: one word of ASCII");
}

void warn_of_short_tokens(Draft& draft)
{
    constexpr std::size_t guessable = 16;
    const auto& tokens = draft.config.server.client_tokens;
    if (std::ranges::any_of(tokens, [](const Secret& token) { return token.reveal().size() < guessable; }))
        draft.mistakes.warn("client tokens",
            fmt::format("one of them has fewer than {} characters and can be "
                        "guessed; `openssl rand -hex 32` makes a good one",
                guessable));
}

void settle_metrics(Draft& draft)
{
    constexpr std::uint16_t usual_port = 9464; // of exporters that follow OpenTelemetry
    if (!draft.metrics)
        return;
    if (auto endpoints = parse_listen(draft.metrics->text, usual_port))
        draft.config.metrics.listen = std::move(*endpoints);
    else
        draft.mistakes.add(draft.metrics->place,
            R"(metrics.listen is no address to listen on; write "127.0.0.1:9464" or "[::1]:9464")");
}

// Figures tell what somebody works on and what it costs: the rule for clients is the rule for them.
void refuse_open_metrics(Draft& draft)
{
    for (const Endpoint& endpoint : draft.config.metrics.listen) {
        if (!is_loopback(endpoint.host))
            draft.mistakes.add(draft.metrics->place,
                fmt::format(
                    "{} can be reached by other machines, and anyone there could read the metrics. Set "
                    "server.client_tokens (or DRAGOMAN_CLIENT_TOKEN), of which Prometheus then sends one, "
                    "or server.allow_unauthenticated = true (DRAGOMAN_ALLOW_UNAUTHENTICATED=1) if "
                    "something else protects it",
                    to_string(endpoint)));
    }
}

// Whoever wrote the .env of a cloned repository knows the token in it: it may not open the way to a key that
// stands elsewhere to other machines.
void refuse_foreign_token(Draft& draft)
{
    const Config& config = draft.config;
    const bool all_in_dotenv = std::ranges::all_of(config.upstreams,
        [](const Upstream& one) { return one.key_source().kind == KeySource::Kind::dotenv; });
    const bool foreign = draft.token && draft.token->place.starts_with(".env:") && !all_in_dotenv;
    const auto open = [](const Endpoint& endpoint) { return !is_loopback(endpoint.host); };
    if (!foreign || config.server.allow_unauthenticated
        || (std::ranges::none_of(config.server.listen, open)
            && std::ranges::none_of(config.metrics.listen, open)))
        return;
    draft.mistakes.add(draft.token->place,
        "does not open an address that other machines can reach: whoever wrote this .env file knows the "
        "token, and could spend a key that does not stand in it. Set DRAGOMAN_CLIENT_TOKEN in the "
        "environment, or server.client_tokens");
}

} // namespace

void settle_server(Draft& draft, const Dotenv& dotenv)
{
    Server& server = draft.config.server;
    settle_tokens(draft);
    warn_of_short_tokens(draft);
    settle_metrics(draft);
    refuse_foreign_token(draft);
    for (const std::string_view name : { "DRAGOMAN_CLIENT_TOKEN_FILE", "DRAGOMAN_ALLOW_UNAUTHENTICATED" }) {
        if (const auto* entry = dotenv.find(name))
            draft.mistakes.warn(fmt::format(".env:{}: {}", entry->line, name),
                "is not read from a .env file; set it in the environment");
    }
    if (draft.config.client_token_required() || server.allow_unauthenticated)
        return;
    for (const Endpoint& endpoint : server.listen) {
        if (!is_loopback(endpoint.host))
            draft.mistakes.add(draft.listen_place.value_or("server.listen"),
                fmt::format(
                    "{} can be reached by other machines, and anyone there could spend your key. Set "
                    "server.client_tokens (or DRAGOMAN_CLIENT_TOKEN) to a token that clients must send, "
                    "or server.allow_unauthenticated = true (DRAGOMAN_ALLOW_UNAUTHENTICATED=1) if "
                    "something else protects it",
                    to_string(endpoint)));
    }
    refuse_open_metrics(draft);
}

} // namespace dragoman::config
