// Reads a YAML text, from left to right and line by line. yaml_reader.cpp has the blocks, whose structure is
// their indentation; yaml_scalars.cpp has what stands on a line: strings, flow, anchors.
#pragma once

#include "base/result.h"
#include "cli/yaml_node.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

class YamlReader {
public:
    explicit YamlReader(std::string_view text);
    Result<YamlNode> read();

private:
    // Every function that reads says whether it could; the first that could not says why.
    bool fail(std::string_view what);

    // Where it stands: the column of `at_` within its line, and the line's end.
    std::size_t column() const;
    std::size_t line_end() const { return std::min(text_.find('\n', at_), text_.size()); }
    std::string_view rest_of_line() const { return text_.substr(at_, line_end() - at_); }
    bool at_end() const { return at_ >= text_.size(); }
    bool at_marker(std::string_view marker) const; // "---" or "..." at the beginning of a line
    bool next_content(); // to the next character that is neither blank nor comment; the end is fine
    void skip_blanks(); // on this line
    bool end_line(); // nothing but a comment may follow on this line

    // Blocks. `indent` is the column of their first character; of a value the least column it may have.
    bool block(YamlNode& node, std::size_t indent, int depth);
    bool block_list(YamlNode& node, std::size_t indent, int depth);
    bool block_map(YamlNode& node, std::size_t indent, int depth);
    bool value_of_key(YamlNode& node, std::size_t indent, int depth);
    bool value_on_line(YamlNode& node, std::size_t indent, int depth);
    bool starts_list() const;
    bool starts_key() const;
    bool key(std::string& name);
    void add(YamlNode& map, std::string name, YamlNode value);

    // What stands on a line.
    bool anchor(std::string& name); // empty: there is none
    bool alias(YamlNode& node);
    bool plain(YamlNode& node, std::size_t indent);
    bool quoted(std::string& out);
    bool single_quoted(std::string& out);
    bool double_quoted(std::string& out);
    bool escape(std::string& out);
    bool fold(std::string& out);
    bool block_text(YamlNode& node, std::size_t indent);
    bool flow(YamlNode& node, int depth);
    bool flow_list(YamlNode& node, int depth);
    bool flow_map(YamlNode& node, int depth);
    bool flow_plain(std::string& out);
    void keep(const std::string& anchor, const YamlNode& node);

    std::string_view text_;
    std::size_t at_ = 0;
    std::map<std::string, YamlNode, std::less<>> anchors_ {};
    std::size_t copied_ = 0; // nodes, by aliases
    std::optional<Error> error_ {};
};

} // namespace dragoman::cli
