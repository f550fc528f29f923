// How many tokens the parts of conversations were that have been counted before, so that a history that grows
// costs only what is new. A part is known by a digest of its bytes under a key of this process, never by the
// bytes themselves.
//
// Shared by all threads without a lock. An entry's digest is kept xor its count, so an entry that two
// threads wrote at once, or that is read while it is written, belongs to no part that anybody asks for. Of
// the eight places where a part may stand, the one used longest ago gives way.
#pragma once

#include "base/keyed_hash.h"
#include "base/limits.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace dragoman::tokens {

class CountMemory {
public:
    // What the bytes were counted as: the same ones may be the inside of a string, or JSON as it stands.
    enum class Kind : std::uint8_t { string, json, pdf };
    using Part = KeyedHash::Digest;

    explicit CountMemory(std::size_t parts_max = limits::remembered_counts);

    // What to call the present request by when find() and remember() are asked.
    std::uint32_t begin_request() { return requests_.fetch_add(1, std::memory_order_relaxed); }

    Part part(Kind kind, std::string_view bytes) const;
    std::optional<std::uint32_t> find(const Part& part, std::uint32_t request);
    void remember(const Part& part, std::uint32_t tokens, std::uint32_t request);

private:
    struct Entry { // used through atomic_ref only, since the memory comes zeroed from the system
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        std::uint32_t tokens = 0;
        std::uint32_t used_by = 0; // request
    };
    struct Release {
        void operator()(Entry* entries) const;
    };
    Entry* bucket_of(const Part& part) { return &entries_[(part.first & bucket_mask_) * ways]; }

    static constexpr std::size_t ways = 8;

    KeyedHash hash_;
    std::size_t bucket_mask_;
    std::unique_ptr<Entry[], Release> entries_; // pages that no part fell into take no memory
    std::atomic<std::uint32_t> requests_ = 1;
};

} // namespace dragoman::tokens
