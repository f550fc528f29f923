// gzip and deflate, decoded piece by piece, with a bound on how far little input may swell.
// https://www.rfc-editor.org/rfc/rfc1952  https://www.rfc-editor.org/rfc/rfc1950
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dragoman::net {

class Inflater {
public:
    // "gzip", "x-gzip", "deflate" (with zlib's wrapping or without).
    static bool understands(std::string_view content_encoding);

    Inflater();
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    // Appends at most `room` decoded bytes to `out`, and returns how many of `bytes` were used. An error is a
    // broken stream. To be called again while something is unused or has_more(), with nothing if need be.
    Result<std::size_t> decode(std::string_view bytes, std::size_t room, std::string& out);

    bool has_more() const { return has_more_; } // decoded bytes that found no room

    // The stream ended properly. Also true before its first byte: nothing decodes to nothing.
    bool done() const { return done_; }
    std::uint64_t bytes_in() const { return in_; }
    std::uint64_t bytes_out() const { return out_; }
    bool is_bomb() const; // swelled by more than limits::decompression_ratio

private:
    struct Stream;
    bool begin(std::string_view bytes);

    std::unique_ptr<Stream> stream_;
    std::uint64_t in_ = 0;
    std::uint64_t out_ = 0;
    bool done_ = true;
    bool has_more_ = false;
};

} // namespace dragoman::net
