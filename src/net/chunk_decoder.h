// The chunked transfer coding, decoded wherever the bytes are cut. Every size line and every line end must be
// as RFC 9112 section 7.1 has them; the lenient form (answers only) lets blanks stand behind a size, which
// some servers pad with. Trailers are checked and dropped.
#pragma once

#include "net/http_syntax.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dragoman::net {

class ChunkDecoder {
public:
    enum class Mode : std::uint8_t { strict, lenient };

    explicit ChunkDecoder(Mode mode)
        : mode_(mode)
    {
    }

    // Appends the data among `bytes` to `out` and returns how many bytes were used: all of them unless the
    // end came. Nothing may follow a Problem.
    Parsed<std::size_t> decode(std::string_view bytes, std::string& out);

    // The same within `bytes` itself, which the data replaces.
    struct InPlace {
        std::size_t used; // of what was there
        std::size_t data;
    };
    Parsed<InPlace> decode_in_place(std::span<char> bytes);

    bool done() const { return state_ == State::done; }

private:
    enum class State : std::uint8_t { size, data, data_end, trailer, done };

    template <class Take> Parsed<std::size_t> decode_with(std::string_view bytes, Take take);
    std::size_t skip_plain_lines(std::string_view bytes);
    Parsed<void> take_line_byte(char c);
    Parsed<void> on_size_line();
    Parsed<void> on_trailer_line();

    Mode mode_;
    State state_ = State::size;
    std::uint64_t left_ = 0; // of the current chunk
    std::string line_; // a size line or a trailer, as far as it came
    std::size_t trailers_ = 0;
};

} // namespace dragoman::net
