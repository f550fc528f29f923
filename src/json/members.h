// The members of an object that is asked for many names, most of which are not there. The keys are read once,
// whatever is asked for, and a name finds its key without a look at the others.
#pragma once

#include "json/document.h"
#include "json/name.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace dragoman::json {

class Members {
public:
    explicit Members(Object object);

    // As Object::find(); a value that is not there is none of the document's.
    Value find(const Name& name) const;

private:
    struct Member {
        std::uint64_t word; // key_word()
        std::uint32_t token; // of the key
        std::uint32_t before; // the last one before it in the same slot; 0 when there is none
    };
    static constexpr std::size_t most = 16;

    // Of two that begin with the same word. A key that goes on otherwise may be the name with an escape.
    bool is(const Member& member, const Name& name) const
    {
        return name.text().size() < sizeof member.word || ends_as(member, name)
            || goes_on_as(member, name.text());
    }
    bool ends_as(const Member& member, const Name& name) const
    {
        constexpr std::size_t word = sizeof member.word;
        const std::size_t size = name.text().size();
        const std::string_view text = object_.document_->text_;
        const std::size_t place = object_.document_->place_[member.token] + std::size_t { 1 };
        if (size >= text.size() - place)
            return false;
        const char* const behind = text.data() + place + size;
        if (*behind != '"')
            return false;
        return size <= 2 * word ? word_at(behind - word) == name.last_word()
                                : std::memcmp(behind - size, name.text().data(), size) == 0;
    }
    bool goes_on_as(const Member& member, std::string_view name) const;

    Object object_;
    bool one_by_one_ = false; // nothing is kept, because there is too much or a key begins with an escape
    std::array<std::uint8_t, Name::slots> last_ {}; // by slot, the position of its last member, or 0
    std::array<Member, most + 1> members_; // from 1 on
};

// In place, since of a literal all that is compared is known there.
[[gnu::always_inline]] inline Value Members::find(const Name& name) const
{
    for (std::uint32_t i = last_[name.slot()]; i != 0; i = members_[i].before)
        if (members_[i].word == name.word() && is(members_[i], name))
            return Value(object_.document_, members_[i].token + 2);
    if (one_by_one_) [[unlikely]]
        return object_.find(name.text()).value_or(Value());
    return {};
}

} // namespace dragoman::json
