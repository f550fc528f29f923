// What a picture or a document costs, from as little of its bytes as will do.
//
// Upstreams bill pictures by their size in pixels: about one token for 750 of them, scaled down beyond 1568
// pixels a side, so 1600 at most. https://docs.anthropic.com/en/docs/build-with-claude/vision
#pragma once

#include "anthropic/messages_request.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dragoman::tokens {

struct PixelSize {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool operator==(const PixelSize&) const = default;
};

// From the head of a PNG, JPEG, GIF or WebP file; nullopt when it is none of them, or too short.
std::optional<PixelSize> pixel_size(std::string_view file);

inline constexpr std::uint64_t picture_tokens_max = 1600;
inline constexpr std::uint64_t page_tokens = 2000; // text and, for models that look at it, picture
inline constexpr std::uint64_t pages_max = 1000;

// A picture whose size cannot be seen (a link, another format) counts as a large one.
std::uint64_t picture_tokens(std::optional<PixelSize> size);
std::uint64_t picture_tokens(const anthropic::Source& source);

// Pages of a PDF, at least 1: its page objects where they are readable, else a guess from the size. `file`
// may be only the beginning of one with `bytes_in_all`.
std::uint64_t pdf_pages(std::string_view file, std::size_t bytes_in_all);
std::uint64_t pdf_tokens(const anthropic::Source& source);

} // namespace dragoman::tokens
