#include "cli/statusline.h"

#include "base/clock.h"
#include "base/encoding.h"
#include "base/files.h"
#include "base/limits.h"
#include "cli/statusline_text.h"
#include "gateway/instance.h"
#include "gateway/sessions.h"
#include "net/fetch.h"

#include <array>
#include <chrono>
#include <exception>
#include <poll.h>
#include <unistd.h>

namespace dragoman::cli {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds patience { 300 }; // for everything: a client waits for the line
constexpr std::size_t input_max = limits::MiB;

milliseconds left_until(TimePoint deadline)
{
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(deadline - Clock::now()));
}

// What the client writes, until it closes its end or the time is up. A person who starts this by hand would
// otherwise wait for a client that is not there.
std::string read_input(TimePoint deadline)
{
    std::string input;
    std::array<char, 65536> buffer {};
    while (::isatty(STDIN_FILENO) == 0 && input.size() < input_max) {
        pollfd waiting { .fd = STDIN_FILENO, .events = POLLIN, .revents = 0 };
        if (::poll(&waiting, 1, static_cast<int>(left_until(deadline).count())) <= 0)
            break;
        const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (got <= 0)
            break;
        input.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return input;
}

// What a client adds to a base URL, or dragoman forgives in one.
std::string without_suffixes(std::string_view url)
{
    for (bool found = true; found;) {
        found = false;
        for (std::string_view suffix : { "/", "/v1", "/anthropic", "/api" })
            if (url.ends_with(suffix)) {
                url.remove_suffix(suffix.size());
                found = true;
            }
    }
    return std::string(url);
}

bool is_anthropic(std::string_view url) { return url.find("anthropic.com") != std::string_view::npos; }

class Finder {
public:
    Finder(const Environment& environment, const ClientState& client, TimePoint deadline)
        : environment_(environment)
        , client_(client)
        , deadline_(deadline)
    {
    }

    // The dragoman that the client talks to; without a word of where that is, one that knows the session.
    std::optional<SessionState> find() const
    {
        if (!gateway::Sessions::is_id(client_.session))
            return std::nullopt;
        const auto url = lookup(environment_, "ANTHROPIC_BASE_URL");
        return url ? ask_the_clients(*url) : ask_instances();
    }

private:
    std::optional<SessionState> ask_the_clients(std::string_view url) const
    {
        if (is_anthropic(url))
            return std::nullopt;
        std::vector<std::pair<std::string, std::string>> fields;
        if (const auto token = lookup(environment_, "ANTHROPIC_AUTH_TOKEN"))
            fields.emplace_back("authorization", "Bearer " + std::string(*token));
        else if (const auto key = lookup(environment_, "ANTHROPIC_API_KEY"))
            fields.emplace_back("x-api-key", *key);
        const std::string path = client_.session + "?model=" + percent_encode(client_.model_id);
        return ask(without_suffixes(url), path, std::move(fields));
    }

    std::optional<SessionState> ask_instances() const
    {
        for (const gateway::Instance& instance : gateway::find_instances(runtime_directory(environment_))) {
            if (left_until(deadline_) == milliseconds(0))
                break;
            if (!gateway::proves_itself(instance, left_until(deadline_)))
                continue;
            const std::string bearer = "Bearer " + std::string(instance.token.reveal());
            if (auto found = ask(instance.url, client_.session, { { "authorization", bearer } }))
                return found;
        }
        return std::nullopt;
    }

    std::optional<SessionState> ask(const std::string& url, const std::string& session,
        std::vector<std::pair<std::string, std::string>> fields) const
    {
        net::FetchRequest request { .url = url + "/api/session/" + session,
            .fields = std::move(fields),
            .time = left_until(deadline_),
            .bytes_max = 64 * limits::KiB };
        auto answer = net::fetch(request, environment_);
        if (!answer || answer->status != 200)
            return std::nullopt;
        return read_session_state(answer->body, client_.model_id);
    }

    const Environment& environment_;
    const ClientState& client_;
    TimePoint deadline_;
};

// The line shows what is known; an exception on it would stay there for hours.
std::optional<SessionState> find_quietly(const Environment& environment, const ClientState& client)
{
    try {
        return Finder(environment, client, Clock::now() + patience).find();
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

} // namespace

int statusline(const Context& context)
{
    const Environment& environment = context.sources.environment;
    const ClientState client = read_client_state(read_input(Clock::now() + patience));
    const std::optional<SessionState> session = find_quietly(environment, client);
    print(statusline_text(client, session, Style::unless_forbidden(environment)) + "\n");
    return exit_ok;
}

} // namespace dragoman::cli
