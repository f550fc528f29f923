#include "base/encoding.h"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace dragoman {

namespace {

constexpr std::string_view base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view base64_url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base64_plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> reverse_of(std::string_view alphabet)
{
    std::array<std::int8_t, 256> table {};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}

std::optional<std::string> decode(
    std::string_view text, const std::array<std::int8_t, 256>& reverse, std::size_t bytes_max)
{
    while (!text.empty() && text.back() == '=')
        text.remove_suffix(1);
    std::string bytes;
    bytes.reserve(std::min(bytes_max, text.size() * 3 / 4 + 3));
    std::uint32_t bits = 0;
    int count = 0;
    for (char c : text) {
        const std::int8_t value = reverse[static_cast<unsigned char>(c)];
        if (value < 0)
            return std::nullopt;
        bits = bits << 6 | static_cast<std::uint8_t>(value);
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xFF);
        if (bytes.size() >= bytes_max)
            return bytes;
    }
    if (count == 6)
        return std::nullopt; // One character alone carries no byte.
    return bytes;
}

} // namespace

Sha256 sha256(std::string_view bytes)
{
    Sha256 digest {};
    unsigned size = 0;
    // Looked up once: what EVP_sha256() gives is looked up again at each use.
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr);
    return digest;
}

std::string hex(const std::uint8_t* bytes, std::size_t size)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(size * 2);
    for (std::size_t i = 0; i < size; ++i) {
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15];
    }
    return text;
}

std::string sha256_hex(std::string_view bytes)
{
    Sha256 digest = sha256(bytes);
    return hex(digest.data(), digest.size());
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes)
{
    Sha256 digest {};
    unsigned size = 0;
    ::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(), &size);
    return hex(digest.data(), digest.size());
}

bool equal_in_constant_time(std::string_view a, std::string_view b)
{
    Sha256 left = sha256(a);
    Sha256 right = sha256(b);
    return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string base64url_encode(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size() * 4 / 3 + 3);
    std::uint32_t bits = 0;
    int count = 0;
    for (char c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        count += 8;
        while (count >= 6) {
            count -= 6;
            text += base64_url[bits >> count & 63];
        }
    }
    if (count > 0)
        text += base64_url[bits << (6 - count) & 63];
    return text;
}

std::optional<std::string> base64url_decode(std::string_view text)
{
    static constexpr auto reverse = reverse_of(base64_url);
    return decode(text, reverse, SIZE_MAX);
}

std::optional<std::string> base64_decode(std::string_view text, std::size_t bytes_max)
{
    static constexpr auto reverse = reverse_of(base64_plain);
    return decode(text, reverse, bytes_max);
}

std::string base62_of_sha256(std::string_view bytes, std::size_t characters)
{
    Sha256 digest = sha256(bytes);
    std::string text;
    while (text.size() < characters) {
        for (std::uint8_t byte : digest)
            if (text.size() < characters)
                text += base62[byte % 62];
        digest = sha256({ reinterpret_cast<const char*>(digest.data()), digest.size() });
    }
    return text;
}

std::string percent_encode(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
            || std::string_view("-._~").contains(c);
        if (plain)
            out += c;
        else
            out.append("%").append(hex(&byte, 1));
    }
    return out;
}

std::string percent_decode(std::string_view text)
{
    const auto digit = [](char c) {
        const std::size_t found = std::string_view("0123456789abcdefABCDEF").find(c);
        return found == std::string_view::npos ? -1 : static_cast<int>(found < 16 ? found : found - 6);
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? digit(text[i + 1]) : -1;
        const int low = high >= 0 ? digit(text[i + 2]) : -1;
        if (low < 0) {
            out += text[i];
            continue;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

} // namespace dragoman
