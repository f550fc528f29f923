#include "cli/yaml_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace dragoman::cli {
namespace {

constexpr int depth_max = 64;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool ends_word(std::string_view text, std::size_t at)
{
    return at >= text.size() || is_blank(text[at]) || text[at] == '\n';
}

} // namespace

YamlReader::YamlReader(std::string_view text)
    : text_(text)
{
    if (text_.starts_with("\xef\xbb\xbf"))
        text_.remove_prefix(3);
}

bool YamlReader::fail(std::string_view what)
{
    const auto before = text_.substr(0, std::min(at_, text_.size()));
    if (!error_)
        error_ = Error::bad_request(fmt::format("line {}: {}", std::ranges::count(before, '\n') + 1, what));
    return false;
}

std::size_t YamlReader::column() const
{
    const std::size_t line = at_ == 0 ? std::string_view::npos : text_.rfind('\n', at_ - 1);
    return line == std::string_view::npos ? at_ : at_ - line - 1;
}

bool YamlReader::at_marker(std::string_view marker) const
{
    return column() == 0 && text_.substr(at_).starts_with(marker) && ends_word(text_, at_ + marker.size());
}

void YamlReader::skip_blanks()
{
    while (!at_end() && is_blank(text_[at_]))
        ++at_;
}

bool YamlReader::next_content()
{
    while (true) {
        const std::size_t begin = at_;
        skip_blanks();
        if (at_end())
            return true;
        if (text_[at_] == '\n') {
            ++at_;
            continue;
        }
        const bool comment = text_[at_] == '#' && (at_ == 0 || text_[at_ - 1] == '\n' || at_ > begin);
        if (comment) {
            at_ = line_end();
            continue;
        }
        const std::size_t line = at_ - column();
        if (text_.substr(line, at_ - line).contains('\t') && begin <= line)
            return fail("a tab stands where only blanks may: indentation is made of blanks in YAML");
        return true;
    }
}

bool YamlReader::end_line()
{
    const std::size_t begin = at_;
    skip_blanks();
    if (at_end() || text_[at_] == '\n' || (text_[at_] == '#' && at_ > begin)) {
        at_ = line_end();
        return true;
    }
    return fail("something follows a value on its line; text with special characters needs quotes");
}

bool YamlReader::starts_list() const { return !at_end() && text_[at_] == '-' && ends_word(text_, at_ + 1); }

// Whether "name:" stands here.
bool YamlReader::starts_key() const
{
    const std::string_view line = rest_of_line();
    std::size_t end = 0;
    if (line.starts_with('"') || line.starts_with('\'')) {
        const char quote = line.front();
        end = 1;
        while (end < line.size() && line[end] != quote)
            end += line[end] == '\\' && quote == '"' ? 2 : 1;
        ++end;
        while (end < line.size() && is_blank(line[end]))
            ++end;
        return end < line.size() && line[end] == ':' && ends_word(line, end + 1);
    }
    for (; end < line.size(); ++end) {
        if (line[end] == ':' && ends_word(line, end + 1))
            return true;
        if (line[end] == '#' && end > 0 && is_blank(line[end - 1]))
            return false;
    }
    return false;
}

bool YamlReader::key(std::string& name)
{
    if (text_[at_] == '"' || text_[at_] == '\'') {
        if (!quoted(name))
            return false;
        skip_blanks();
    } else if (std::string_view("?*&!|>%@`[{").contains(text_[at_])) {
        return fail("a name begins with a character that needs quotes around it");
    } else {
        const std::size_t begin = at_;
        while (text_[at_] != ':' || !ends_word(text_, at_ + 1))
            ++at_;
        name = text_.substr(begin, at_ - begin);
        name.erase(name.find_last_not_of(" \t") + 1);
    }
    ++at_; // the colon
    return true;
}

// Of two equal names the later counts, as it does for PyYAML.
void YamlReader::add(YamlNode& map, std::string name, YamlNode value)
{
    const auto found = std::ranges::find(map.names, name);
    if (found != map.names.end()) {
        map.parts[static_cast<std::size_t>(found - map.names.begin())] = std::move(value);
        return;
    }
    map.names.push_back(std::move(name));
    map.parts.push_back(std::move(value));
}

bool YamlReader::block(YamlNode& node, std::size_t indent, int depth)
{
    if (depth > depth_max)
        return fail("too many levels inside each other");
    if (starts_list())
        return block_list(node, indent, depth);
    const bool quoted_or_plain = !std::string_view("&*!|>[{").contains(text_[at_]);
    if (quoted_or_plain && starts_key())
        return block_map(node, indent, depth);
    return value_on_line(node, indent, depth);
}

bool YamlReader::block_list(YamlNode& node, std::size_t indent, int depth)
{
    node.kind = YamlNode::Kind::list;
    while (!at_end() && column() == indent && starts_list()) {
        ++at_;
        YamlNode& part = node.parts.emplace_back();
        skip_blanks();
        const bool has_more = !at_end() && text_[at_] != '\n' && text_[at_] != '#';
        if (has_more) {
            // "- name: value" is a map whose column is that of its first name.
            if (!block(part, column(), depth + 1))
                return false;
        } else {
            if (!next_content())
                return false;
            if (!at_end() && column() > indent && !block(part, column(), depth + 1))
                return false;
        }
        if (!next_content())
            return false;
    }
    if (!at_end() && column() > indent)
        return fail("the indentation fits to no line above");
    return true;
}

bool YamlReader::block_map(YamlNode& node, std::size_t indent, int depth)
{
    node.kind = YamlNode::Kind::map;
    std::vector<YamlNode> merged;
    while (!at_end() && column() == indent && !starts_list() && !at_marker("---") && !at_marker("...")) {
        if (!starts_key())
            return fail("a name with a ':' behind it is missing");
        std::string name;
        YamlNode value;
        if (!key(name) || !value_of_key(value, indent, depth) || !next_content())
            return false;
        if (name == "<<")
            merged.push_back(std::move(value));
        else
            add(node, std::move(name), std::move(value));
    }
    for (const YamlNode& one : merged) {
        if (one.kind == YamlNode::Kind::map)
            merge(node, one);
        for (const YamlNode& part : one.kind == YamlNode::Kind::list ? one.parts : std::vector<YamlNode> {})
            merge(node, part);
    }
    if (!at_end() && column() > indent)
        return fail("the indentation fits to no line above");
    return true;
}

// Behind "name:", on the same line or on the following ones.
bool YamlReader::value_of_key(YamlNode& node, std::size_t indent, int depth)
{
    skip_blanks();
    std::string name;
    if (!anchor(name))
        return false;
    const bool on_line = !at_end() && text_[at_] != '\n' && text_[at_] != '#';
    if (on_line) {
        if (!value_on_line(node, indent + 1, depth))
            return false;
    } else {
        if (!next_content())
            return false;
        const bool nested = !at_end() && column() > indent && !at_marker("---");
        const bool list = !at_end() && column() == indent && starts_list();
        if ((nested || list) && !block(node, column(), depth + 1))
            return false;
    }
    keep(name, node);
    return true;
}

// Anything but a block of names or dashes.
bool YamlReader::value_on_line(YamlNode& node, std::size_t indent, int depth)
{
    std::string name;
    if (!anchor(name))
        return false;
    if (at_end() || text_[at_] == '\n') { // "- &name", and the block below it
        if (!next_content() || (!at_end() && column() >= indent && !block(node, column(), depth + 1)))
            return false;
        keep(name, node);
        return true;
    }
    const char c = text_[at_];
    bool read = false;
    if (!name.empty() && (starts_list() || starts_key()))
        return fail("behind a & the block begins in the next line");
    if (c == '*')
        read = alias(node) && end_line();
    else if (c == '!')
        return fail("tags such as !!str are not understood here; write the value without it");
    else if (c == '|' || c == '>')
        read = block_text(node, indent);
    else if (c == '[' || c == '{')
        read = flow(node, depth + 1) && end_line();
    else if (c == '"' || c == '\'') {
        node.kind = YamlNode::Kind::quoted;
        read = quoted(node.text) && end_line();
    } else
        read = plain(node, indent);
    keep(name, node);
    return read;
}

Result<YamlNode> YamlReader::read()
{
    YamlNode node { .kind = YamlNode::Kind::map };
    if (next_content() && !at_end() && text_[at_] == '%' && column() == 0)
        fail("directives (%) are not understood here");
    if (!error_ && !at_end() && at_marker("---"))
        at_ += 3;
    if (!error_ && next_content() && !at_end() && block(node, column(), 0) && next_content() && !at_end()) {
        if (at_marker("---"))
            fail("a second document begins; there may be only one");
        else if (!at_marker("..."))
            fail("the indentation fits to no line above");
    }
    if (error_)
        return Failure(*error_);
    return node;
}

} // namespace dragoman::cli
