#include "base/randomness.h"

#include "base/check.h"

#include <array>

#ifdef __APPLE__
#include <sys/random.h>
#else
#include <unistd.h>
#endif

namespace dragoman {

void fill_with_random_bytes(std::span<unsigned char> bytes)
{
    CHECK(::getentropy(bytes.data(), bytes.size()) == 0);
}

double random_share()
{
    std::array<unsigned char, 4> bytes {};
    fill_with_random_bytes(bytes);
    double share = 0;
    for (const unsigned char byte : bytes)
        share = (share + byte) / 256;
    return share;
}

} // namespace dragoman
