#include "route/model_quirks.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace dragoman::route {
namespace {

using enum Quirk;
using std::string_view;
using Names = std::initializer_list<string_view>;

constexpr Quirks ways_to_ask { reasoning_object, thinking_object, enable_thinking, template_thinking };
constexpr Quirks efforts { no_effort, effort_none, effort_minimal, effort_low, effort_default, effort_xhigh,
    effort_low_high_max, effort_max };

bool begins(string_view name, Names words)
{
    return std::ranges::any_of(words, [&](string_view word) { return name.starts_with(word); });
}

bool holds(string_view name, Names words)
{
    return std::ranges::any_of(words, [&](string_view word) { return name.find(word) != string_view::npos; });
}

// "gpt-oss-120b" of "accounts/fireworks/models/gpt-oss-120b".
string_view last_part(string_view name)
{
    const auto slash = name.rfind('/');
    return slash == string_view::npos ? name : name.substr(slash + 1);
}

struct Model {
    string_view maker; // empty: the slug does not say
    string_view name;
};

std::string lower_case(string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return lower;
}

bool is_o_series(string_view name) { return begins(name, { "o1", "o3", "o4" }); }

bool is_gpt_from_5(string_view name)
{
    return name.starts_with("gpt-") && name.size() > 4 && name[4] >= '5' && name[4] <= '9';
}

// Whether a name says "gpt-5.4" or a later version: since then Chat Completions take functions or an effort.
bool is_gpt_from_5_4(string_view name)
{
    if (!is_gpt_from_5(name))
        return false;
    const string_view version = name.substr(4);
    const bool minor = version.size() > 2 && version[1] == '.' && version[2] >= '0' && version[2] <= '9';
    return version[0] > '5' || (minor && version[2] >= '4');
}

// Claude since 4.6, except for Haiku 4.5: "claude-opus-4-6", "claude-sonnet-4.6", "claude-fable-5".
bool refuses_prefill(string_view name)
{
    constexpr string_view digits = "0123456789";
    const auto first = name.find_first_of(digits);
    if (!name.starts_with("claude-") || first == string_view::npos)
        return false;
    if (begins(name, { "claude-3", "claude-2", "claude-instant" }))
        return false;
    const string_view version = name.substr(first, name.find_first_not_of(digits, first) - first);
    if (version != "4")
        return version.size() == 1 && version[0] > '4';
    const string_view minor = name.substr(std::min(first + 2, name.size()));
    const bool single = minor.size() == 1 || (minor.size() > 1 && digits.find(minor[1]) == string_view::npos);
    return single && minor[0] >= '6' && minor[0] <= '9';
}

// Not by what a list says of it, but by what people know of it.
bool is_known_to_think(string_view name)
{
    return is_o_series(name) || is_gpt_from_5(name)
        || begins(name, { "gpt-oss", "gemini-2.5", "gemini-3", "magistral" })
        || holds(name,
            { "deepseek-r", "deepseek-v3.1", "deepseek-v3.2", "deepseek-v4", "deepseek-reasoner",
                "deepseek-flash", "qwq", "thinking", "reason", "glm-4.5", "glm-4.6", "glm-4.7", "glm-5",
                "kimi-k2.5", "minimax-m", "grok-3-mini", "grok-4", "nemotron", "phi-4-r" })
        || (holds(name, { "qwen3" }) && !holds(name, { "instruct", "coder" }));
}

bool is_known_not_to_think(string_view name)
{
    return begins(name, { "gpt-3", "gpt-4", "chatgpt" }) || holds(name, { "-chat" });
}

// Moonshot's models since Kimi K2.5 have a temperature of their own.
bool takes_any_temperature(string_view name)
{
    return name == "kimi-k2" || begins(name, { "kimi-k2-", "kimi-latest", "moonshot-v1" });
}

// Which efforts OpenAI's models take, for upstreams whose list of models does not say.
Quirks efforts_of_gpt(string_view name)
{
    if (is_o_series(name) || name.starts_with("gpt-oss"))
        return { effort_low };
    if (!name.starts_with("gpt-"))
        return {};
    const string_view version = name.substr(4);
    const bool special = holds(name, { "-codex", "-pro" }); // made for one thing, not to be switched off
    if (version == "5" || version.starts_with("5-"))
        return special ? Quirks {} : Quirks { effort_minimal };
    const bool first = version == "5.1" || version.starts_with("5.1-");
    Quirks found = special ? Quirks {} : Quirks { effort_none };
    if (!first || holds(version, { "-max" }))
        found.add(effort_xhigh);
    return found;
}

// Only some of xAI's models can be told how much to think; what is newer than these can.
Quirks efforts_of_grok(string_view name)
{
    if (begins(name, { "grok-4.3" }))
        return { effort_none };
    if (begins(name, { "grok-4.20-multi-agent", "grok-4.6" }))
        return { effort_low, effort_xhigh };
    const bool first_of_4 = begins(name, { "grok-4" }) && !begins(name, { "grok-4." });
    const bool old = begins(name, { "grok-2", "grok-3", "grok-code", "grok-4.1", "grok-4.20" });
    return (first_of_4 || old) && !begins(name, { "grok-3-mini" }) ? Quirks { no_effort }
                                                                   : Quirks { effort_low };
}

Quirks efforts_of(string_view name)
{
    if (begins(name, { "grok-" }))
        return efforts_of_grok(name);
    if (begins(name, { "gemini-2.5-flash" }))
        return { effort_none };
    if (begins(name, { "gemini-3-flash" }))
        return { effort_minimal };
    if (begins(name, { "gemini-" }))
        return { effort_low };
    return efforts_of_gpt(name);
}

bool thinks_by_list(const Target& target) { return target.facts && target.facts->has_reasoning; }

bool has_list_of_efforts(const Target& target)
{
    return target.facts && !target.facts->reasoning.supported_efforts.empty();
}

// Alibaba caches on request for the models that it alone serves.
bool reads_cache_marks(const Model& model)
{
    return model.maker == "anthropic" || (model.maker == "google" && model.name.starts_with("gemini"))
        || (model.maker == "qwen" && holds(model.name, { "-max", "-plus", "-flash", "-turbo" }));
}

Quirks of_claude(const Quirks& upstream, string_view name)
{
    Quirks found { one_sampling, tools_for_calls, many_tools, trimmed_prefill, signed_thinking,
        plain_root_schemas };
    if (!upstream.has(vendor_messages))
        found.add({ context_edits, tool_references });
    if (upstream.has(routing_fields))
        found.add({ beta_field, off_by_switch, any_strict });
    if (refuses_prefill(name))
        found.add(no_prefill);
    return found;
}

Quirks of_google(const Quirks& upstream)
{
    Quirks found { gemini_schemas, letter_names };
    // Signatures come back in details that name the call they belong to by its own id.
    if (upstream.has(routing_fields))
        found.add({ own_ids, any_strict });
    return found;
}

Quirks of_openai(const Model& model)
{
    Quirks found { limit_from_16, plain_root_schemas };
    if (!model.name.starts_with("gpt-oss"))
        found.add(reasoning_summary);
    return found;
}

Quirks of_maker(const Quirks& upstream, const Target& target, const Model& model)
{
    if (model.maker == "anthropic")
        return of_claude(upstream, model.name);
    if (model.maker == "google")
        return of_google(upstream);
    if (model.maker == "openai")
        return of_openai(model);
    Quirks found;
    if (upstream.has(routing_fields))
        found.add(any_strict);
    if (model.maker == "moonshotai" && model.name.starts_with("kimi"))
        found.add(own_ids);
    if (model.maker == "mistralai")
        found.add(ids_of_9);
    const bool unforced = model.maker == "deepseek" || model.maker == "qwen" || model.maker == "moonshotai";
    if (unforced && thinks_by_list(target))
        found.add(no_forced_tool);
    return found;
}

// What a router or a maker's own server can do for some of its models only.
Quirks out_of_reach(const Quirks& upstream, const Model& model)
{
    Quirks missing;
    const bool router = upstream.has(routing_fields);
    const bool by_maker = router || !model.maker.empty();
    if (by_maker && !reads_cache_marks(model))
        missing.add(cache_marks);
    if (router && model.maker != "anthropic")
        missing.add(strict_tools);
    if (by_maker && model.maker != "anthropic" && model.maker != "openai")
        missing.add(system_anywhere);
    if (router)
        return missing;
    if (is_known_not_to_think(model.name))
        missing.add(developer_role);
    if (model.name.starts_with("gpt-oss"))
        missing.add({ parsed_reasoning, reasoning_enabled });
    if (!model.name.starts_with("magistral"))
        missing.add({ prompt_mode, thinking_parts });
    if (begins(model.name, { "gemini-1", "gemini-2" }))
        missing.add(thought_signatures);
    if (takes_any_temperature(model.name))
        missing.add(no_sampling);
    return missing;
}

// Where every request may ask for a router's whole list of fields, the router knows what its models take.
// Elsewhere the model's name has to tell.
void add_thinking(Quirks& quirks, const Target& target, string_view name)
{
    const bool reasons = is_o_series(name) || is_gpt_from_5(name);
    if (reasons)
        quirks.add({ max_completion_tokens, no_sampling, no_stop });
    if ((reasons || name.starts_with("gpt-oss")) && !quirks.has(reasoning_object))
        quirks.add(reasoning_effort);
    if (is_gpt_from_5_4(name) && !is_known_not_to_think(name))
        quirks.add(no_effort_with_tools);
    if (quirks.has(thinking_object) && begins(name, { "minimax-m3.1", "glm-5.3" }))
        quirks.add(always_thinks);
    if (quirks.has(thinking_object) && begins(name, { "glm-5.3" }))
        quirks.add({ reasoning_effort, effort_low, effort_low_high_max });
    if (quirks.has(adaptive_thinking) && begins(name, { "minimax-m3.1" }))
        quirks.add({ reasoning_effort, effort_low, effort_max, effort_config });
    const bool asked_by_name =
        quirks.has(reasoning_effort) || quirks.has(reasoning_enabled) || quirks.has(parsed_reasoning);
    const bool thinks = thinks_by_list(target) || is_known_to_think(name);
    if (target.is_responses() ? is_known_not_to_think(name)
                              : asked_by_name && !thinks && !quirks.has_any(ways_to_ask))
        quirks.add(no_reasoning);
    if (!has_list_of_efforts(target) && !quirks.has_any(efforts))
        quirks.add(efforts_of(name));
    if (quirks.has(parsed_reasoning) && name.starts_with("qwen"))
        quirks.add({ effort_none, effort_default });
}

struct Maker {
    string_view word; // that a name begins with
    string_view maker;
};

string_view maker_by_name(string_view name)
{
    static constexpr std::array makers =
        std::to_array<Maker>({ { "claude", "anthropic" }, { "gemini", "google" }, { "gemma", "google" },
            { "gpt", "openai" }, { "o1", "openai" }, { "o3", "openai" }, { "o4", "openai" },
            { "chatgpt", "openai" }, { "codex", "openai" }, { "grok", "x-ai" }, { "deepseek", "deepseek" },
            { "qwen", "qwen" }, { "qwq", "qwen" }, { "kimi", "moonshotai" }, { "moonshot", "moonshotai" },
            { "glm", "z-ai" }, { "zai-glm", "z-ai" }, { "minimax", "minimax" }, { "mistral", "mistralai" },
            { "magistral", "mistralai" }, { "ministral", "mistralai" }, { "codestral", "mistralai" },
            { "devstral", "mistralai" }, { "llama", "meta-llama" } });
    for (const Maker& each : makers)
        if (name.starts_with(each.word))
            return each.maker;
    const auto end = std::ranges::find_if(name, [](char c) { return c < 'a' || c > 'z'; });
    return name.substr(0, static_cast<std::size_t>(end - name.begin()));
}

} // namespace

Quirks quirks_of_model(Quirks upstream, const Target& target)
{
    const bool router = upstream.has(routing_fields);
    Model model { target.vendor(), last_part(target.base_name()) };
    std::string name;
    if (!router) { // which has one spelling for each
        name = lower_case(model.name);
        model.name = name;
    }
    Quirks quirks = upstream.without(out_of_reach(upstream, model)) | of_maker(upstream, target, model);
    if (!router)
        add_thinking(quirks, target, model.name);
    return quirks;
}

bool is_known_blind(const Target& target)
{
    const std::string lower = lower_case(target.base_name());
    const string_view name = last_part(lower);
    if (holds(name, { "-vl", "vision", "omni", "-ocr" }))
        return false;
    if (begins(name,
            { "gpt-oss", "gpt-3.5", "o3-mini", "o1-mini", "codestral", "mistral-nemo", "mixtral", "qwq",
                "qwen3-coder", "qwen3-next", "qwen2.5-coder", "minimax-m1", "minimax-m2", "minimax-text",
                "kimi-k2-", "deepseek-r1", "deepseek-v3", "deepseek-coder", "grok-code-fast", "llama-3.1-",
                "llama-3.3-", "llama3.1", "llama3.3", "phi-3.5-mini" }))
        return true;
    if (name == "kimi-k2" || name == "glm-5")
        return true;
    // "glm-4.6" and "glm-4.5-air" read, "glm-4.5v" sees, too.
    constexpr string_view digits = "0123456789.";
    for (const string_view family : { "zai-glm-4.", "glm-4.5", "glm-4.6", "glm-4.7", "glm-5.1", "glm-5.2" })
        if (name.starts_with(family))
            if (const auto end = name.find_first_not_of(digits, family.size());
                end == string_view::npos || name[end] == '-')
                return true;
    return false;
}

std::string model_family(string_view model)
{
    const Target target { .model = lower_case(model) };
    const string_view name = last_part(target.base_name());
    const bool has_maker = !target.vendor().empty() && name == target.base_name();
    const std::string maker(has_maker ? target.vendor() : maker_by_name(name));
    if (maker == "anthropic" || holds(name, { "claude" })) // "bedrock/us.anthropic.claude-opus-4-5-v1:0"
        return "anthropic/claude";
    if (maker == "google" && name.starts_with("gemini"))
        return "google/gemini";
    if (maker == "x-ai" || (maker == "openai" && !name.starts_with("gpt-oss")))
        return maker + "/responses";
    return maker + "/open";
}

bool reads_format(string_view family, string_view format)
{
    struct Row {
        string_view format;
        string_view maker;
    };
    static constexpr std::array rows = std::to_array<Row>({ { "anthropic-claude-v1", "anthropic" },
        { "google-gemini-v1", "google" }, { "openai-responses-v1", "openai" },
        { "azure-openai-responses-v1", "openai" }, { "xai-responses-v1", "x-ai" } });
    for (const Row& row : rows)
        if (row.format == format)
            return row.maker == family.substr(0, family.find('/'));
    return true;
}

bool is_open_family(string_view family) { return family.ends_with("/open"); }

} // namespace dragoman::route
