#include "config/dotenv.h"

#include "config/values.h"

#include <algorithm>
#include <cctype>
#include <expected>

namespace dragoman::config {
namespace {

bool is_name(std::string_view text)
{
    const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0
        && std::ranges::all_of(text, letter);
}

char unescaped(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c;
    }
}

// `text` begins with the quote. After the closing one only blanks and a comment may follow.
Parsed<std::string> quoted_value(std::string_view text)
{
    const char quote = text[0];
    std::string value;
    std::size_t i = 1;
    for (; i < text.size() && text[i] != quote; ++i) {
        const bool escape = quote == '"' && text[i] == '\\' && i + 1 < text.size()
            && std::string_view("nrt\"\\").contains(text[i + 1]);
        value += escape ? unescaped(text[++i]) : text[i];
    }
    if (i == text.size())
        return std::unexpected("the quote is not closed on this line");
    const std::string_view rest = trim(text.substr(i + 1));
    if (!rest.empty() && !rest.starts_with('#'))
        return std::unexpected("something follows the closing quote");
    return value;
}

std::string_view unquoted_value(std::string_view text)
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '#' && (text[i - 1] == ' ' || text[i - 1] == '\t'))
            return trim(text.substr(0, i));
    }
    return trim(text);
}

Parsed<Dotenv::Entry> parse_line(std::string_view line)
{
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
        return std::unexpected("this line is no NAME=value");
    std::string_view name = trim(line.substr(0, equals));
    if (name.starts_with("export ") || name.starts_with("export\t"))
        name = trim(name.substr(7));
    if (!is_name(name))
        return std::unexpected("what stands before '=' is no name of a variable");
    const std::string_view raw = line.substr(equals + 1);
    const std::string_view value = trim(raw);
    if (!value.starts_with('"') && !value.starts_with('\''))
        return Dotenv::Entry { .name = std::string(name), .value = std::string(unquoted_value(raw)) };
    auto quoted = quoted_value(value);
    if (!quoted)
        return std::unexpected(quoted.error());
    return Dotenv::Entry { .name = std::string(name), .value = std::move(*quoted) };
}

} // namespace

const Dotenv::Entry* Dotenv::find(std::string_view name) const
{
    const auto found = std::find_if(
        entries.rbegin(), entries.rend(), [&](const Entry& entry) { return entry.name == name; });
    return found == entries.rend() ? nullptr : &*found;
}

Dotenv parse_dotenv(std::string_view text)
{
    Dotenv file;
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.starts_with('#'))
            continue;
        auto entry =
            line.contains('\0') ? std::unexpected(std::string("this line is not text")) : parse_line(line);
        if (entry) {
            entry->line = number;
            file.entries.push_back(std::move(*entry));
        } else {
            file.problems.push_back({ number, entry.error() });
        }
    }
    return file;
}

std::string_view without_quotes(std::string_view value)
{
    const bool wrapped =
        value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.front() == value.back();
    return wrapped ? value.substr(1, value.size() - 2) : value;
}

} // namespace dragoman::config
