#include "base/id_source.h"

#include "base/check.h"

#include <openssl/rand.h>
#include <vector>

namespace dragoman {

std::string RandomIds::next(std::size_t characters)
{
    constexpr std::string_view base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::vector<unsigned char> bytes(characters);
    CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
    std::string id;
    id.reserve(characters);
    // 256 is no multiple of 62: the first eight characters come up slightly more often, which ids can bear.
    for (unsigned char byte : bytes)
        id += base62[byte % 62];
    return id;
}

std::string CountingIds::next(std::size_t characters)
{
    std::string digits = std::to_string(++count_);
    if (digits.size() < characters)
        digits.insert(0, characters - digits.size(), '0');
    return digits;
}

} // namespace dragoman
