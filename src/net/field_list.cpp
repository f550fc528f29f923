#include "net/field_list.h"

#include <algorithm>

namespace dragoman::net {
namespace {

constexpr std::size_t usual_bytes = 1024;
constexpr std::size_t usual_fields = 24;

} // namespace

void FieldList::add(std::string_view name, std::initializer_list<std::string_view> value)
{
    std::size_t bytes = name.size();
    for (std::string_view piece : value)
        bytes += piece.size();
    const std::size_t begin = text_.size();
    if (text_.capacity() < usual_bytes || text_.capacity() - begin < bytes)
        make_room(bytes);
    text_.resize_and_overwrite(begin + bytes, [&](char* text, std::size_t size) {
        char* to = text + begin;
        to += name.copy(to, name.size());
        for (std::string_view piece : value)
            to += piece.copy(to, piece.size());
        return size;
    });
    const std::string_view both = std::string_view(text_).substr(begin);
    fields_.push_back({ both.substr(0, name.size()), both.substr(name.size()) });
}

// The fields point into the text, which must not move behind their back.
void FieldList::make_room(std::size_t bytes)
{
    if (fields_.capacity() == 0)
        fields_ = recycled::take<std::vector<Field>>(usual_fields);
    auto larger = recycled::take<std::string>(std::max(usual_bytes, 2 * (text_.size() + bytes)));
    larger = text_;
    auto moved = [&](std::string_view part) {
        return std::string_view(larger).substr(
            static_cast<std::size_t>(part.data() - text_.data()), part.size());
    };
    for (Field& field : fields_)
        field = { moved(field.name), moved(field.value) };
    text_.swap(larger);
    recycled::give(larger);
}

void FieldList::release()
{
    recycled::give(fields_);
    recycled::give(text_);
}

} // namespace dragoman::net
