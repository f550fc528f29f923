#include "cli/router_transformers.h"

#include "cli/terminal.h"
#include "config/presets.h"
#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace dragoman::cli {
namespace {

using Upstream = GatewayImport::Upstream;

struct Meaning {
    std::string_view names; // with blanks between
    std::string_view quirk; // what it becomes; empty: nothing needs to be said
    std::string_view why; // why nothing, or what to do instead; empty: by itself
};

constexpr std::string_view nothing_to_say = "nothing has to be said: the preset and the catalogue know";
constexpr std::string_view fields_of_clients =
    "fields of a request are the client's to set: CLAUDE_CODE_EXTRA_BODY of Claude Code sends more";

// Those that need nothing, and those that are one quirk.
constexpr std::array<Meaning, 11> meanings { {
    { "deepseek groq gemini openrouter anthropic openai mistral glm kimi xiaomi-mimo cerebras", "", "" },
    { "streamoptions sampling reasoning enhancetool cleanthinkinginmessage", "", "" },
    { "maxcompletiontokens", "max_completion_tokens", "" },
    { "extrathinktag", "inline_think", "" },
    { "cleancache", "-cache_marks", "" },
    { "tooluse", "",
        "calls go through as they are; for a model that writes them into its text: quirks = "
        "[\"text_tool_calls\"]" },
    { "forcereasoning", "",
        "a model is not told how to think; docs/providers.md lists the quirks that ask a server for "
        "thinking" },
    { "customparams", "", fields_of_clients },
    { "vertex-gemini vertex-claude", "",
        "a login at Google Cloud is not made here; the preset gemini takes a key of Google AI Studio" },
    { "gemini-cli qwen-cli rovo-cli codex chrome-on-device", "",
        "it uses another program's login; dragoman needs a key" },
    { "venice vercel", "", "docs/providers.md lists the quirks that may take its place" },
} };

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(
        out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

const Meaning* meaning_of(std::string_view name)
{
    for (const Meaning& meaning : meanings)
        for (std::string_view rest = meaning.names; !rest.empty();) {
            const std::size_t end = std::min(rest.find(' '), rest.size());
            if (rest.substr(0, end) == name)
                return &meaning;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    return nullptr;
}

// One of a `use` list: a name, or a list of a name and options.
struct Use {
    std::string name {};
    json::Entry options { std::nullopt };
};

Use use_of(const json::Value& value)
{
    if (const auto name = value.string())
        return { lower(json::unescape(*name)) };
    Use use;
    const auto both = value.array();
    if (!both)
        return use;
    std::size_t position = 0;
    for (const json::Value part : json::Array(*both)) {
        if (position == 0 && part.string())
            use.name = lower(json::unescape(*part.string()));
        if (position == 1)
            use.options = json::Entry(part.object());
        ++position;
    }
    return use;
}

// { "use": [...] }, and what people write for it: the list alone, or one name.
std::vector<Use> uses_of(const std::optional<json::Value>& given)
{
    std::vector<Use> uses;
    if (!given)
        return uses;
    if (const auto entry = given->object())
        return uses_of(json::Entry(entry).value("use"));
    if (given->string())
        uses.push_back(use_of(*given));
    if (const auto array = given->array())
        for (const json::Value value : json::Array(*array))
            uses.push_back(use_of(value));
    return uses;
}

class Taker {
public:
    Taker(GatewayImport& import, Upstream& upstream, std::string provider)
        : import_(import)
        , upstream_(upstream)
        , provider_(std::move(provider))
    {
    }

    void take_all(const json::Value& given);
    Transformers result {};

private:
    void take(const Use& use, const std::string& model);
    void take_limit(const Use& use, const std::string& model);
    void take_sampling(const Use& use, const std::string& model);
    void take_openrouter(const Use& use, const std::string& model);
    void take_header(const Use& use, std::string_view option, std::string_view key);
    void take_responses(const std::string& model);
    void add_quirk(std::string_view quirk, const std::string& model);
    std::string label(const std::string& name, const std::string& model) const
    {
        return model.empty() ? fmt::format("{} transformer {}", provider_, name)
                             : fmt::format("{} transformer {} of {}", provider_, name, model);
    }
    bool has_preset_quirk(route::Quirk quirk) const;

    GatewayImport& import_;
    Upstream& upstream_;
    std::string provider_;
};

// The preset's, or that of the name.
bool Taker::has_preset_quirk(route::Quirk quirk) const
{
    std::string name = upstream_.name;
    for (const auto& [key, value] : upstream_.settings)
        if (key == "preset")
            name = value.substr(1, value.size() - 2);
    const config::Preset* preset = config::preset_of(name);
    return preset != nullptr && preset->quirks.has(quirk);
}

void Taker::add_quirk(std::string_view quirk, const std::string& model)
{
    const bool takes_away = quirk.starts_with('-');
    const auto known = route::quirk_of(quirk.substr(takes_away ? 1 : 0));
    if (known && takes_away != has_preset_quirk(*known))
        return; // it is like that already
    GatewayImport::Settings& settings = model.empty() ? upstream_.settings : upstream_.about(model).settings;
    const auto found = std::ranges::find(settings, "quirks", &std::pair<std::string, std::string>::first);
    if (found == settings.end())
        settings.emplace_back("quirks", fmt::format("[{}]", toml_string(quirk)));
    else if (!found->second.contains(toml_string(quirk)))
        found->second.insert(found->second.size() - 1, ", " + toml_string(quirk));
}

void Taker::take_limit(const Use& use, const std::string& model)
{
    const auto tokens = tokens_of(use.options, "max_tokens");
    if (!tokens)
        return import_.leave(label(use.name, model), "its max_tokens is no number of tokens");
    upstream_.about(model.empty() ? "*" : model).set("output", std::to_string(*tokens));
    import_.carry(label(use.name, model),
        fmt::format(
            "[upstreams.{}.models.{}] output", upstream_.name, toml_key(model.empty() ? "*" : model)));
}

// Upper limits there, of which dragoman knows that of the answer.
void Taker::take_sampling(const Use& use, const std::string& model)
{
    if (use.options.value("max_tokens"))
        take_limit(use, model);
    bool leaves = false;
    for (const std::string_view field : { "temperature", "top_p", "top_k", "repetition_penalty" })
        if (use.options.value(field)) {
            import_.leave(
                label(fmt::format("{} {}", use.name, field), model), std::string(fields_of_clients));
            leaves = true;
        }
    if (!leaves && !use.options.value("max_tokens"))
        import_.carry(label(use.name, model), std::string(nothing_to_say));
}

void Taker::take_header(const Use& use, std::string_view option, std::string_view key)
{
    const auto text = use.options.text(option);
    if (!text || text->empty())
        return;
    if (!config::is_header_text(*text))
        return import_.leave(label(fmt::format("{} {}", use.name, option), ""), "it must be printable ASCII");
    upstream_.set(key, toml_string(*text));
    import_.carry(label(fmt::format("{} {}", use.name, option), ""),
        fmt::format("[upstreams.{}] {}", upstream_.name, key));
}

void Taker::take_openrouter(const Use& use, const std::string& model)
{
    take_header(use, "referer", "site_url");
    take_header(use, "title", "site_name");
    std::string preferences;
    if (const auto provider = use.options.value("provider"); provider && provider->object())
        preferences = toml_value(*provider);
    const auto order = use.options.texts("providerOrder");
    if (preferences.empty() && order && !order->empty())
        preferences = fmt::format("{{ order = {} }}", toml_value(*use.options.value("providerOrder")));
    if (preferences.empty() || preferences == "{}")
        return;
    if (!has_preset_quirk(route::Quirk::routing_fields))
        return import_.leave(label("openrouter provider", model), "this server is not OpenRouter");
    result.preferences[model] = preferences;
    import_.carry(label("openrouter provider", model), "provider of the routes' targets");
}

void Taker::take_responses(const std::string& model)
{
    if (!model.empty())
        return import_.leave(label("openai-responses", model),
            "the dialect is an upstream's: a second one with dialect = \"responses\" for this model");
    upstream_.set("dialect", toml_string("responses"));
    import_.carry(label("openai-responses", model), fmt::format("[upstreams.{}] dialect", upstream_.name));
}

void Taker::take(const Use& use, const std::string& model)
{
    if (use.name.empty())
        return import_.leave(label("?", model), "it has no name");
    if (use.name == "maxtoken")
        return take_limit(use, model);
    if (use.name == "sampling")
        return take_sampling(use, model);
    if (use.name == "openai-response" || use.name == "openai-responses")
        return take_responses(model);
    const Meaning* meaning = meaning_of(use.name);
    if (meaning == nullptr)
        return import_.leave(label(plain(use.name), model),
            "rules in JavaScript are not run here; docs/providers.md lists the quirks that may take its "
            "place");
    if (!meaning->why.empty())
        return import_.leave(label(use.name, model), std::string(meaning->why));
    if (use.name == "openrouter")
        take_openrouter(use, model);
    if (!meaning->quirk.empty())
        add_quirk(meaning->quirk, model);
    import_.carry(label(use.name, model),
        meaning->quirk.empty() ? std::string(nothing_to_say) : fmt::format("quirk {}", meaning->quirk));
}

void Taker::take_all(const json::Value& given)
{
    for (const Use& use : uses_of(given))
        take(use, "");
    const auto models = given.object();
    if (!models)
        return;
    for (const json::Field field : json::Object(*models)) {
        const std::string model = json::unescape(field.key);
        if (model == "use")
            continue;
        for (const Use& use : uses_of(field.value))
            take(use, model);
    }
}

} // namespace

bool speaks_messages(const std::optional<json::Value>& transformer)
{
    const std::vector<Use> uses = uses_of(transformer);
    return std::ranges::any_of(uses, [](const Use& use) { return use.name == "anthropic"; });
}

Transformers take_transformers(GatewayImport& import, Upstream& upstream, const std::string& provider,
    const std::optional<json::Value>& given)
{
    Taker taker(import, upstream, provider);
    taker.result.messages = speaks_messages(given);
    if (given)
        taker.take_all(*given);
    return std::move(taker.result);
}

std::optional<std::uint64_t> tokens_of(const json::Entry& entry, std::string_view name)
{
    std::uint64_t number = entry.positive(name).value_or(0);
    if (const auto text = entry.text(name)) {
        const char* const end = text->data() + text->size();
        if (std::from_chars(text->data(), end, number).ptr != end)
            number = 0;
    }
    constexpr std::uint64_t most = 1'000'000'000;
    return number > 0 && number <= most ? std::optional(number) : std::nullopt;
}

std::string toml_value(const json::Value& value)
{
    if (const auto text = value.string())
        return toml_string(json::unescape(*text));
    std::string out;
    if (const auto array = value.array()) {
        for (const json::Value part : json::Array(*array))
            if (!part.is(json::Type::null))
                out += (out.empty() ? "" : ", ") + toml_value(part);
        return fmt::format("[{}]", out);
    }
    if (const auto object = value.object()) {
        for (const json::Field field : json::Object(*object))
            if (!field.value.is(json::Type::null))
                out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", toml_key(json::unescape(field.key)),
                    toml_value(field.value));
        return out.empty() ? "{}" : fmt::format("{{ {} }}", out);
    }
    return std::string(value.raw().text);
}

} // namespace dragoman::cli
