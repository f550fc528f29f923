// Digests and text encodings: thin, typed wrappers over OpenSSL and a base64url of our own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
std::string hex(const std::uint8_t* bytes, std::size_t size);
std::string sha256_hex(std::string_view bytes); // 64 lower-case digits

// RFC 2104, as 64 lower-case digits.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

// Compares digests of both sides, so that neither content nor length shows in the time it takes.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// RFC 4648, section 5, without padding. Decoding accepts padding and refuses everything else.
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

// RFC 4648, section 4: the alphabet of pictures and documents inside JSON. Decodes at most `bytes_max` bytes,
// enough to look at a file's head without copying the file. nullopt on a character outside the alphabet.
std::optional<std::string> base64_decode(std::string_view text, std::size_t bytes_max = SIZE_MAX);

// The digits and letters of base62, from the digest of `bytes`: ids that are a pure function of their source.
std::string base62_of_sha256(std::string_view bytes, std::size_t characters);

// RFC 3986, section 2.1. Encoding leaves letters, digits and -._~ as they are; decoding leaves what is no
// escape.
std::string percent_encode(std::string_view text);
std::string percent_decode(std::string_view text);

} // namespace dragoman
