// Where fresh ids come from. Injected, so that tests fix them and nothing else in the core is random.
#pragma once

#include "base/randomness.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace dragoman {

class IdSource {
public:
    virtual ~IdSource() = default;

    // `characters` digits and letters (base62) that no earlier call gave.
    virtual std::string next(std::size_t characters) = 0;

    // "msg_", "req_", "toolu_", "srvtoolu_" and 24 characters.
    std::string with_prefix(std::string_view prefix) { return std::string(prefix) + next(24); }
};

// From the operating system's generator, a handful at a time. One per worker; not thread-safe, and not for a
// process that forks.
class RandomIds final : public IdSource {
public:
    std::string next(std::size_t characters) override;

private:
    std::array<unsigned char, random_bytes_max> bytes_ {};
    std::size_t used_ = bytes_.size();
};

// 1, 2, 3 … padded with zeros: for tests.
class CountingIds final : public IdSource {
public:
    std::string next(std::size_t characters) override;

private:
    unsigned count_ = 0;
};

} // namespace dragoman
