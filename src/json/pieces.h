// A text that is mostly another one: what is new is written here, and long parts that stay as they are remain
// where they are. Whoever sends it gathers it; nobody copies it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::json {

class Pieces {
public:
    Pieces() = default;
    explicit Pieces(std::string text)
        : own(std::move(text))
    {
    }

    std::string own {}; // grows at its end only

    // A part of a text that lives longer than this. Short ones are copied after all.
    void append_lasting(std::string_view part);

    bool borrows() const { return !borrowed_.empty(); }
    std::size_t size() const { return own.size() + borrowed_bytes_; }
    // In order, none of them empty; valid while nothing is added.
    std::vector<std::string_view> views() const;
    void append_views(std::vector<std::string_view>& views) const;

    std::string text() const; // in one piece, by copying all of it

private:
    struct Borrowed {
        std::size_t at; // in `own`, where it belongs
        std::string_view text;
    };

    std::vector<Borrowed> borrowed_ {};
    std::size_t borrowed_bytes_ = 0;
};

} // namespace dragoman::json
