#include "route/readable_name.h"

#include "route/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dragoman::route {

namespace {

using std::string_view;

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
char raised(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "GPT-5.5" of "OpenAI: GPT-5.5".
string_view without_vendor(string_view name)
{
    const auto colon = name.find(": ");
    const auto vendor = name.substr(0, colon);
    const bool is_vendor = colon != string_view::npos && vendor.find_first_of("()") == string_view::npos;
    const auto rest = is_vendor ? name.substr(colon + 2) : name;
    return rest.empty() ? name : rest;
}

// "gpt" and "120b" are written in capitals, "v3.1" too; other words begin with one.
std::string as_word(string_view part)
{
    static constexpr std::array<string_view, 6> initials { "gpt", "oss", "glm", "vl", "ai", "llm" };
    std::string word(part);
    const bool has_digit = std::ranges::any_of(part, is_digit);
    const bool is_short = has_digit && part.size() <= 5;
    if (is_short || std::ranges::find(initials, part) != initials.end())
        std::ranges::transform(word, word.begin(), raised);
    else if (!word.empty())
        word.front() = raised(word.front());
    return word;
}

std::string name_of_slug(string_view slug)
{
    slug = slug.substr(slug.rfind('/') + 1);
    const auto colon = std::min(slug.find(':'), slug.size());
    const string_view variant = slug.substr(std::min(colon + 1, slug.size()));
    slug = slug.substr(0, colon);
    std::string name;
    while (!slug.empty()) {
        const auto end = std::min(slug.find_first_of("-_"), slug.size());
        if (end > 0)
            name += (name.empty() ? "" : " ") + as_word(slug.substr(0, end));
        slug.remove_prefix(std::min(end + 1, slug.size()));
    }
    return variant.empty() ? name : fmt::format("{} {}", name, variant);
}

// Dollars for a million tokens, without zeros nobody needs.
std::string price(double per_token)
{
    std::string text = fmt::format("{:.3f}", per_token * 1e6);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return "$" + text;
}

} // namespace

std::string picker_id(string_view slug)
{
    std::string lower(slug);
    std::ranges::transform(lower, lower.begin(), lowered);
    const bool is_claude = lower.starts_with("claude") || lower.starts_with("anthropic/");
    return is_claude ? std::string(slug) : std::string(alias_prefix) + std::string(slug);
}

std::string readable_name(const ModelFacts& facts, string_view upstream)
{
    const bool has_name = facts.known && !facts.name.empty() && facts.name != facts.id;
    std::string name = has_name ? std::string(without_vendor(facts.name)) : name_of_slug(facts.id);
    return upstream.empty() ? name : fmt::format("{} ({})", name, upstream);
}

std::string short_number(std::uint64_t tokens)
{
    constexpr std::uint64_t million = 1'000'000;
    if (tokens < 1000)
        return std::to_string(tokens);
    if (tokens < million)
        return fmt::format("{}k", tokens / 1000);
    const std::uint64_t hundredths = tokens / (million / 100);
    std::string text = fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text + "M";
}

std::string short_description(const ModelFacts& facts)
{
    std::string text = facts.id;
    if (facts.context_length)
        text += fmt::format(", {} tokens", short_number(*facts.context_length));
    const auto& [in, out] = std::pair(facts.prices.prompt, facts.prices.completion);
    if (in && out && *in == 0 && *out == 0)
        text += ", free";
    else if (in && out)
        text += fmt::format(", {} in and {} out per million", price(*in), price(*out));
    return text;
}

} // namespace dragoman::route
