#include "base/encoding.h"
#include "tokens/media.h"

#include <gtest/gtest.h>

#include <string>

namespace dragoman::tokens {
namespace {

using namespace std::string_literals;

std::string base64(std::string_view bytes)
{
    std::string text = base64url_encode(bytes);
    for (auto& c : text)
        c = c == '-' ? '+' : c == '_' ? '/' : c;
    return text.append((4 - text.size() % 4) % 4, '=');
}

anthropic::Source source_of(const std::string& data)
{
    return { .type = anthropic::SourceType::base64, .data = { data } };
}

std::string png(unsigned width, unsigned height)
{
    std::string file = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s;
    for (const unsigned value : { width, height })
        for (int shift = 24; shift >= 0; shift -= 8)
            file += static_cast<char>(value >> shift & 0xFF);
    return file + "\x08\x06\0\0\0"s;
}

std::string jpeg(unsigned width, unsigned height, std::size_t before)
{
    std::string file = "\xff\xd8"s;
    for (; before > 0; before -= std::min<std::size_t>(before, 60000)) {
        const auto size = std::min<std::size_t>(before, 60000) + 2;
        file += "\xff\xe1"s + static_cast<char>(size >> 8) + static_cast<char>(size & 0xFF)
            + std::string(size - 2, 'x');
    }
    file += "\xff\xff\xc2\0\x11\x08"s; // a fill byte, then a progressive frame
    file += static_cast<char>(height >> 8);
    file += static_cast<char>(height & 0xFF);
    file += static_cast<char>(width >> 8);
    file += static_cast<char>(width & 0xFF);
    return file + "\x03\x01\x22"s;
}

TEST(PixelSize, IsReadFromThePictureFormatsOfTheApi)
{
    EXPECT_EQ(pixel_size(png(800, 600)), (PixelSize { 800, 600 }));
    EXPECT_EQ(pixel_size(jpeg(1920, 1080, 0)), (PixelSize { 1920, 1080 }));
    EXPECT_EQ(pixel_size(jpeg(4000, 3000, 130000)), (PixelSize { 4000, 3000 }));
    EXPECT_EQ(pixel_size("GIF89a\x40\x01\xf0\x00\x80\x00\x00"s), (PixelSize { 320, 240 }));
    EXPECT_EQ(pixel_size("RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x30\x01\0\x9d\x01\x2a\x80\x02\xe0\x01\0\0"s),
        (PixelSize { 640, 480 }));
    EXPECT_EQ(pixel_size("RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\x03\0\x57\x02\0"s),
        (PixelSize { 800, 600 }));
    // 14 bits each, less one: 100 is 0x63, 50 is 0x31.
    EXPECT_EQ(pixel_size("RIFF\x24\0\0\0WEBPVP8L\x0a\0\0\0\x2f\x63\x40\x0c\x00\0\0\0\0\0"s),
        (PixelSize { 100, 50 }));
}

TEST(PixelSize, IsUnknownForWhatIsCutOffOrNoPicture)
{
    EXPECT_EQ(pixel_size(""), std::nullopt);
    EXPECT_EQ(pixel_size("hello, world, this is no picture at all"), std::nullopt);
    EXPECT_EQ(pixel_size(png(8, 8).substr(0, 20)), std::nullopt);
    EXPECT_EQ(pixel_size("\xff\xd8\xff\xe1\xff\xff"), std::nullopt);
    EXPECT_EQ(pixel_size("\xff\xd8garbage garbage"), std::nullopt);
    EXPECT_EQ(pixel_size("RIFF\x24\0\0\0WEBPVP9 \x18\0\0\0\x30\x01\0\x9d\x01\x2a\x80\x02\xe0\x01\0\0"s),
        std::nullopt);
}

// C1
TEST(PictureTokens, AreOneFor750PixelsAndBounded)
{
    EXPECT_EQ(picture_tokens(PixelSize { 750, 100 }), 100U);
    EXPECT_EQ(picture_tokens(PixelSize { 1, 1 }), 1U);
    EXPECT_EQ(picture_tokens(PixelSize { 8000, 8000 }), picture_tokens_max);
    EXPECT_EQ(picture_tokens(PixelSize { 0xFFFFFFFF, 0xFFFFFFFF }), picture_tokens_max);
    EXPECT_EQ(picture_tokens(std::nullopt), picture_tokens_max);
}

TEST(PictureTokens, ComeFromTheBase64TextOfTheRequest)
{
    const auto small = base64(png(750, 100));
    EXPECT_EQ(picture_tokens(source_of(small)), 100U);
    const auto photo = base64(jpeg(750, 200, 130000) + std::string(500000, 'x'));
    EXPECT_EQ(picture_tokens(source_of(photo)), 200U);
    std::string escaped;
    for (const char c : photo)
        escaped += c == '/' ? "\\/"s : std::string(1, c);
    EXPECT_EQ(picture_tokens(source_of(escaped)), 200U);
    const auto not_base64 = "%%%%"s;
    EXPECT_EQ(picture_tokens(source_of(not_base64)), picture_tokens_max);
    EXPECT_EQ(picture_tokens({ .type = anthropic::SourceType::url, .url = { "https://example.com/a.png" } }),
        picture_tokens_max);
}

TEST(PdfPages, AreCountedByTheirObjectsOrGuessedFromTheSize)
{
    const auto page = "<< /Type /Page /Parent 1 0 R >>\n"s;
    const auto plain =
        "%PDF-1.7\n<< /Type /Pages /Kids [] >>\n<</Type/Page>>" + page + page + "<</Type/Pages>>";
    EXPECT_EQ(pdf_pages(plain, plain.size()), 3U);
    EXPECT_EQ(pdf_pages("%PDF-1.7 compressed", 480 * 1024), 10U);
    EXPECT_EQ(pdf_pages("", 0), 1U);
    EXPECT_EQ(pdf_pages("x", std::size_t { 1 } << 40), pages_max);
    EXPECT_EQ(pdf_pages(plain, 2 * plain.size()), 6U); // only half of it was looked at
}

} // namespace
} // namespace dragoman::tokens
