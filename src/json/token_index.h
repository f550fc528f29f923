// The tokens of a JSON text, found by the kernel for this processor, with room for what the grammar adds to
// them. The memory is kept from text to text.
#pragma once

#include "json/token_scan.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace dragoman::json {

class TokenIndex {
public:
    // Why a text cannot be JSON whatever its tokens are.
    enum class Flaw : std::uint8_t { none, unclosed_string, control_character, empty, utf8 };

    // `text` is shorter than 4 GB. The kernel is another than that for this processor in tests alone.
    Flaw read(std::string_view text, const TokenKernel& kernel = token_kernel());

    std::uint32_t count() const { return count_; }
    // Where each token begins, and behind them the length of the text.
    const std::uint32_t* places() const { return reinterpret_cast<const std::uint32_t*>(memory_.get()); }
    // The token's first byte, and behind them a zero.
    const char* firsts() const { return reinterpret_cast<const char*>(after() + capacity_); }
    // A word for each token, not set here.
    std::uint32_t* after() const { return reinterpret_cast<std::uint32_t*>(memory_.get()) + capacity_; }

    bool escapes_are_fine() const { return escapes_; }
    bool has_surrogates() const { return surrogates_; }

private:
    void make_room(TokenScan& scan, std::size_t more);

    std::unique_ptr<std::byte[]> memory_ {};
    std::size_t capacity_ = 0;
    std::uint32_t count_ = 0;
    bool escapes_ = true;
    bool surrogates_ = false;
};

} // namespace dragoman::json
