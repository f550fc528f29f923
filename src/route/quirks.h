// How an upstream, or one model of it, differs from plain Chat Completions, Messages or Responses: one flag
// for each difference. Translation asks for flags and never for names of providers; which upstream has which
// flags is said by its preset and by `quirks` in the configuration. docs/providers.md explains each of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace dragoman::route {

enum class Quirk : std::uint8_t {
    // Fields beside the model and the conversation.
    routing_fields, // takes models, provider, plugins, session_id, user and whatever else a router takes
    usage_unasked, // usage comes without stream_options
    store_false, // keeps conversations unless store is false
    cache_key, // prompt_cache_key keeps a conversation on one cache
    max_completion_tokens, // instead of max_tokens
    no_stop, // refuses stop sequences: all of them are enforced here
    no_sampling, // refuses temperature, top_p and the like
    takes_top_k,
    service_tiers, // takes service_tier

    // How thinking is asked for. None of them: not at all.
    reasoning_object, // reasoning: { effort | max_tokens | enabled }
    reasoning_effort, // reasoning_effort: "high", for models that think
    thinking_object, // thinking: { type: "enabled" }
    template_thinking, // chat_template_kwargs: { enable_thinking: true }
    reasoning_enabled, // reasoning: { enabled: true }
    parsed_reasoning, // reasoning_format: "parsed", or thoughts stand in the text

    // How thoughts go back. None of them: not at all.
    reasoning_details, // as structured details
    reasoning_content_back, // as reasoning_content
    require_reasoning_content, // on every message of the assistant while it thinks, if only empty
    thought_signatures, // a signature at each call, a fixed word where it was lost

    // Messages and their parts.
    system_anywhere, // role system between other messages
    developer_role, // system messages are called developer
    text_only_content, // content is a string, never parts
    file_parts, // PDFs as parts
    cache_marks, // cache_control on parts and tools
    user_after_tool, // refuses a user message right after a tool's
    ids_of_40, // tool ids have at most 40 characters
    ids_of_9, // exactly nine letters and digits
    own_ids, // wants the ids back that it made

    // Tools.
    web_tools, // searches and fetches by itself when it is given the tools for it
    strict_tools, // takes strict
    tool_stream, // streams arguments only when asked to
    any_for_required, // tool_choice "any" instead of "required"
    no_forced_tool, // refuses to be forced while it thinks
    no_tool_choice, // knows no tool_choice
    no_parallel_field, // knows no parallel_tool_calls
    light_schemas, // refuses $schema, $id and $comment
    gemini_schemas, // a small part of JSON Schema
    strict_schemas, // every object closed, every property required
    single_type_schemas, // refuses a type beside anyOf

    // Answers.
    inline_think, // thoughts stand between <think> and </think> in the text
    text_tool_calls, // weak models write calls into their text: they are recovered
    merge_choices, // one answer in several choices
    silent_overflow, // cuts what does not fit without a word: the size is checked before
    cut_on_overflow, // an empty refusal of a very long request means that it does not fit

    // Messages dialect.
    vendor_messages, // only the fields of the public reference, no betas
    keep_thinking, // takes back thinking of any signature
    no_query, // refuses ?beta=true
};

inline constexpr std::size_t quirk_count = static_cast<std::size_t>(Quirk::no_query) + 1;

class Quirks {
public:
    constexpr Quirks() = default;
    constexpr Quirks(std::initializer_list<Quirk> all)
    {
        for (Quirk quirk : all)
            add(quirk);
    }

    constexpr bool has(Quirk quirk) const { return (bits_ & bit(quirk)) != 0; }
    constexpr void add(Quirk quirk) { bits_ |= bit(quirk); }
    constexpr void remove(Quirk quirk) { bits_ &= ~bit(quirk); }
    constexpr Quirks without(Quirks other) const
    {
        Quirks rest = *this;
        rest.bits_ &= ~other.bits_;
        return rest;
    }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(const Quirks&) const = default;
    friend constexpr Quirks operator|(Quirks a, Quirks b)
    {
        a.bits_ |= b.bits_;
        return a;
    }

private:
    static_assert(quirk_count <= 64);
    static constexpr std::uint64_t bit(Quirk quirk)
    {
        return std::uint64_t { 1 } << static_cast<unsigned>(quirk);
    }
    std::uint64_t bits_ = 0;
};

// As the configuration spells them: the enumerators' own names.
std::string_view name_of(Quirk quirk);
std::optional<Quirk> quirk_of(std::string_view name);
std::span<const std::string_view> quirk_names(); // in the order of the enumeration

} // namespace dragoman::route
