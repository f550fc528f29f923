#include "gateway/tally.h"

namespace dragoman::gateway {

void Tally::add(std::string_view target, std::string_view why)
{
    const std::pair<std::string, std::string> row { target, why };
    const std::scoped_lock lock(mutex_);
    const bool is_known = rows_.size() < rows_max || rows_.contains(row);
    ++rows_[is_known ? row : std::pair<std::string, std::string> { "other", "other" }];
}

std::vector<Tally::Row> Tally::read() const
{
    std::vector<Row> all;
    const std::scoped_lock lock(mutex_);
    for (const auto& [row, count] : rows_)
        all.push_back({ row.first, row.second, count });
    return all;
}

} // namespace dragoman::gateway
