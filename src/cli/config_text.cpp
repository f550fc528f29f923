#include "cli/config_text.h"

#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dragoman::cli {
namespace {

using config::trim;

// A line of the new file: a setting, or what it could be as a comment.
struct Known {
    std::string_view key;
    std::string_view example; // shown as a comment while it is not set; empty: only when set
    std::string_view meaning;
};

constexpr std::array<Known, 3> known_models { {
    { "big", R"("openai/gpt-oss-120b")", "opus, fable, and every other name that is Claude's" },
    { "middle", R"("openai/gpt-oss-120b")", "sonnet; the big one unless set" },
    { "small", R"("openai/gpt-oss-20b")", "haiku: titles, summaries and other small work" },
} };
constexpr std::array<Known, 5> known_upstream { {
    { "base_url", "", "where /chat/completions is" },
    { "key_file", "", "a new key in that file counts within a second" },
    { "dialect", "", "" },
    { "site_url", "", "how the upstream's rankings name you" },
    { "site_name", "", "" },
} };
constexpr std::array<Known, 2> known_server { {
    { "listen", R"(["127.0.0.1:8080", "[::1]:8080"])", "this machine only" },
    { "client_tokens_file", "", "one a line: what clients must send" },
} };
constexpr std::array<Known, 2> known_log { {
    { "level", R"("info")", "trace, debug, info, warning or error" },
    { "file", "", "JSON lines, besides standard error" },
} };

std::string line_of(const Known& known, const std::string* value)
{
    if (value == nullptr && known.example.empty())
        return {};
    std::string line = value ? fmt::format("{} = {}", known.key, *value)
                             : fmt::format("# {} = {}", known.key, known.example);
    if (!known.meaning.empty())
        line = fmt::format("{:<40} # {}", line, known.meaning);
    return line + "\n";
}

template <std::size_t N>
std::string table_text(const Choices& choices, const std::string& name, const std::array<Known, N>& all)
{
    std::string text = fmt::format("\n[{}]\n", name);
    for (const Known& known : all)
        text += line_of(known, choices.find(name, known.key));
    return text;
}

std::string map_text(const std::vector<config::ModelMapping>& map)
{
    std::string text;
    for (const auto& [from, to] : map)
        text += fmt::format("\n[[models.map]]\nfrom = {}\nto = {}\n", toml_string(from), toml_string(to));
    return text;
}

// Where a table's lines are: from after its header to the next header, or to the end.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// The name between the brackets of "[ a . b ]  # comment"; empty for every other line.
std::string header_of(std::string_view line)
{
    line = trim(line);
    if (!line.starts_with('[') || line.starts_with("[["))
        return {};
    std::string name;
    for (const char c : line.substr(1, line.find(']') == std::string_view::npos ? 0 : line.find(']') - 1))
        if (c != ' ' && c != '\t' && c != '"' && c != '\'')
            name += c;
    return name;
}

// Calls `visit(begin, end)` for each line, its line end excluded, until that returns true.
template <class Visit> void each_line(std::string_view text, std::size_t from, std::size_t to, Visit visit)
{
    while (from < to) {
        const std::size_t end = std::min(text.find('\n', from), to);
        if (visit(from, end))
            return;
        from = end + 1;
    }
}

std::optional<Span> table_span(std::string_view text, std::string_view table)
{
    std::optional<Span> span;
    each_line(text, 0, text.size(), [&](std::size_t begin, std::size_t end) {
        const std::string_view line = text.substr(begin, end - begin);
        if (span && trim(line).starts_with('[')) {
            span->end = begin;
            return true;
        }
        if (!span && header_of(line) == table)
            span = Span { std::min(end + 1, text.size()), text.size() };
        return false;
    });
    return span;
}

bool assigns(std::string_view line, std::string_view key)
{
    line = trim(line);
    if (!line.starts_with(key))
        return false;
    return trim(line.substr(key.size())).starts_with('=');
}

std::optional<Span> line_span(std::string_view text, const Span& table, std::string_view key)
{
    std::optional<Span> found;
    each_line(text, table.begin, table.end, [&](std::size_t begin, std::size_t end) {
        if (assigns(text.substr(begin, end - begin), key))
            found = Span { begin, end };
        return found.has_value();
    });
    return found;
}

// Where the value of a line ends: behind its closing quote or bracket. nullopt: not on this line, or a value
// of another kind.
std::optional<std::size_t> end_of_value(std::string_view line, std::size_t begin)
{
    const std::string_view value = line.substr(begin);
    if (value.starts_with(R"(""")") || value.starts_with("'''"))
        return std::nullopt;
    const bool list = value.starts_with('[');
    char quote = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (quote == '"' && value[i] == '\\')
            ++i;
        else if (quote != 0 && value[i] == quote) {
            quote = 0;
            if (!list)
                return begin + i + 1;
        } else if (quote == 0 && (value[i] == '"' || value[i] == '\''))
            quote = value[i];
        else if (quote == 0 && list && value[i] == ']')
            return begin + i + 1;
    }
    return std::nullopt;
}

bool with_value(std::string& text, const Span& line, std::string_view value)
{
    const std::string_view old = std::string_view(text).substr(line.begin, line.end - line.begin);
    std::size_t begin = old.find('=') + 1;
    while (begin < old.size() && (old[begin] == ' ' || old[begin] == '\t'))
        ++begin;
    const auto end = end_of_value(old, begin);
    if (!end)
        return false;
    text.replace(line.begin + begin, *end - begin, value);
    return true;
}

bool apply(std::string& text, const Setting& setting)
{
    const std::string line = fmt::format("{} = {}\n", setting.key, setting.value);
    const auto table = table_span(text, setting.table);
    if (!table) {
        if (!text.empty() && !text.ends_with('\n'))
            text += '\n';
        text += fmt::format("{}[{}]\n{}", text.empty() ? "" : "\n", setting.table, line);
        return true;
    }
    if (const auto old = line_span(text, *table, setting.key))
        return with_value(text, *old, setting.value);
    if (table->begin > 0 && text[table->begin - 1] != '\n')
        text.insert(table->begin, "\n" + line);
    else
        text.insert(table->begin, line);
    return true;
}

} // namespace

void Choices::set(std::string table, std::string key, std::string value)
{
    for (Setting& setting : settings)
        if (setting.table == table && setting.key == key) {
            setting.value = std::move(value);
            return;
        }
    settings.push_back({ std::move(table), std::move(key), std::move(value) });
}

const std::string* Choices::find(std::string_view table, std::string_view key) const
{
    const auto found = std::ranges::find_if(
        settings, [&](const Setting& one) { return one.table == table && one.key == key; });
    return found == settings.end() ? nullptr : &found->value;
}

std::string toml_string(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out.append({ '\\', c });
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out + "\"";
}

std::string new_config_text(const Choices& choices)
{
    std::string text =
        "# dragoman's settings, written by `dragoman init`. docs/operating.md describes every one of them,\n"
        "# `dragoman check-config` shows what is in force. The environment and flags override this file.\n";
    text += table_text(choices, "models", known_models);
    text += choices.map.empty()
        ? "\n# Other names, before the families above.\n"
          "# [[models.map]]\n# from = \"claude-3-5-haiku-*\"\n# to = \"google/gemini-3.5-flash-lite\"\n"
        : map_text(choices.map);
    text += table_text(choices, "upstreams." + choices.upstream, known_upstream);
    text += table_text(choices, "server", known_server);
    text += table_text(choices, "log", known_log);
    return text;
}

std::optional<std::string> edited_config_text(std::string_view text, const Choices& choices)
{
    std::string edited(text);
    for (const Setting& setting : choices.settings) {
        if (setting.key == "key_file")
            edited = without_setting(edited, setting.table, "key"); // one of the two, never both
        if (!apply(edited, setting))
            return std::nullopt;
    }
    if (!choices.map.empty() && !edited.ends_with('\n'))
        edited += '\n';
    return edited + map_text(choices.map);
}

std::string without_setting(std::string_view text, std::string_view table, std::string_view key)
{
    std::string out(text);
    if (const auto span = table_span(text, table))
        if (const auto line = line_span(text, *span, key))
            out.erase(line->begin, std::min(line->end + 1, out.size()) - line->begin);
    return out;
}

} // namespace dragoman::cli
