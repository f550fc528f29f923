#include "json/members.h"

namespace dragoman::json {

Members::Members(Object object)
    : object_(object)
{
    const Document& document = *object.document_;
    const char* const text = document.text_.data();
    const char* const end = text + document.text_.size();
    const Object::Iterator last = object.end();
    std::uint32_t count = 0;
    for (Object::Iterator field = object.begin(); field != last; ++field) {
        const std::uint64_t word = key_word(text + document.place_[field.token_] + 1, end);
        if (count == most || marks_of(word, '\\') != 0) {
            one_by_one_ = true;
            last_ = {};
            return;
        }
        const std::size_t slot = Name::slot_of(word);
        members_[++count] = { word, field.token_, last_[slot] };
        last_[slot] = static_cast<std::uint8_t>(count);
    }
}

bool Members::goes_on_as(const Member& member, std::string_view name) const
{
    return object_.document_->is_key(member.token, name);
}

} // namespace dragoman::json
