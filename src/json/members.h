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
        std::uint64_t word; // the first of the key
        std::uint32_t size; // of the key
        std::uint32_t token; // of the key
        std::size_t before; // the last one before it in the same slot; 0 when there is none
    };
    static constexpr std::size_t most = 16;

    // Of two that begin with the same eight bytes. A key that is longer may be the name with an escape.
    bool is(const Member& member, const Name& name) const
    {
        constexpr std::size_t both_words = 2 * sizeof member.word;
        const std::size_t size = name.text().size();
        if (member.size == size && size <= both_words)
            return size <= sizeof member.word || last_word(member) == name.last_word();
        return goes_on_as(member, name.text());
    }
    std::uint64_t last_word(const Member& member) const
    {
        const Document& document = *object_.document_;
        const char* const key = document.text_.data() + document.place_[member.token] + 1;
        std::uint64_t word = 0;
        std::memcpy(&word, key + member.size - sizeof word, sizeof word);
        return word;
    }
    bool goes_on_as(const Member& member, std::string_view name) const;
    std::size_t last_in(std::size_t slot) const { return (taken_ >> slot & 1) != 0 ? last_[slot] : 0; }

    Object object_;
    bool one_by_one_ = false; // nothing is kept, because there is too much or a key begins with an escape
    static_assert(Name::slots == 64);
    std::uint64_t taken_ = 0; // a bit for each slot that has members
    std::array<std::uint8_t, Name::slots> last_; // by slot that is taken, the position of the last member
    std::array<Member, most + 1> members_; // from 1 on
};

inline Value Members::find(const Name& name) const
{
    for (std::size_t i = last_in(name.slot()); i != 0; i = members_[i].before)
        if (members_[i].word == name.word() && is(members_[i], name))
            return Value(object_.document_, members_[i].token + 2);
    if (one_by_one_) [[unlikely]]
        return object_.find(name.text()).value_or(Value());
    return {};
}

} // namespace dragoman::json
