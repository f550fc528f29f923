// Header fields in the making: copies of the texts, behind one another in memory that is recycled.
#pragma once

#include "base/recycled.h"
#include "net/exchange_io.h"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::net {

class FieldList {
public:
    FieldList() = default;
    FieldList(FieldList&&) = default; // the texts stay where they are
    FieldList& operator=(FieldList&&) = delete;
    ~FieldList()
    {
        if (!fields_.empty()) // as it is nearly always: it was moved, or released
            release();
    }

    void add(std::string_view name, std::string_view value) { add(name, { value }); }
    void add(std::string_view name, std::initializer_list<std::string_view> value); // in pieces

    // Valid while nothing is added and the list lives, wherever it is moved to.
    std::span<const Field> fields() const { return fields_; }

    // Empties it, and lets its memory be used by others.
    void release();

private:
    void make_room(std::size_t bytes);

    std::string text_ {};
    std::vector<Field> fields_ {}; // of text_
};

} // namespace dragoman::net
