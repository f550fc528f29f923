#include "openai/plain_text.h"

#include <array>
#include <utility>

namespace dragoman::openai {

namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

bool is_html(std::string_view text)
{
    if (text.empty() || text.front() != '<')
        return false;
    const std::string head = lower(text.substr(0, 1024));
    for (std::string_view mark :
        { "<!doctype", "<html", "<head", "<body", "<title", "<h1", "<p>", "<center", "<?xml" })
        if (head.find(mark) != std::string::npos)
            return true;
    return false;
}

// The position behind the tag at `at`; scripts, styles and comments end where their content ends.
std::size_t skip_tag(const std::string& lowered, std::size_t at)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> with_content { {
        { "<script", "</script" },
        { "<style", "</style" },
        { "<!--", "-->" },
    } };
    std::size_t from = at;
    for (auto [open, close] : with_content)
        if (lowered.compare(at, open.size(), open) == 0)
            from = lowered.find(close, at);
    const std::size_t end = from == std::string::npos ? from : lowered.find('>', from);
    return end == std::string::npos ? lowered.size() : end + 1;
}

std::string without_tags(std::string_view text)
{
    const std::string lowered = lower(text);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '<') {
            at = skip_tag(lowered, at);
            out += ' ';
        } else
            out += text[at++];
    }
    return out;
}

std::string without_entities(std::string text)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> entities { {
        { "&lt;", "<" },
        { "&gt;", ">" },
        { "&quot;", "\"" },
        { "&#39;", "'" },
        { "&nbsp;", " " },
        { "&amp;", "&" },
    } };
    for (auto [entity, character] : entities)
        for (std::size_t at = 0; (at = text.find(entity, at)) != std::string::npos; at += character.size())
            text.replace(at, entity.size(), character);
    return text;
}

std::string fold_blanks(std::string_view text)
{
    std::string out;
    for (char c : text) {
        const bool blank = blanks.find(c) != std::string_view::npos;
        if (!blank)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

void cut(std::string& text, std::size_t bytes_max)
{
    if (text.size() <= bytes_max)
        return;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
}

} // namespace

std::string_view trim(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string plain_text(std::string_view text, std::size_t bytes_max, std::size_t html_bytes_max)
{
    text = trim(text.substr(0, 256 * 1024)); // what a person could read of it stands at its beginning
    const bool html = is_html(text);
    std::string out = fold_blanks(html ? without_entities(without_tags(text)) : std::string(text));
    cut(out, html ? html_bytes_max : bytes_max);
    return out;
}

} // namespace dragoman::openai
