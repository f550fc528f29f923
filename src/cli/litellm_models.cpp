#include "cli/litellm_models.h"

#include "cli/import_servers.h"
#include "cli/litellm_settings.h"
#include "cli/terminal.h"
#include "config/presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace dragoman::cli {
namespace {

// Headers that are the program's own; config::Upstream takes none of them.
bool is_ours(std::string_view name)
{
    static constexpr std::array<std::string_view, 9> ours { "accept-encoding", "authorization", "connection",
        "content-length", "content-type", "host", "transfer-encoding", "x-api-key", "api-key" };
    std::string lower(name);
    std::ranges::transform(
        lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    return std::ranges::find(ours, lower) != ours.end() || !config::is_field_name(lower);
}

class ListReader {
public:
    ListReader(GatewayImport& import, const json::Entry& file, const Environment& environment)
        : import_(import)
        , file_(file)
        , environment_(environment)
    {
    }
    std::vector<ListedModel> read();

private:
    void read_one(const json::Entry& given, std::size_t position);
    std::optional<std::string> filled(std::string_view text) const;
    std::optional<std::string> param(std::string_view name) const;
    bool take_server();
    void take_key();
    void take_weight();
    void take_limits();
    void take_headers();
    void take_facts(const json::Entry& info);
    void leave_params(const json::Object& params);
    void leave(std::string_view name, std::string why)
    {
        import_.leave(fmt::format("model_list {}{}{}", plain(one_.group), name.empty() ? "" : " ", name),
            std::move(why));
    }

    GatewayImport& import_;
    json::Entry file_;
    const Environment& environment_;
    json::Entry params_ { std::nullopt };
    json::Entry credential_ { std::nullopt };
    ListedModel one_ {};
    std::vector<ListedModel> all_ {};
};

// A text with os.environ/NAME replaced; nullopt when that variable is not set.
std::optional<std::string> ListReader::filled(std::string_view text) const
{
    const std::string_view name = litellm_reference(text);
    if (name.empty())
        return std::string(text);
    if (const auto own = file_.entry("environment_variables").text(name))
        return own;
    const auto value = lookup(environment_, name);
    return value ? std::optional(std::string(*value)) : std::nullopt;
}

// Of the model, else of the credential that it names.
std::optional<std::string> ListReader::param(std::string_view name) const
{
    const auto own = params_.text(name);
    return own ? own : credential_.text(name);
}

bool ListReader::take_server()
{
    Deployment deployment { .model = params_.text("model").value_or(""),
        .provider = params_.text("custom_llm_provider").value_or("") };
    one_.has_any_model = deployment.model == "*" || deployment.model.ends_with("/*");
    if (deployment.model == "*" && deployment.provider.empty())
        return leave("", "every name of every provider: here clients ask for upstream/model"), false;
    auto base = param("api_base");
    if (!base)
        base = param("base_url");
    if (base) {
        const auto value = filled(*base);
        if (!value)
            return leave("api_base", "it names a variable that is not set here: set it and import again"),
                   false;
        deployment.api_base = *value;
    }
    auto server = server_of(deployment, environment_);
    if (!server)
        return leave("", std::move(server.error())), false;
    one_.keeps_name = server->model != "*" && server->model.contains('*') && server->model == one_.group;
    one_.has_any_model |= one_.keeps_name;
    if (!config::is_header_word(server->model))
        return leave("", "it names no model that can be asked"), false;
    if (server->model.contains('*') && server->model != "*" && !one_.keeps_name)
        return leave("",
                   "what its * stands for cannot become a part of another name here: [models.names] gives "
                   "each model a name"),
               false;
    one_.server = std::move(*server);
    return true;
}

// A reference stays one; without any key LiteLLM takes its provider's variable.
void ListReader::take_key()
{
    std::string given = param("api_key").value_or("");
    std::string name(litellm_reference(given));
    if (!name.empty())
        if (auto own = file_.entry("environment_variables").text(name); own && !own->empty()) {
            given = std::move(*own);
            name.clear();
        }
    if (!name.empty() || given.empty()) {
        one_.key.env = name.empty() ? one_.server.key_env : name;
        one_.has_key = !one_.key.env.empty();
        return;
    }
    const config::Preset* preset = config::preset_of(one_.server.name);
    if (stands_for_no_key(given) && (preset == nullptr || !preset->key_required))
        return;
    if (!config::is_header_word(given))
        return leave("api_key", "it is no key: one word of ASCII");
    one_.key.value = Secret(given);
    one_.has_key = true;
}

// There a share of the requests, here of the sessions.
void ListReader::take_weight()
{
    for (const std::string_view name : { "weight", "rpm", "tpm" })
        if (const auto number = params_.positive(name)) {
            one_.key.weight = static_cast<int>(std::min<std::uint64_t>(*number, 1'000'000'000));
            break;
        }
    if (params_.value("rpm") || params_.value("tpm"))
        leave("rpm, tpm",
            "it is used as a share among several keys; a limit is learned from the server, whose 429 rests "
            "the key. "
            "[upstreams.NAME] parallel limits requests at a time");
}

void ListReader::take_limits()
{
    if (const auto parallel = params_.positive("max_parallel_requests"); parallel && *parallel <= 100'000)
        set_in(one_.server.settings, "parallel", std::to_string(*parallel));
    for (const std::string_view name : { "stream_timeout", "timeout" }) {
        const auto value = params_.value(name);
        const auto seconds = value ? value->number() : std::nullopt;
        if (seconds && *seconds > 0 && *seconds <= 604'800)
            return set_in(one_.server.settings, "first_byte",
                toml_string(fmt::format("{}ms", std::max(1LL, std::llround(*seconds * 1000)))));
    }
}

void ListReader::take_headers()
{
    if (const auto organization = params_.text("organization");
        organization && config::is_header_text(*organization))
        one_.headers.emplace_back("openai-organization", toml_string(*organization));
    const auto value = params_.value("extra_headers");
    const auto map = value ? value->object() : std::nullopt;
    if (!map)
        return;
    for (const json::Field field : json::Object(*map)) {
        const std::string name = json::unescape(field.key);
        const auto text = field.value.string() ? filled(json::unescape(*field.value.string())) : std::nullopt;
        if (is_ours(name) || !text || !config::is_header_text(*text))
            leave(fmt::format("extra_headers {}", plain(name)), "it is the program's own, or no header");
        else
            set_in(one_.headers, name, toml_string(*text));
    }
}

void ListReader::take_facts(const json::Entry& info)
{
    const auto tokens = [&](std::string_view there, std::string_view here) {
        if (const auto number = info.positive(there); number && *number <= 1'000'000'000)
            one_.facts.emplace_back(here, std::to_string(*number));
    };
    const auto flag = [&](std::string_view there, std::string_view here) {
        if (const auto value = info.boolean(there))
            one_.facts.emplace_back(here, *value ? "true" : "false");
    };
    tokens("max_input_tokens", "context");
    tokens("max_output_tokens", "output");
    flag("supports_vision", "images");
    flag("supports_pdf_input", "files");
    flag("supports_function_calling", "tools");
    flag("supports_reasoning", "thinking");
}

void ListReader::leave_params(const json::Object& params)
{
    static constexpr std::array<std::string_view, 19> known { "model", "api_base", "base_url", "api_key",
        "custom_llm_provider", "litellm_credential_name", "weight", "rpm", "tpm", "order",
        "max_parallel_requests", "stream_timeout", "timeout", "organization", "extra_headers", "drop_params",
        "api_version", "additional_drop_params", "modify_params" };
    std::string names;
    for (const json::Field field : params) {
        const std::string name = json::unescape(field.key);
        if (std::ranges::find(known, name) == known.end())
            names += (names.empty() ? "" : ", ") + plain(name);
    }
    if (!names.empty())
        leave(names,
            "fields of a request are the client's to set: CLAUDE_CODE_EXTRA_BODY of Claude Code sends more");
}

void ListReader::read_one(const json::Entry& given, std::size_t position)
{
    one_ = ListedModel { .group = given.text("model_name").value_or("") };
    if (one_.group.empty())
        one_.group = fmt::format("number {}", position);
    const auto params = given.value("litellm_params");
    params_ = given.entry("litellm_params");
    if (!params_ || !params_.text("model"))
        return leave("", "it has no litellm_params.model");
    const std::string mode = given.entry("model_info").text("mode").value_or("chat");
    if (mode != "chat" && mode != "responses" && mode != "completion")
        return leave("", fmt::format("it is for {}: dragoman answers the Messages API", plain(mode)));
    credential_ = json::Entry(std::nullopt);
    if (const auto name = params_.text("litellm_credential_name"))
        if (const auto list = file_.value("credential_list"); list && list->array())
            for (const json::Value one : json::Array(*list->array()))
                if (const json::Entry credential(one.object()); credential.text("credential_name") == name)
                    credential_ = credential.entry("credential_values");
    if (!take_server())
        return;
    one_.order = params_.integer("order").value_or(INT64_MAX);
    take_key();
    take_weight();
    take_limits();
    take_headers();
    take_facts(given.entry("model_info"));
    leave_params(*params->object());
    all_.push_back(std::move(one_));
}

std::vector<ListedModel> ListReader::read()
{
    const auto list = file_.value("model_list");
    const auto array = list ? list->array() : std::nullopt;
    std::size_t position = 0;
    if (array)
        for (const json::Value value : json::Array(*array))
            read_one(json::Entry(value.object()), ++position);
    return std::move(all_);
}

} // namespace

std::vector<ListedModel> listed_models(
    GatewayImport& import, const json::Entry& file, const Environment& environment)
{
    return ListReader(import, file, environment).read();
}

} // namespace dragoman::cli
