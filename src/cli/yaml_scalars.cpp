#include "cli/yaml_reader.h"
#include "json/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace dragoman::cli {
namespace {

constexpr int depth_max = 64;
constexpr std::size_t copied_max = 100'000; // a few anchors inside each other can mean billions

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool ends_flow_word(char c) { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'; }

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    return text;
}

// Without a comment, which needs a blank before it.
std::string_view without_comment(std::string_view line)
{
    for (std::size_t i = 0; i < line.size(); ++i)
        if (line[i] == '#' && i > 0 && is_blank(line[i - 1]))
            return trimmed(line.substr(0, i));
    return trimmed(line);
}

bool has_key_mark(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == ':' && (i + 1 == text.size() || is_blank(text[i + 1])))
            return true;
    return false;
}

} // namespace

void YamlReader::keep(const std::string& anchor, const YamlNode& node)
{
    if (!anchor.empty())
        anchors_.insert_or_assign(anchor, node);
}

bool YamlReader::anchor(std::string& name)
{
    if (at_end() || text_[at_] != '&')
        return true;
    const std::size_t begin = ++at_;
    while (!at_end() && !is_blank(text_[at_]) && text_[at_] != '\n')
        ++at_;
    name = text_.substr(begin, at_ - begin);
    skip_blanks();
    return !name.empty() || fail("a name is missing behind &");
}

bool YamlReader::alias(YamlNode& node)
{
    const std::size_t begin = ++at_;
    while (!at_end() && !is_blank(text_[at_]) && text_[at_] != '\n' && !ends_flow_word(text_[at_]))
        ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (name.empty())
        return fail(R"(a * alone refers to nothing; the pattern for all models is written "*", in quotes)");
    const auto found = anchors_.find(name);
    if (found == anchors_.end())
        return fail("a * refers to no & above it; a pattern with * needs quotes around it");
    copied_ += size_of(found->second);
    if (copied_ > copied_max)
        return fail("references inside each other mean more than can be read");
    node = found->second;
    return true;
}

// Plain text, which may go on in the following lines if they are indented.
bool YamlReader::plain(YamlNode& node, std::size_t indent)
{
    const char c = text_[at_];
    if (std::string_view("%@`").contains(c)
        || (c == '?' && (at_ + 1 == text_.size() || is_blank(text_[at_ + 1]))))
        return fail("a value begins with a character that needs quotes around it");
    const auto take_line = [&] {
        const std::string_view line = rest_of_line();
        const std::string_view text = without_comment(line);
        node.text += text;
        at_ = line_end();
        return text.size() == trimmed(line).size(); // no comment, which would end it
    };
    if (has_key_mark(without_comment(rest_of_line())))
        return fail("a ':' inside of a value needs quotes around the value");
    bool goes_on = take_line();
    while (goes_on && !at_end()) {
        const std::size_t before = at_;
        const std::string text = node.text;
        fold(node.text);
        if (at_end() || column() < indent || text_[at_] == '#' || starts_list() || at_marker("---")
            || at_marker("...") || has_key_mark(without_comment(rest_of_line()))) {
            at_ = before;
            node.text = text;
            return true;
        }
        goes_on = take_line();
    }
    return true;
}

bool YamlReader::quoted(std::string& out)
{
    return text_[at_] == '\'' ? single_quoted(out) : double_quoted(out);
}

// A line end inside of quotes: a blank, or as many line ends as there are empty lines.
bool YamlReader::fold(std::string& out)
{
    out.erase(out.find_last_not_of(" \t\r") + 1);
    std::size_t ends = 0;
    while (!at_end() && text_[at_] == '\n') {
        ++at_;
        ++ends;
        skip_blanks();
    }
    out.append(ends == 1 ? " " : std::string(ends - 1, '\n'));
    return true;
}

bool YamlReader::single_quoted(std::string& out)
{
    ++at_;
    while (!at_end()) {
        const char c = text_[at_];
        if (c == '\n') {
            fold(out);
            continue;
        }
        ++at_;
        if (c != '\'')
            out += c;
        else if (!at_end() && text_[at_] == '\'')
            out += text_[at_++];
        else
            return true;
    }
    return fail("a quoted text does not end");
}

bool YamlReader::double_quoted(std::string& out)
{
    ++at_;
    while (!at_end()) {
        const char c = text_[at_];
        if (c == '"')
            return ++at_, true;
        if (c == '\\') {
            if (!escape(out))
                return false;
        } else if (c == '\n') {
            fold(out);
        } else {
            out += c;
            ++at_;
        }
    }
    return fail("a quoted text does not end");
}

bool YamlReader::escape(std::string& out)
{
    static constexpr std::string_view letters = "0abtnvfre \"/\\\tN_LP";
    static constexpr std::array<std::string_view, 18> meanings { std::string_view("\0", 1), "\a", "\b", "\t",
        "\n", "\v", "\f", "\r", "\x1b", " ", "\"", "/", "\\", "\t", "\xc2\x85", "\xc2\xa0", "\xe2\x80\xa8",
        "\xe2\x80\xa9" };
    if (at_ + 1 >= text_.size())
        return fail("a quoted text does not end");
    const char c = text_[at_ + 1];
    at_ += 2;
    if (c == '\n') {
        skip_blanks();
        return true;
    }
    if (const std::size_t known = letters.find(c); known != std::string_view::npos)
        return out += meanings[known], true;
    const std::size_t count = c == 'x' ? 2 : c == 'u' ? 4 : 0;
    const std::string_view digits = text_.substr(std::min(at_, text_.size()), count);
    if (count == 0 || digits.size() < count
        || !std::ranges::all_of(digits, [](unsigned char d) { return std::isxdigit(d) != 0; }))
        return fail("a character behind \\ cannot be read");
    at_ += count;
    json::append_unescaped(out, json::RawString { fmt::format("\\u{}{}", count == 2 ? "00" : "", digits) });
    return true;
}

// "|" keeps line ends, ">" makes blanks of them; "-" takes the last one off.
bool YamlReader::block_text(YamlNode& node, std::size_t indent)
{
    node.kind = YamlNode::Kind::quoted;
    const bool folded = text_[at_++] == '>';
    char chomp = 0;
    while (!at_end()
        && (text_[at_] == '-' || text_[at_] == '+'
            || std::isdigit(static_cast<unsigned char>(text_[at_])) != 0)) {
        if (text_[at_] == '-' || text_[at_] == '+')
            chomp = text_[at_];
        ++at_;
    }
    if (!end_line())
        return false;
    std::size_t own = 0; // the indentation of the first line
    while (!at_end()) {
        const std::size_t begin = std::min(at_ + 1, text_.size());
        const std::size_t end = std::min(text_.find('\n', begin), text_.size());
        const std::string_view line = text_.substr(begin, end - begin);
        const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
        const bool empty = trimmed(line).empty();
        if (!empty && own == 0)
            own = std::max(blanks, indent);
        if ((!empty && blanks < own) || begin == text_.size())
            break;
        std::string_view content = empty ? std::string_view() : line.substr(own);
        if (content.ends_with('\r'))
            content.remove_suffix(1);
        if (folded && !node.text.empty() && node.text.back() == '\n' && !empty)
            node.text.back() = ' ';
        node.text.append(content).append("\n");
        at_ = end;
    }
    const std::size_t last = node.text.find_last_not_of('\n');
    if (chomp != '+' && last != std::string::npos)
        node.text.erase(last + (chomp == '-' ? 1 : 2));
    if (last == std::string::npos)
        node.text.clear();
    return true;
}

bool YamlReader::flow(YamlNode& node, int depth)
{
    if (depth > depth_max)
        return fail("too many brackets inside each other");
    std::string name;
    if (!anchor(name) || !next_content())
        return false;
    if (at_end())
        return fail("a bracket is not closed");
    bool read = false;
    if (text_[at_] == '[') {
        read = flow_list(node, depth);
    } else if (text_[at_] == '{') {
        read = flow_map(node, depth);
    } else if (text_[at_] == '"' || text_[at_] == '\'') {
        node.kind = YamlNode::Kind::quoted;
        read = quoted(node.text);
    } else if (text_[at_] == '*') {
        read = alias(node);
    } else {
        read = flow_plain(node.text);
    }
    keep(name, node);
    return read;
}

bool YamlReader::flow_plain(std::string& out)
{
    if (std::string_view("!|>%@`").contains(text_[at_]))
        return fail("a value begins with a character that needs quotes around it");
    const std::size_t begin = at_;
    while (!at_end() && text_[at_] != '\n' && !ends_flow_word(text_[at_])) {
        const bool blank_next = at_ + 1 >= text_.size() || is_blank(text_[at_ + 1]) || text_[at_ + 1] == '\n'
            || ends_flow_word(text_[at_ + 1]);
        if ((text_[at_] == ':' && blank_next)
            || (text_[at_] == '#' && at_ > begin && is_blank(text_[at_ - 1])))
            break;
        ++at_;
    }
    out = trimmed(text_.substr(begin, at_ - begin));
    return true;
}

bool YamlReader::flow_list(YamlNode& node, int depth)
{
    node.kind = YamlNode::Kind::list;
    ++at_;
    while (true) {
        if (!next_content())
            return false;
        if (at_end())
            return fail("a [ is not closed");
        if (text_[at_] == ']')
            return ++at_, true;
        if (!flow(node.parts.emplace_back(), depth + 1) || !next_content())
            return false;
        if (!at_end() && text_[at_] == ',')
            ++at_;
        else if (at_end() || text_[at_] != ']')
            return fail("a ',' or ']' is missing");
    }
}

bool YamlReader::flow_map(YamlNode& node, int depth)
{
    node.kind = YamlNode::Kind::map;
    ++at_;
    while (true) {
        if (!next_content())
            return false;
        if (at_end())
            return fail("a { is not closed");
        if (text_[at_] == '}')
            return ++at_, true;
        std::string name;
        YamlNode value;
        const bool in_quotes = text_[at_] == '"' || text_[at_] == '\'';
        if (!(in_quotes ? quoted(name) : flow_plain(name)) || !next_content())
            return false;
        if (!at_end() && text_[at_] == ':') {
            ++at_;
            if (!next_content())
                return false;
            const bool empty = !at_end() && (text_[at_] == ',' || text_[at_] == '}');
            if (!empty && !flow(value, depth + 1))
                return false;
        }
        add(node, std::move(name), std::move(value));
        if (!next_content())
            return false;
        if (!at_end() && text_[at_] == ',')
            ++at_;
        else if (at_end() || text_[at_] != '}')
            return fail("a ',' or '}' is missing");
    }
}

} // namespace dragoman::cli
