#include "base/keyed_hash.h"

#include "base/randomness.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace dragoman {

namespace {

constexpr int rounds_at_the_end = 3;

struct SipState {
    std::uint64_t v0, v1, v2, v3;

    void round()
    {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }

    void take(std::uint64_t word)
    {
        v3 ^= word;
        round();
        v0 ^= word;
    }

    std::uint64_t finish()
    {
        for (int i = 0; i < rounds_at_the_end; ++i)
            round();
        return v0 ^ v1 ^ v2 ^ v3;
    }
};

// The digests never leave the process, so bytes are taken in the machine's own order.
std::uint64_t load(const char* bytes, std::size_t size)
{
    std::uint64_t word = 0;
    if (size > 0) // nothing has no address
        std::memcpy(&word, bytes, size);
    return word;
}

KeyedHash::Key random_key()
{
    KeyedHash::Key key;
    fill_with_random_bytes({ reinterpret_cast<unsigned char*>(&key), sizeof key });
    return key;
}

} // namespace

KeyedHash::KeyedHash()
    : key_(random_key())
{
}

KeyedHash::Digest KeyedHash::operator()(std::string_view bytes) const
{
    SipState state { .v0 = key_.first ^ 0x736f6d6570736575U,
        .v1 = key_.second ^ 0x646f72616e646f6dU ^ 0xee,
        .v2 = key_.first ^ 0x6c7967656e657261U,
        .v3 = key_.second ^ 0x7465646279746573U };
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8)
        state.take(load(at, 8));
    state.take(load(at, left) | static_cast<std::uint64_t>(bytes.size()) << 56);
    state.v2 ^= 0xee;
    std::uint64_t first = state.finish();
    state.v1 ^= 0xdd;
    return { .first = first, .second = state.finish() };
}

} // namespace dragoman
