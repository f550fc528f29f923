// Columns for people: the first to the left, the others, which are numbers, to the right.
#pragma once

#include "cli/terminal.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::cli {

class Table {
public:
    explicit Table(std::vector<std::string> heads)
        : heads_(std::move(heads))
    {
    }
    void row(std::vector<std::string> cells)
    {
        rows_.push_back(std::move(cells));
    } // as many as there are heads

    // Lines that begin with `indent`.
    std::string text(const Style& style, std::string_view indent) const;

private:
    std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;

    std::vector<std::string> heads_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace dragoman::cli
