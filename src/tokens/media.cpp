#include "tokens/media.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "json/escape.h"

#include <algorithm>
#include <string>

namespace dragoman::tokens {

namespace {

using std::string_view;

constexpr std::size_t picture_head = 256; // tells the size of all but a JPEG,
constexpr std::size_t jpeg_head = 256 * limits::KiB; // which may carry a thumbnail and colour tables first
constexpr string_view jpeg_mark = "\xff\xd8";
constexpr std::size_t pdf_head = 4 * limits::MiB;
constexpr std::size_t bytes_a_page = 48 * limits::KiB; // of a PDF whose objects are compressed
constexpr std::size_t pdf_small_page = 2 * limits::KiB; // no page object says more than its file can hold

std::uint32_t big_endian(string_view bytes)
{
    std::uint32_t value = 0;
    for (const char byte : bytes)
        value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

std::uint32_t little_endian(string_view bytes)
{
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
    return value;
}

std::uint8_t byte_at(string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

std::optional<PixelSize> jpeg_size(string_view file)
{
    for (std::size_t at = 2; at + 9 <= file.size();) {
        if (byte_at(file, at) != 0xFF)
            return std::nullopt;
        const auto marker = byte_at(file, at + 1);
        if (marker == 0xFF) { // a fill byte
            ++at;
            continue;
        }
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) { // markers without a segment
            at += 2;
            continue;
        }
        if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
            return PixelSize { big_endian(file.substr(at + 7, 2)), big_endian(file.substr(at + 5, 2)) };
        at += 2 + std::max(2U, big_endian(file.substr(at + 2, 2)));
    }
    return std::nullopt;
}

std::optional<PixelSize> webp_size(string_view file)
{
    if (file.size() < 30)
        return std::nullopt;
    const auto chunk = file.substr(12, 4);
    if (chunk == "VP8X")
        return PixelSize { little_endian(file.substr(24, 3)) + 1, little_endian(file.substr(27, 3)) + 1 };
    if (chunk == "VP8L") {
        const auto bits = little_endian(file.substr(21, 4));
        return PixelSize { (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1 };
    }
    if (chunk == "VP8 ")
        return PixelSize { little_endian(file.substr(26, 2)) & 0x3FFF,
            little_endian(file.substr(28, 2)) & 0x3FFF };
    return std::nullopt;
}

// At most `bytes_max` bytes of the file behind base64 text, which may have its slashes escaped.
std::string decoded_head(json::RawString data, std::size_t bytes_max)
{
    std::string unescaped;
    string_view text = data.escaped;
    if (text.substr(0, 2 * bytes_max).find('\\') != string_view::npos) {
        json::append_unescaped(unescaped, json::clip(data, 3 * bytes_max));
        text = unescaped;
    }
    const auto head = text.substr(0, (bytes_max + 2) / 3 * 4);
    return base64_decode(head, bytes_max).value_or(std::string {});
}

// Page objects are "/Type /Page", with or without the blank, and not "/Type /Pages".
std::uint64_t page_objects(string_view file)
{
    std::uint64_t pages = 0;
    for (auto at = file.find("/Type"); at != string_view::npos; at = file.find("/Type", at + 5)) {
        auto rest = file.substr(at + 5, 16);
        while (!rest.empty() && (rest[0] == ' ' || rest[0] == '\r' || rest[0] == '\n' || rest[0] == '\t'))
            rest.remove_prefix(1);
        if (rest.starts_with("/Page") && !rest.starts_with("/Pages") && !rest.starts_with("/PageLabel"))
            ++pages;
    }
    return pages;
}

} // namespace

std::optional<PixelSize> pixel_size(string_view file)
{
    if (file.starts_with("\x89PNG\r\n\x1a\n") && file.size() >= 24)
        return PixelSize { big_endian(file.substr(16, 4)), big_endian(file.substr(20, 4)) };
    if (file.starts_with("GIF8") && file.size() >= 10)
        return PixelSize { little_endian(file.substr(6, 2)), little_endian(file.substr(8, 2)) };
    if (file.starts_with(jpeg_mark))
        return jpeg_size(file);
    if (file.starts_with("RIFF") && file.size() >= 12 && file.substr(8, 4) == "WEBP")
        return webp_size(file);
    return std::nullopt;
}

std::uint64_t picture_tokens(std::optional<PixelSize> size)
{
    if (!size || size->width == 0 || size->height == 0)
        return picture_tokens_max;
    const auto pixels = std::uint64_t { size->width } * size->height;
    return std::min((pixels + 749) / 750, picture_tokens_max);
}

std::uint64_t picture_tokens(const anthropic::Source& source)
{
    if (source.type != anthropic::SourceType::base64)
        return picture_tokens_max;
    const auto head = decoded_head(source.data, picture_head);
    const bool is_jpeg = head.starts_with(jpeg_mark);
    return picture_tokens(pixel_size(is_jpeg ? decoded_head(source.data, jpeg_head) : head));
}

std::uint64_t pdf_pages(string_view file, std::size_t bytes_in_all)
{
    const auto seen = std::min<std::uint64_t>(page_objects(file), bytes_in_all / pdf_small_page + 100);
    const auto in_all = file.empty() ? 0 : seen * bytes_in_all / file.size();
    const auto pages = seen > 0 ? in_all : (bytes_in_all + bytes_a_page - 1) / bytes_a_page;
    return std::clamp<std::uint64_t>(pages, 1, pages_max);
}

std::uint64_t pdf_tokens(const anthropic::Source& source)
{
    if (source.type != anthropic::SourceType::base64)
        return page_tokens;
    const auto bytes_in_all = source.data.escaped.size() / 4 * 3;
    return pdf_pages(decoded_head(source.data, pdf_head), bytes_in_all) * page_tokens;
}

} // namespace dragoman::tokens
