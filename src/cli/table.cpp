#include "cli/table.h"

#include <algorithm>

namespace dragoman::cli {

std::string Table::text(const Style& style, std::string_view indent) const
{
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < heads_.size(); ++column) {
        std::size_t width = columns_of(heads_[column]);
        for (const auto& row : rows_)
            width = std::max(width, columns_of(row[column]));
        widths.push_back(width);
    }
    std::string all = std::string(indent) + style.dim(line(heads_, widths)) + "\n";
    for (const auto& row : rows_)
        all += std::string(indent) + line(row, widths) + "\n";
    return all;
}

std::string Table::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const
{
    std::string all;
    for (std::size_t column = 0; column < cells.size(); ++column)
        all += column == 0 ? pad_right(cells[column], widths[column])
                           : "  " + pad_left(cells[column], widths[column]);
    return all;
}

} // namespace dragoman::cli
