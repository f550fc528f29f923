#include "json/members.h"

#include <algorithm>
#include <limits>

namespace dragoman::json {

namespace {

bool holds_backslash(std::uint64_t word)
{
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t tops = 0x8080808080808080;
    const std::uint64_t backslashes = word ^ ones * '\\';
    return ((backslashes - ones) & ~backslashes & tops) != 0;
}

} // namespace

Members::Members(Object object)
    : object_(object)
{
    const Document& document = *object.document_;
    const char* const end = document.text_.data() + document.text_.size();
    const Object::Iterator last = object.end();
    std::size_t count = 0;
    for (Object::Iterator field = object.begin(); field != last; ++field) {
        const std::string_view key = document.string_at(field.token_).escaped;
        const std::uint64_t word = first_word(key, end);
        if (count == most || holds_backslash(word)) {
            one_by_one_ = true;
            taken_ = 0;
            return;
        }
        const std::size_t slot = Name::slot_of(word);
        members_[++count] = { word, static_cast<std::uint32_t>(key.size()), field.token_, last_in(slot) };
        last_[slot] = static_cast<std::uint8_t>(count);
        taken_ |= std::uint64_t { 1 } << slot;
    }
}

bool Members::goes_on_as(const Member& member, std::string_view name) const
{
    return object_.document_->is_key(member.token, name);
}

} // namespace dragoman::json
