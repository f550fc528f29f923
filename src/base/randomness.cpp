#include "base/randomness.h"

#include "base/check.h"

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

} // namespace dragoman
