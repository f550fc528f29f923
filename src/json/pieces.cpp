#include "json/pieces.h"

namespace dragoman::json {

namespace {

// Below, a copy costs less than one more piece.
constexpr std::size_t shortest = 1024;

} // namespace

void Pieces::append_lasting(std::string_view part)
{
    if (part.size() < shortest) {
        own += part;
        return;
    }
    borrowed_.push_back({ own.size(), part });
    borrowed_bytes_ += part.size();
}

std::vector<std::string_view> Pieces::views() const
{
    std::vector<std::string_view> all;
    append_views(all);
    return all;
}

void Pieces::append_views(std::vector<std::string_view>& views) const
{
    views.reserve(views.size() + 2 * borrowed_.size() + 1);
    std::string_view rest = own;
    for (const Borrowed& part : borrowed_) {
        const std::size_t before = part.at - (own.size() - rest.size());
        if (before > 0)
            views.push_back(rest.substr(0, before));
        rest.remove_prefix(before);
        views.push_back(part.text);
    }
    if (!rest.empty())
        views.push_back(rest);
}

std::string Pieces::text() const
{
    std::string all;
    all.reserve(size());
    for (std::string_view part : views())
        all += part;
    return all;
}

} // namespace dragoman::json
