#include "load_options.h"

#include "http_text.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace bench {

const std::string_view load_usage =
    R"(usage: bench_load --port N [--tls] [--path /v1/messages] [--body FILE]… [--header 'NAME: VALUE']…
                  [--connections N] (--requests N | --seconds S) [--rate REQUESTS_PER_SECOND]
                  [--expect-events N] [--expect-end TEXT] [--warmup N] [--timeout S] [--hold S]
)";

namespace {

constexpr std::uint64_t most_connections = 20'000;

using Outcome = std::expected<void, std::string>;

template <class Number> Outcome set_number(Number& target, std::string_view word, std::string_view name)
{
    Number number {};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc {} || end != word.data() + word.size() || number < Number {})
        return std::unexpected(fmt::format("{} takes a number, not {}", name, word));
    target = number;
    return {};
}

Outcome add_body(LoadOptions& options, std::string_view name)
{
    std::ifstream file { std::string(name), std::ios::binary };
    if (!file)
        return std::unexpected(fmt::format("cannot read {}", name));
    options.bodies.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    return {};
}

Outcome set(LoadOptions& options, std::string_view name, std::string_view value)
{
    if (name == "--port")
        return set_number(options.port, value, name);
    if (name == "--connections")
        return set_number(options.connections, value, name);
    if (name == "--requests")
        return set_number(options.requests, value, name);
    if (name == "--seconds")
        return set_number(options.seconds, value, name);
    if (name == "--rate")
        return set_number(options.rate, value, name);
    if (name == "--warmup")
        return set_number(options.warmup, value, name);
    if (name == "--timeout")
        return set_number(options.timeout, value, name);
    if (name == "--hold")
        return set_number(options.hold, value, name);
    if (name == "--expect-events")
        return set_number(options.expect_events.emplace(), value, name);
    if (name == "--body")
        return add_body(options, value);
    if (name == "--expect-end")
        options.expect_end = value;
    else if (name == "--path")
        options.path = value;
    else if (name == "--header")
        options.headers.emplace_back(value);
    else
        return std::unexpected(fmt::format("there is no {}", name));
    return {};
}

Outcome check(const LoadOptions& options)
{
    if (options.port == 0)
        return std::unexpected("--port is missing");
    if (options.requests == LoadOptions::no_limit && options.seconds == 0)
        return std::unexpected("say when to end: --requests or --seconds");
    if (options.connections == 0 || options.connections > most_connections)
        return std::unexpected(fmt::format("--connections must be 1 to {}", most_connections));
    return {};
}

} // namespace

std::expected<LoadOptions, std::string> parse_load_options(std::span<char*> words)
{
    LoadOptions options;
    for (std::size_t n = 0; n < words.size(); ++n) {
        const std::string_view name = words[n];
        if (name == "--tls") {
            options.tls = true;
            continue;
        }
        if (n + 1 == words.size())
            return std::unexpected(fmt::format("{} takes a value, or is unknown", name));
        if (Outcome outcome = set(options, name, words[++n]); !outcome)
            return std::unexpected(outcome.error());
    }
    if (Outcome outcome = check(options); !outcome)
        return std::unexpected(outcome.error());
    return options;
}

std::vector<std::string> prepared_requests(const LoadOptions& options)
{
    std::string common = fmt::format(" {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", options.path, options.port);
    for (const std::string& header : options.headers)
        common += header + "\r\n";
    if (options.bodies.empty())
        return { "GET" + common + "\r\n" };
    std::vector<std::string> requests;
    for (const std::string& body : options.bodies) {
        requests.push_back(fmt::format("POST{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
            common, body.size(), body));
    }
    return requests;
}

} // namespace bench
