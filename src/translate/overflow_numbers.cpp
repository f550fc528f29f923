#include "translate/overflow_numbers.h"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

namespace dragoman::translate {

namespace {

constexpr std::uint64_t smallest_window = 1000; // smaller numbers are versions, limits of files and the like
constexpr std::uint64_t smallest_bare_window =
    4096; // without a word that says so: vendors number their errors

struct Number {
    std::uint64_t value = 0;
    std::string_view before {};
    std::string_view after {};
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_'; }

// The end of the digits that begin at `at`; "131,072" is one number, "[1,30720]" holds two.
std::size_t end_of_number(std::string_view text, std::size_t at)
{
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end]))
        ++end;
    while (end - at <= 15 && end + 3 < text.size() && text[end] == ',' && is_digit(text[end + 1])
        && is_digit(text[end + 2]) && is_digit(text[end + 3])
        && (end + 4 == text.size() || !is_digit(text[end + 4])))
        end += 4;
    return end;
}

// Digits inside a name ("gpt-4.1-2025-04-14") or a fraction are no counts.
bool stands_alone(std::string_view text, std::size_t begin, std::size_t end)
{
    if (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == '-' || text[begin - 1] == '.'))
        return false;
    if (end >= text.size())
        return true;
    const char next = text[end];
    const bool more = end + 1 < text.size() && is_word(text[end + 1]);
    return !is_word(next) && !((next == '.' || next == '-') && more);
}

std::vector<Number> find_numbers(std::string_view text)
{
    constexpr std::size_t digits_max = 12;
    std::vector<Number> numbers;
    for (std::size_t at = 0; at < text.size();) {
        if (!is_digit(text[at])) {
            ++at;
            continue;
        }
        const std::size_t end = end_of_number(text, at);
        Number number { .before = text.substr(0, at), .after = text.substr(end) };
        for (char c : text.substr(at, end - at))
            if (c != ',')
                number.value = number.value * 10 + static_cast<std::uint64_t>(c - '0');
        if (end - at <= digits_max && stands_alone(text, at, end))
            numbers.push_back(number);
        at = end;
    }
    return numbers;
}

template <std::size_t N> bool followed_by(const Number& number, const std::array<std::string_view, N>& words)
{
    std::string_view after = number.after;
    while (!after.empty() && (after.front() == ' ' || after.front() == ')'))
        after.remove_prefix(1);
    return std::any_of(words.begin(), words.end(), [&](auto word) { return after.starts_with(word); });
}

template <std::size_t N> bool led_by(const Number& number, const std::array<std::string_view, N>& words)
{
    std::string_view before = number.before;
    while (!before.empty() && std::string_view(" (:=>`'\"").find(before.back()) != std::string_view::npos)
        before.remove_suffix(1);
    return std::any_of(words.begin(), words.end(), [&](auto word) { return before.ends_with(word); });
}

bool is_output(const Number& number)
{
    constexpr std::array<std::string_view, 11> after { "max_new_tokens", "`max_new_tokens`", "in the output",
        "in the completion", "in completion", "for the completion", "output tokens", "completion tokens",
        "of output", "tokens for the completion", "tokens in the output" };
    constexpr std::array<std::string_view, 4> before { "max_tokens", "max_completion_tokens",
        "' is too large", "max_tokens is too large" };
    return followed_by(number, after) || led_by(number, before);
}

bool is_input(const Number& number)
{
    constexpr std::array<std::string_view, 11> after { "inputs tokens", "`inputs` tokens", "of text input",
        "of tool input", "of image input", "in the messages", "input tokens", "in the prompt",
        "prompt tokens", "in your prompt", "tokens in the messages" };
    constexpr std::array<std::string_view, 11> before { "current length is", "n_keep", "keep the first",
        "prompt contains", "prompt contains at least", "prompt has", "the input", "input token count",
        "token count of", "prompt is too long", "n_prompt_tokens" };
    return followed_by(number, after) || led_by(number, before);
}

// "exceeded max context length by 1204 tokens"
bool is_excess(const Number& number)
{
    constexpr std::array<std::string_view, 2> before { "exceeded by", "context length by" };
    return led_by(number, before);
}

bool is_limit(const Number& number)
{
    constexpr std::array<std::string_view, 21> before { "max input tokens", "limit for this model is",
        "context window of", "while limit is", "max size", "n_ctx", "must be <", "max_seq_len",
        "window limit", "context length is", "context length is only", "context length of", "context length",
        "context size is", "context size", "limit of", "maximum of", "prompt length is", "input length of",
        "token limit", "number of tokens allowed" };
    constexpr std::array<std::string_view, 2> after { "maximum context length", "maximum" };
    constexpr std::array<std::string_view, 3> too_much { "is greater than", "is longer than", "exceeds" };
    return (led_by(number, before) || followed_by(number, after)) && !followed_by(number, too_much);
}

// "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"
bool read_sum(const std::vector<Number>& numbers, OverflowNumbers& out)
{
    for (std::size_t i = 0; i + 2 < numbers.size(); ++i) {
        const bool sum = numbers[i].after.starts_with(" + ") && numbers[i + 1].after.starts_with(" > ");
        if (!sum)
            continue;
        out.input = numbers[i].value;
        out.output = numbers[i + 1].value;
        out.limit = numbers[i + 2].value;
        return true;
    }
    return false;
}

} // namespace

std::vector<std::uint64_t> counts_in(std::string_view text)
{
    std::vector<std::uint64_t> counts;
    for (const Number& number : find_numbers(text))
        counts.push_back(number.value);
    return counts;
}

OverflowNumbers read_overflow_numbers(
    std::string_view text, std::optional<std::uint64_t> window, std::uint64_t max_tokens)
{
    OverflowNumbers out;
    const std::vector<Number> numbers = find_numbers(text);
    if (read_sum(numbers, out))
        return out;
    std::vector<std::uint64_t> rest; // what is not a part of the request, largest first
    bool guessed = false; // the output is what was asked for, and nothing says that it is meant
    for (const Number& number : numbers) {
        if (is_excess(number)) {
            out.excess = number.value;
            continue;
        }
        const bool output = is_output(number);
        const bool only_part = (is_input(number) || output) && !is_limit(number); // as large as a window
        const bool new_output = output && !out.output;
        if ((number.value == out.limit && !new_output) || number.value == out.input
            || number.value == out.output)
            continue; // said twice
        if (window && number.value == *window && !only_part)
            out.limit = window;
        else if (is_input(number))
            out.input = out.input.value_or(0) + number.value;
        else if (new_output)
            out.output = number.value;
        else if (!out.limit && is_limit(number) && number.value >= smallest_window)
            out.limit = number.value;
        else if (!out.output && max_tokens != 0 && number.value == max_tokens) {
            out.output = max_tokens;
            guessed = true;
        } else if (number.value >= smallest_window)
            rest.push_back(number.value);
    }
    std::sort(rest.begin(), rest.end(), std::greater<>());
    rest.erase(std::unique(rest.begin(), rest.end()), rest.end());
    if (guessed && !out.limit && rest.size() < 2 && out.output >= smallest_window) {
        // A window as large as what was asked for.
        rest.push_back(*out.output);
        std::sort(rest.begin(), rest.end(), std::greater<>());
        out.output.reset();
    }
    if (!out.limit && !rest.empty()) {
        // Two numbers without a sign of which is which: one was more than the other allowed.
        const bool pair = rest.size() > 1 && !out.input;
        const std::size_t at = pair ? 1 : 0;
        const std::uint64_t sum = out.input.value_or(0) + out.output.value_or(0);
        if (pair || (rest[at] != sum && rest[at] >= smallest_bare_window)) {
            out.limit = rest[at];
            rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
        }
    }
    if (!rest.empty())
        out.total = rest.front();
    return out;
}

} // namespace dragoman::translate
