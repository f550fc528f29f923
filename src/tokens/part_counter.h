// Counts the parts of one request: what a memory knows is looked up, the rest is counted and remembered.
#pragma once

#include "anthropic/messages_request.h"
#include "json/raw.h"
#include "tokens/count_memory.h"
#include "tokens/encoder.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dragoman::tokens {

class PartCounter {
public:
    PartCounter() = default; // remembers nothing
    explicit PartCounter(CountMemory& memory, std::size_t new_bytes_max = SIZE_MAX)
        : memory_(&memory)
        , request_(memory.begin_request())
        , new_bytes_left_(new_bytes_max)
    {
    }

    std::uint64_t string(json::RawString text);
    std::uint64_t json(std::string_view text);
    std::uint64_t pdf(const anthropic::Source& source);

    // More bytes were new than allowed: what was counted since is zero.
    bool gave_up() const { return gave_up_; }

private:
    template <class Count>
    std::uint64_t remembered(CountMemory::Kind kind, std::string_view bytes, Count count);
    bool may_count(std::size_t bytes);

    CountMemory* memory_ = nullptr;
    std::uint32_t request_ = 0;
    std::size_t new_bytes_left_ = SIZE_MAX;
    bool gave_up_ = false;
    Counter counter_;
};

} // namespace dragoman::tokens
