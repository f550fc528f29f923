#include "cli/client_environment.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace dragoman::cli {
namespace {

using std::string_view;
using Tokens = std::optional<std::uint64_t>;

constexpr std::uint64_t million = 1'000'000;
constexpr std::uint64_t small_claude_window = 200'000; // what a Claude model has without the one million
constexpr std::uint64_t least_compact_window = 100'000; // less is not taken
constexpr std::uint64_t usual_answer = 32'000; // for which the client asks, and keeps room

// Another session's marks, and ways of the client to other servers.
constexpr std::array taken_away { "CLAUDECODE", "CLAUDE_CODE_CHILD_SESSION", "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_SESSION_ID", "CLAUDE_CODE_REMOTE_SESSION_ID", "CLAUDE_CODE_EXECPATH",
    "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY", "CLAUDE_CODE_USE_GATEWAY",
    "CLAUDE_CODE_USE_ANTHROPIC_AWS", "CLAUDE_CODE_USE_MANTLE", "ANTHROPIC_BEDROCK_BASE_URL",
    "ANTHROPIC_VERTEX_BASE_URL", "ANTHROPIC_FOUNDRY_BASE_URL", "ANTHROPIC_FOUNDRY_RESOURCE",
    "ANTHROPIC_FOUNDRY_API_KEY", "ANTHROPIC_AWS_API_KEY", "AWS_BEARER_TOKEN_BEDROCK",
    "CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "CLAUDE_CODE_HOST_AUTH_ENV_VAR", "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CODE_OAUTH_REFRESH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR",
    "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR", "ANTHROPIC_UNIX_SOCKET", "ANTHROPIC_SMALL_FAST_MODEL",
    "ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION", "ANTHROPIC_DEFAULT_MODEL",
    "_CLAUDE_CODE_ASSUME_FIRST_PARTY_BASE_URL", "CLAUDE_CODE_SIMULATE_PROXY_USAGE", "DRAGOMAN_CLIENT_TOKEN",
    "DRAGOMAN_CLIENT_TOKEN_FILE", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC" };

// What CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC stands for, but for the list of models.
constexpr std::array quiet_switches { "DISABLE_AUTOUPDATER", "DISABLE_BUG_COMMAND",
    "DISABLE_FEEDBACK_COMMAND", "DISABLE_GROWTHBOOK", "CLAUDE_CODE_DISABLE_FEATURE_FLAGS" };

std::string lower_case(string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
        [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return lower;
}

// Headers for another server, which would stand against dragoman's token.
bool holds_credentials(string_view headers)
{
    const std::string lower = lower_case(headers);
    return lower.contains("authorization") || lower.contains("x-api-key");
}

class Builder {
public:
    Builder(const ClientSetup& setup, const Environment& person)
        : setup_(setup)
        , person_(person)
    {
    }

    EnvironmentChange build()
    {
        for (const char* name : taken_away)
            change_.unset.insert(name);
        change_.unset.insert(setup_.secrets.begin(), setup_.secrets.end());
        address();
        models();
        windows();
        answers();
        manners();
        no_proxy();
        if (!setup_.config_directory.empty())
            set("CLAUDE_CONFIG_DIR", setup_.config_directory);
        for (const auto& [name, value] : change_.set)
            change_.unset.erase(name);
        return std::move(change_);
    }

private:
    void set(string_view name, string_view value)
    {
        change_.set.insert_or_assign(std::string(name), std::string(value));
    }
    void unset(string_view name) { change_.unset.emplace(name); }
    Tokens wish(string_view name) const
    {
        const auto text = lookup(person_, name);
        std::uint64_t number = 0;
        if (!text)
            return std::nullopt;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
        const bool whole = error == std::errc {} && end == text->data() + text->size();
        return whole && number > 0 ? Tokens(number) : std::nullopt;
    }
    // A limit of the model, or the person's own where that is lower.
    void limit(string_view name, std::uint64_t value)
    {
        set(name, std::to_string(std::min(value, wish(name).value_or(value))));
    }

    void address()
    {
        set("ANTHROPIC_BASE_URL", setup_.url);
        set("ANTHROPIC_AUTH_TOKEN", setup_.token);
        set("ANTHROPIC_API_KEY", ""); // not merely gone: a key that was once approved would count
        if (holds_credentials(lookup(person_, "ANTHROPIC_CUSTOM_HEADERS").value_or("")))
            unset("ANTHROPIC_CUSTOM_HEADERS");
    }

    void models()
    {
        const ClientModels& models = setup_.models;
        set("ANTHROPIC_MODEL", models.main.id);
        family("OPUS", "opus", models.opus);
        family("SONNET", "sonnet", models.sonnet);
        family("HAIKU", "haiku", models.haiku);
        family("FABLE", "fable", models.fable);
        if (!lookup(person_, "CLAUDE_CODE_AUTO_MODE_MODEL"))
            set("CLAUDE_CODE_AUTO_MODE_MODEL", models.sonnet.id);
    }

    // Several may be the same model: the description tells them apart.
    void family(string_view upper, string_view lower, const ClientModel& model)
    {
        const std::string name = "ANTHROPIC_DEFAULT_" + std::string(upper) + "_MODEL";
        const std::string& what = model.description.empty() ? model.id : model.description;
        set(name, model.id);
        set(name + "_NAME", model.name.empty() ? model.id : model.name);
        set(name + "_DESCRIPTION", std::string(lower) + ": " + what);
        unset(name + "_SUPPORTED_CAPABILITIES");
    }

    // The first variable counts for models that the client does not know, the others for those that it knows
    // and for those that it takes for larger ("[1m]").
    void windows()
    {
        const ClientModel& model = setup_.models.main;
        unset("CLAUDE_CODE_MAX_CONTEXT_TOKENS"); // another model's
        if (!model.window)
            return;
        limit("CLAUDE_CODE_MAX_CONTEXT_TOKENS", *model.window);
        if (*model.window >= million)
            return;
        if (is_known_to_client(model.id) || *model.window <= small_claude_window)
            set("CLAUDE_CODE_DISABLE_1M_CONTEXT", "1");
        if (*model.window >= least_compact_window)
            limit("CLAUDE_CODE_AUTO_COMPACT_WINDOW", *model.window);
    }

    // Of a window that one answer could fill, a quarter is for the answer.
    void answers()
    {
        const ClientModel& model = setup_.models.main;
        const std::uint64_t fits = model.window.value_or(million) / 4;
        const std::uint64_t most = std::min(model.max_output.value_or(million), fits);
        if (most < usual_answer)
            limit("CLAUDE_CODE_MAX_OUTPUT_TOKENS", most);
    }

    void manners()
    {
        set("CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY", "1");
        set("CLAUDE_CODE_ATTRIBUTION_HEADER", "0"); // it changes with every session, and spoils prompt caches
        set("DISABLE_TELEMETRY", "1");
        set("DISABLE_ERROR_REPORTING", "1");
        if (!lookup(person_, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"))
            return;
        for (const char* name : quiet_switches)
            set(name, "1");
    }

    // Both spellings, since either is read; a list that only one of them had is kept.
    void no_proxy()
    {
        const auto upper = lookup(person_, "NO_PROXY");
        const auto lower = lookup(person_, "no_proxy");
        std::string hosts(lower ? *lower : upper.value_or(""));
        if (hosts != "*") {
            for (const string_view host : { "127.0.0.1", "localhost", "::1" })
                if (!names(hosts, host))
                    hosts += (hosts.empty() ? "" : ",") + std::string(host);
        }
        set("NO_PROXY", hosts);
        set("no_proxy", hosts);
    }

    static bool names(string_view hosts, string_view wanted)
    {
        while (!hosts.empty()) {
            auto host = hosts.substr(0, hosts.find_first_of(", "));
            hosts.remove_prefix(std::min(hosts.size(), host.size() + 1));
            if (host == wanted)
                return true;
        }
        return false;
    }

    const ClientSetup& setup_;
    const Environment& person_;
    EnvironmentChange change_ {};
};

} // namespace

Environment EnvironmentChange::applied_to(Environment environment) const
{
    for (const std::string& name : unset)
        environment.erase(name);
    for (const auto& [name, value] : set)
        environment.insert_or_assign(name, value);
    return environment;
}

EnvironmentChange client_environment(const ClientSetup& setup, const Environment& person)
{
    return Builder(setup, person).build();
}

bool is_known_to_client(string_view id) { return lower_case(id).contains("claude"); }

} // namespace dragoman::cli
