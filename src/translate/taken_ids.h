// The ids of tool calls that a conversation holds already. Thousands come with every long history and few are
// ever asked for, so they lie behind one another in one piece of memory and are looked through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

class TakenIds {
public:
    TakenIds() = default;
    TakenIds(std::initializer_list<std::string_view> ids)
    {
        for (const std::string_view id : ids)
            insert(id);
    }

    // One that follows itself, as a call's result does, is kept once.
    void insert(std::string_view id)
    {
        if (text_.ends_with(id) && !ends_.empty() && text_.size() - begin_of_last() == id.size())
            return;
        text_.append(id);
        ends_.push_back(text_.size());
    }

    bool contains(std::string_view id) const
    {
        std::size_t begin = 0;
        for (const std::size_t end : ends_) {
            if (std::string_view(text_).substr(begin, end - begin) == id)
                return true;
            begin = end;
        }
        return false;
    }

private:
    std::size_t begin_of_last() const { return ends_.size() < 2 ? 0 : ends_[ends_.size() - 2]; }

    std::string text_ {};
    std::vector<std::size_t> ends_ {}; // of each id in text_
};

} // namespace dragoman::translate
