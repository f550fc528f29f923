// A digest of 128 bits under a key that nobody outside this process knows, for tables that clients fill:
// whoever chooses the bytes cannot choose two that collide. SipHash with one round a word and three at the
// end, about 4 GB a second. https://www.aumasson.jp/siphash/siphash.pdf
#pragma once

#include <cstdint>
#include <string_view>

namespace dragoman {

class KeyedHash {
public:
    struct Key {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
    };
    struct Digest {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        bool operator==(const Digest&) const = default;
    };

    KeyedHash(); // a random key
    explicit KeyedHash(Key key)
        : key_(key)
    {
    }

    Digest operator()(std::string_view bytes) const;

private:
    Key key_;
};

} // namespace dragoman
