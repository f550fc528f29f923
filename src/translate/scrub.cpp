#include "translate/scrub.h"

#include <algorithm>
#include <array>

namespace dragoman::translate {

namespace {

constexpr std::string_view masked = "***";

bool is_key_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_'
        || c == '.' || c == '~' || c == '+' || c == '/' || c == '=' || c == '*';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins_with(std::string_view text, std::string_view word)
{
    return text.size() >= word.size()
        && std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == lower(b); });
}

std::size_t key_length(std::string_view text)
{
    return static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_key_character) - text.begin());
}

// Vendors mark their keys by how they begin. A prefix alone is only a word, so the rest has a minimum.
std::size_t known_key(std::string_view text)
{
    constexpr std::array<std::string_view, 14> prefixes { "sk-", "sk_", "rk-", "pk-", "gsk_", "xai-", "aiza",
        "hf_", "r8_", "nvapi-", "csk-", "fw_", "ghp_", "eyj" };
    for (std::string_view prefix : prefixes)
        if (begins_with(text, prefix))
            if (std::size_t length = key_length(text); length >= prefix.size() + 5)
                return length;
    return 0;
}

// After `Authorization: Bearer`, `x-api-key:`, `"api_key":"` the next word is a secret, whatever it looks
// like. Returns the length of the introduction, 0 when there is none.
std::size_t introduction(std::string_view text)
{
    constexpr std::array<std::string_view, 8> words { "authorization", "x-api-key", "api-key", "api_key",
        "apikey", "x-goog-api-key", "bearer", "basic" };
    for (std::string_view word : words) {
        if (!begins_with(text, word))
            continue;
        std::size_t at = word.size();
        const bool scheme = word == "bearer" || word == "basic";
        bool named = scheme;
        while (
            at < text.size() && (std::string_view(" \t\"'\\:=").find(text[at]) != std::string_view::npos)) {
            named |= text[at] == ':' || text[at] == '=';
            ++at;
        }
        if (!named || at == word.size())
            return 0; // "the API key is invalid" names no key
        for (std::string_view inner : { "bearer ", "basic " })
            if (begins_with(text.substr(at), inner))
                at += inner.size();
        const std::string_view secret = text.substr(at, key_length(text.substr(at)));
        const bool has_digit =
            std::any_of(secret.begin(), secret.end(), [](char c) { return c >= '0' && c <= '9'; });
        return (scheme ? secret.size() >= 12 && has_digit : secret.size() >= 5) ? at : 0;
    }
    return 0;
}

bool inside_word(std::string_view text, std::size_t at)
{
    if (at == 0)
        return false;
    const char before = text[at - 1];
    return (before >= '0' && before <= '9') || (before >= 'A' && before <= 'Z')
        || (before >= 'a' && before <= 'z');
}

std::string mask_keys(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        if (!inside_word(text, at)) {
            if (std::size_t length = known_key(rest)) {
                out.append(masked);
                at += length;
                continue;
            }
            if (std::size_t length = introduction(rest)) {
                out.append(rest.substr(0, length)).append(masked);
                at += length + key_length(rest.substr(length));
                continue;
            }
        }
        out += text[at++];
    }
    return out;
}

void blank_controls(std::string& text)
{
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            c = ' ';
}

void cut(std::string& text, std::size_t bytes_max)
{
    constexpr std::string_view ellipsis = "\u2026";
    if (text.size() <= bytes_max)
        return;
    std::size_t end = bytes_max - std::min(bytes_max, ellipsis.size());
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
    text.append(ellipsis);
}

} // namespace

std::string scrub(std::string_view text, std::size_t bytes_max)
{
    // Nothing behind twice the bound can be seen, and masking only shortens what it meets.
    std::string out = mask_keys(text.substr(0, 64 * limits::KiB));
    blank_controls(out);
    cut(out, bytes_max);
    return out;
}

} // namespace dragoman::translate
