// How an upstream, or one model of it, differs from plain Chat Completions, Messages or Responses: one flag
// for each difference. Translation asks for flags and never for names of providers; which upstream has which
// flags is said by its preset and by `quirks` in the configuration, which models bring which along by
// model_quirks.h. docs/providers.md explains each of them.
#pragma once

#include <array>
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
    beta_field, // is told Anthropic's betas in a header of its own
    usage_unasked, // usage comes without stream_options
    store_false, // keeps conversations unless store is false
    cache_key, // prompt_cache_key keeps a conversation on one cache
    user_digest, // safety_identifier tells two people apart
    max_completion_tokens, // instead of max_tokens
    limit_from_16, // refuses to answer in fewer than 16 tokens
    no_stop, // refuses stop sequences: all of them are enforced here
    no_sampling, // refuses temperature, top_p and the like
    one_sampling, // takes temperature or top_p, not both
    takes_top_k, // takes top_k
    service_tiers, // takes service_tier
    no_json_schema, // response_format knows no JSON schema: it is told in words

    // How thinking is asked for. None of them: not at all.
    reasoning_object, // reasoning: { effort | max_tokens | enabled }
    reasoning_effort, // reasoning_effort: "high", for models that think
    thinking_object, // thinking: { type: "enabled" }
    adaptive_thinking, // what others call enabled is called adaptive
    always_thinks, // thinking: { type: "disabled" } is refused
    enable_thinking, // enable_thinking: true, and thinking_budget
    template_thinking, // chat_template_kwargs: { enable_thinking: true, thinking: true }
    reasoning_enabled, // reasoning: { enabled: true }
    prompt_mode, // prompt_mode: "reasoning"
    no_reasoning, // does not think, and is never asked to
    no_effort, // thinks as much as it likes: takes no effort
    no_effort_with_tools, // takes no effort beside functions, only none
    effort_none, // thinking is switched off by effort none
    effort_minimal, // it cannot be switched off: minimal is the least
    effort_low, // low is the least
    effort_default, // knows the efforts none and default only
    effort_xhigh, // knows more than high: xhigh
    effort_low_high_max, // knows no efforts but low, high and max
    effort_max, // knows xhigh and max
    off_by_switch, // thinking is switched off by enabled: false
    reasoning_summary, // keeps its thoughts to itself and gives a summary if asked
    parsed_reasoning, // reasoning_format: "parsed", or thoughts stand in the text
    reasoning_split, // reasoning_split: true, or thoughts stand in the text
    clear_thinking, // forgets thoughts of earlier turns unless thinking says clear_thinking: false

    // How thoughts go back. None of them: not at all.
    reasoning_details, // as structured details
    reasoning_content_back, // as reasoning_content
    require_reasoning_content, // on every message of the assistant while it thinks, if only empty
    thinking_parts, // as parts of the content
    think_tags, // between <think> and </think> in the text
    thought_signatures, // a signature at each call, a fixed word where it was lost
    no_thoughts_back, // refuses thoughts of the history, whoever had them

    // Messages and their parts.
    system_anywhere, // role system between other messages
    system_first, // refuses role system anywhere but in front
    no_system, // knows no role system: it is said in the user's first message
    developer_role, // system messages are called developer
    text_only_content, // content is a string, never parts
    file_parts, // PDFs as parts
    cache_marks, // cache_control on parts and tools
    user_after_tool, // refuses a user message right after a tool's
    trimmed_prefill, // refuses an answer that was begun for it and ends in white space
    prefix_prefill, // an answer that was begun for it says prefix: true
    partial_prefill, // it says partial: true
    continued_prefill, // the request says continue_final_message: true
    no_prefill, // refuses an answer that was begun for it: the user asks for the rest
    tool_result_name, // wants the tool's name at its result
    ids_of_40, // tool ids have at most 40 characters
    ids_of_9, // exactly nine letters and digits
    own_ids, // wants the ids back that it made

    // Tools.
    no_search, // has no web_search in the Responses dialect
    web_tools, // searches and fetches by itself when it is given the tools for it
    strict_tools, // takes strict
    any_strict, // strict goes with every schema, not only with a closed one
    no_strict, // refuses strict, on tools and on the format of an answer
    tool_stream, // streams arguments only when asked to
    tools_for_calls, // refuses calls in the history unless the request has tools
    many_tools, // takes more than 128
    letter_names, // names of tools begin with a letter or an underscore
    any_for_required, // tool_choice "any" instead of "required"
    no_forced_tool, // refuses to be forced while it thinks
    never_forced, // refuses to be forced
    no_tool_choice, // knows no tool_choice
    no_parallel_field, // knows no parallel_tool_calls
    plain_root_schemas, // refuses alternatives at the root of a schema
    light_schemas, // refuses $schema, $id and $comment
    gemini_schemas, // a small part of JSON Schema
    simple_schemas, // the same, in every dialect
    closed_schemas, // every object closed
    strict_schemas, // every object closed, every property required
    single_type_schemas, // refuses a type beside anyOf

    // Answers.
    inline_think, // thoughts stand between <think> and </think> in the text
    opened_think, // the same, but the template has written <think> already
    text_tool_calls, // weak models write calls into their text: they are recovered
    coerce_arguments, // weak models write "5" where a number belongs: arguments follow the schema
    silent_overflow, // cuts what does not fit without a word: the size is checked before

    // Messages dialect.
    first_party, // everything passes but the model's name
    vendor_messages, // only the fields of the public reference, no betas
    signed_thinking, // refuses thinking without a signature
    keep_thinking, // takes back thinking of any signature
    no_cache_marks, // refuses cache_control
    context_edits, // takes context_management
    tool_references, // takes deferred tools and references to them
    effort_config, // takes output_config with the effort in it
    server_search, // searches by itself when it is given web_search in its first version
    server_tools, // takes all tools that Anthropic's servers run
    regex_tool_search, // of those that search for tools it takes the one by regular expressions
};

inline constexpr std::size_t quirk_count = static_cast<std::size_t>(Quirk::regex_tool_search) + 1;

class Quirks {
public:
    constexpr Quirks() = default;
    constexpr Quirks(std::initializer_list<Quirk> all)
    {
        for (Quirk quirk : all)
            add(quirk);
    }

    constexpr bool has(Quirk quirk) const { return (words_[word(quirk)] & bit(quirk)) != 0; }
    constexpr void add(Quirk quirk) { words_[word(quirk)] |= bit(quirk); }
    constexpr void add(const Quirks& others) { *this = *this | others; }
    constexpr void remove(Quirk quirk) { words_[word(quirk)] &= ~bit(quirk); }
    constexpr Quirks without(const Quirks& other) const
    {
        Quirks rest = *this;
        for (std::size_t i = 0; i < words_.size(); ++i)
            rest.words_[i] &= ~other.words_[i];
        return rest;
    }
    constexpr bool has_any(const Quirks& others) const { return without(others) != *this; }
    constexpr bool empty() const { return *this == Quirks(); }
    constexpr bool operator==(const Quirks&) const = default;
    friend constexpr Quirks operator|(Quirks a, const Quirks& b)
    {
        for (std::size_t i = 0; i < a.words_.size(); ++i)
            a.words_[i] |= b.words_[i];
        return a;
    }

private:
    static constexpr std::size_t bits = 64;
    static constexpr std::size_t word(Quirk quirk) { return static_cast<std::size_t>(quirk) / bits; }
    static constexpr std::uint64_t bit(Quirk quirk)
    {
        return std::uint64_t { 1 } << (static_cast<std::size_t>(quirk) % bits);
    }
    std::array<std::uint64_t, (quirk_count + bits - 1) / bits> words_ {};
};

// As the configuration spells them: the enumerators' own names.
std::string_view name_of(Quirk quirk);
std::optional<Quirk> quirk_of(std::string_view name);
std::span<const std::string_view> quirk_names(); // in the order of the enumeration

} // namespace dragoman::route
