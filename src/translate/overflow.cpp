#include "translate/overflow.h"

#include "openai/plain_text.h"
#include "translate/overflow_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace dragoman::translate {

namespace {

constexpr std::uint64_t default_window = 200000; // what clients assume of a model that they do not know

constexpr std::uint64_t client_margin = 1000;

// A client that is told to ask for less keeps 1000 tokens as a margin and refuses to go below 3000.
constexpr std::uint64_t output_worth_asking_for = 4000;

// All parts must occur, in this order.
using Wording = std::array<std::string_view, 3>;

constexpr Wording wordings[] = {
    { "prompt is too long" }, // Anthropic and its imitators
    { "exceed context limit" }, // Anthropic: input length and `max_tokens` exceed context limit
    { "input is too long for requested model" }, // Bedrock
    { "exceeds the context window" }, // OpenAI, Responses
    { "maximum context length" }, // OpenAI chat, Azure, vLLM, Together, OpenRouter, DeepSeek
    { "maximum model length" }, // vLLM
    { "model's context length" }, // SGLang, Fireworks, vLLM
    { "input token count", "exceeds the maximum number of tokens" }, // Gemini, Vertex
    { "input token count", "only supports up to" }, // Vertex
    { "maximum prompt length" }, // xAI
    { "reduce the length of the messages" }, // Groq, Cerebras
    { "tokens + max_new_tokens", "must be <=" }, // Together
    { "`inputs` tokens + `max_new_tokens`", "must be <=" }, // Hugging Face
    { "`inputs` must have less than", "tokens" }, // Hugging Face
    { "number of input tokens", "cannot exceed", "tokens limit" }, // watsonx
    { "requires a sequence length", "maximum supported sequence length" }, // SambaNova
    { "exceeds maximum input length" }, // TensorRT-LLM, Novita
    { "greater than max_seq_len" }, // TabbyAPI
    { "exceed max message tokens" }, // Doubao
    { "prompt tokens too long" }, // Qianfan
    { "contextwindowexceedederror" }, // LiteLLM
    { "request body too large for", "max size" }, // GitHub Models
    { "exceeded this model context window limit" }, // Cloudflare
    { "prompt contains", "tokens", "too large for model" }, // Mistral
    { "maximum allowed input length" }, // Mistral
    { "requested", "output tokens", "prompt contains" }, // Fireworks
    { "exceeded model token limit" }, // Moonshot
    { "token count of", "exceeds the limit of" }, // Moonshot
    { "context window exceeds limit" }, // MiniMax
    { "range of input length should be" }, // Qwen, DashScope
    { "exceeds the available context size" }, // llama.cpp
    { "exceed_context_size_error" }, // llama.cpp
    { "context size has been exceeded" }, // llama.cpp, LM Studio
    { "greater than the context length" }, // LM Studio
    { "cannot truncate prompt with n_keep", "n_ctx" }, // LM Studio
    { "model is loaded with context length of" }, // LM Studio
    { "prompt has", "configured context size is" }, // LM Studio
    { "prompt too long" }, // Ollama
    { "exceeded context length" }, // Ollama
    { "exceeded max context length" }, // Ollama
    { "context length is only" }, // Ollama
    { "exceed context window of" }, // llama-cpp-python
    { "exceeds context size" }, // ds4
    { "context length exceeded" }, { "context window exceeded" }, { "context size exceeded" },
    { "exceeds the context length" }, { "reached context length of" }, // LM Studio, in mid-answer
    { "input is too long" }, { "input prompt", "is too long" }, // Bedrock, vLLM
    { "input tokens exceeded" }, // Bedrock
    { "max input token limit" }, // Bedrock
    { "maximum number of input tokens" }, { "total tokens exceeds the model's max" }, // Cohere
    { "prompt_tokens", "must be less than max_seq_len" }, // SiliconFlow
    { "max_total_tokens", "max_seq_len" }, // SiliconFlow
    { "prompt length", "larger than max_seq_len" }, { "prompt length", "should not exceed" }, // TensorRT-LLM
    { "max_tokens must be at least 1, got -" }, // vLLM: what is left for an answer
    { "input length", "exceeds the maximum length" }, // Doubao
    { "max input characters" }, // Qianfan
    { "model_context_window_exceeded" }, { "input length exceeds", "context length" },
    { "token limit exceeded" }, { "prompt exceeds max length" }, // GLM in English
    { "prompt 超长" }, // GLM, Zhipu
    { "prompt超长" }, { "超过", "上下文" }, // "the input is longer than the model's largest context"
    { "超出", "上下文" }, { "上下文", "超" }, { "输入", "过长" },
    { "输入", "超长" }, // "the input is too long"
};

constexpr std::string_view about_rates[] = { "rate limit", "rate_limit", "rate-limit", "ratelimit",
    "too many requests", "throttl", "quota", "per minute", "per day", "per second" };

constexpr std::string_view codes[] = { "context_length_exceeded", "token_limit_exceeded",
    "exceed_context_size_error", "context_exceeded", "model_context_window_exceeded",
    "tokens_limit_reached" };

constexpr std::string_view codes_of_texts[] = { "string_too_long", "string_above_max_length" };

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

bool occurs(const Wording& wording, std::string_view text)
{
    std::size_t at = 0;
    for (std::string_view part : wording) {
        at = text.find(part, at);
        if (at == std::string_view::npos)
            return false;
        at += part.size();
    }
    return true;
}

bool is_called(const openai::ErrorBody& body, std::span<const std::string_view> names)
{
    return std::any_of(names.begin(), names.end(),
        [&](auto name) { return body.code == name || body.type == name || body.error_type == name; });
}

// One text is longer than a text may be: a part of the conversation, and not the description of a tool or
// another field, which would be as long after the conversation is made shorter.
bool is_long_text(const openai::ErrorBody& body, std::string_view text)
{
    if (!is_called(body, codes_of_texts))
        return false;
    std::string_view field = body.param;
    if (const std::size_t quote = text.find("invalid '"); field.empty() && quote != std::string_view::npos)
        field = text.substr(quote + 9);
    constexpr std::string_view parts[] = { "messages", "input", "prompt", "contents" };
    return field.empty() || std::any_of(std::begin(parts), std::end(parts), [&](auto part) {
        return field.starts_with(part);
    });
}

// Words that nobody has written down yet: tokens of a prompt, a comparison, and two numbers of which one is
// too large; of nothing else that has a length.
bool looks_like_overflow(std::string_view text, int status)
{
    constexpr std::string_view of_prompts[] = { "prompt", "input", "context", "conversation", "request" };
    constexpr std::string_view of_tokens[] = { "token", "prompt length", "input length", "context length" };
    constexpr std::string_view comparisons[] = { "exceed", "too long", "longer than", "larger than",
        "greater than", "must be less than", "over the limit" };
    constexpr std::string_view others[] = { "image", "tool", "function", "description", "schema", "output",
        "completion", "max_tokens", "max_new_tokens", "budget", "audio", "file", "character", "byte",
        "metadata", "stop", "temperature", "user_id" };
    const auto has = [&](std::span<const std::string_view> words) {
        return std::any_of(words.begin(), words.end(), [&](auto word) { return contains(text, word); });
    };
    if ((status != 400 && status != 413 && status != 422) || !has(of_prompts) || !has(of_tokens)
        || !has(comparisons) || has(others) || has(about_rates))
        return false;
    constexpr std::uint64_t smallest = 1000;
    std::uint64_t least = UINT64_MAX;
    std::uint64_t most = 0;
    for (const std::uint64_t number : counts_in(text))
        if (number >= smallest) {
            least = std::min(least, number);
            most = std::max(most, number);
        }
    return least < most;
}

// Cerebras says nothing at all, and a proxy in front may say only that the entity is too large.
bool is_silent_overflow(const openai::ErrorBody& body, const OverflowContext& context)
{
    if (!context.context_length || context.estimated_input == 0)
        return false;
    const bool silent = body.message.empty() && (context.status == 400 || context.status == 413);
    return silent && context.estimated_input > *context.context_length / 10 * 9;
}

Overflow too_long(std::uint64_t tokens, std::uint64_t limit)
{
    return { .kind = Overflow::Kind::input, .input = std::max(tokens, limit + 1), .limit = limit };
}

Overflow too_much_output(std::uint64_t input, std::uint64_t output, std::uint64_t limit)
{
    return { .kind = Overflow::Kind::sum,
        .input = input,
        .output = std::max(output, limit - input + 1),
        .limit = limit };
}

bool speaks_of_output(const openai::ErrorBody& body, std::string_view text)
{
    return body.error_type == "max_tokens_exceeded" || body.code == "max_tokens_exceeded"
        || contains(text, "max_tokens") || contains(text, "max_completion_tokens")
        || contains(text, "max_output_tokens") || contains(text, "maxoutputtokens")
        || contains(text, "maximum tokens you requested");
}

bool speaks_of_a_limit(std::string_view text)
{
    constexpr std::string_view words[] = { "too large", "at most", "maximum", "less than or equal", "exceed",
        "valid range", "range of max_tokens", "supported range", "must be between", "lower than", "in range",
        "范围" };
    return std::any_of(std::begin(words), std::end(words), [&](auto word) { return contains(text, word); });
}

// "[1, 8192]", where there is one: other numbers are codes.
std::string_view range_in(std::string_view text)
{
    const std::size_t begin = text.find('[');
    const std::size_t end = begin == std::string_view::npos ? begin : text.find(']', begin);
    const std::string_view range =
        end == std::string_view::npos ? std::string_view {} : text.substr(begin, end - begin);
    return counts_in(range).size() == 2 ? range : text;
}

// "max_tokens is too large: 64000. This model supports at most 16384 completion tokens", "the valid range of
// max_tokens is [1, 8192]": there is no window in it, and what was asked for need not be.
std::optional<Overflow> output_limit(
    const openai::ErrorBody& body, std::string_view text, const OverflowContext& context)
{
    constexpr std::uint64_t smallest_output_limit = 256; // less is a number of something else
    if (!speaks_of_output(body, text) || !speaks_of_a_limit(text) || contains(text, "budget"))
        return std::nullopt;
    std::uint64_t least = UINT64_MAX;
    std::uint64_t most = 0;
    for (std::uint64_t number : counts_in(range_in(text)))
        if (number >= smallest_output_limit && number != static_cast<std::uint64_t>(context.status)) {
            least = std::min(least, number);
            most = std::max(most, number);
        }
    if (most == 0)
        return std::nullopt;
    if (context.max_tokens != 0 && context.max_tokens < most)
        return std::nullopt; // numbers of something else
    most = std::max(most, context.max_tokens);
    // "to 65537 (exclusive)"
    if (contains(text, "(exclusive)"))
        --least;
    if (least >= most)
        return std::nullopt;
    return Overflow {
        .kind = Overflow::Kind::output, .input = context.estimated_input, .output = most, .limit = least
    };
}

std::string lower_text(const openai::ErrorBody& body)
{
    return openai::lower(body.message + " " + body.outer_message);
}

Overflow canonical(OverflowNumbers numbers, const OverflowContext& context)
{
    const std::uint64_t limit = numbers.limit.value_or(context.context_length.value_or(default_window));
    const std::uint64_t output = numbers.output.value_or(0);
    if (!numbers.input && numbers.total && output > 0 && *numbers.total > output)
        numbers.input = *numbers.total - output;
    if (numbers.input && output > 0 && *numbers.input + output_worth_asking_for <= limit)
        return too_much_output(*numbers.input, output, limit);
    if (numbers.excess && !numbers.input)
        return too_long(limit + *numbers.excess, limit);
    if (numbers.total && *numbers.total > limit)
        return too_long(*numbers.total, limit);
    if (numbers.input && *numbers.input > limit)
        return too_long(*numbers.input, limit);
    if (numbers.input)
        return too_long(*numbers.input + output, limit);
    return too_long(context.estimated_input, limit);
}

} // namespace

bool is_overflow_wording(std::string_view text, int status)
{
    if (std::any_of(
            std::begin(about_rates), std::end(about_rates), [&](auto word) { return contains(text, word); }))
        return false;
    if (status == 400 && (contains(text, "too many tokens") || contains(text, "too many input tokens")))
        return true;
    return std::any_of(
        std::begin(wordings), std::end(wordings), [&](const Wording& each) { return occurs(each, text); });
}

std::optional<Overflow> find_overflow(const openai::ErrorBody& body, const OverflowContext& context)
{
    const std::string text = lower_text(body);
    if (is_long_text(body, text)) // its numbers are characters
        return canonical({}, context);
    if (is_called(body, codes) || is_overflow_wording(text, context.status)
        || looks_like_overflow(text, context.status)) {
        OverflowNumbers numbers = read_overflow_numbers(text, context.context_length, context.max_tokens);
        if (body.prompt_tokens)
            numbers.input = body.prompt_tokens;
        if (body.context_tokens)
            numbers.limit = body.context_tokens;
        if (!numbers.output && contains(text, "max_total_tokens"))
            numbers.output = context.max_tokens;
        // One number alone is the window, unless it is larger than the window that we know.
        const bool alone =
            numbers.limit && !numbers.input && !numbers.total && !numbers.output && !numbers.excess;
        if (alone && context.context_length && *numbers.limit > *context.context_length) {
            numbers.total = numbers.limit;
            numbers.limit = context.context_length;
        }
        return canonical(numbers, context);
    }
    if (is_silent_overflow(body, context))
        return too_long(context.estimated_input, *context.context_length);
    if (context.status == 400 || context.status == 422 || context.status == 0)
        return output_limit(body, text, context);
    return std::nullopt;
}

std::string overflow_sentence(const Overflow& overflow)
{
    if (overflow.kind == Overflow::Kind::input)
        return fmt::format("prompt is too long: {} tokens > {} maximum", overflow.input, overflow.limit);
    // Clients keep a margin beside the input: so they will ask for exactly what an answer may have.
    const std::uint64_t limit = overflow.kind == Overflow::Kind::output
        ? overflow.input + overflow.limit + client_margin
        : overflow.limit;
    return fmt::format("input length and `max_tokens` exceed context limit: {} + {} > {}", overflow.input,
        std::max(overflow.output, limit - overflow.input + 1), limit);
}

std::optional<std::string> overflow_message(const openai::ErrorBody& body, const OverflowContext& context)
{
    const auto found = find_overflow(body, context);
    return found ? std::optional(overflow_sentence(*found)) : std::nullopt;
}

} // namespace dragoman::translate
