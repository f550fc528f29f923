#include "tokens/part_counter.h"

#include "base/limits.h"
#include "tokens/media.h"

namespace dragoman::tokens {

bool PartCounter::may_count(std::size_t bytes)
{
    gave_up_ |= bytes > new_bytes_left_;
    if (gave_up_)
        return false;
    new_bytes_left_ -= bytes;
    return true;
}

template <class Count>
std::uint64_t PartCounter::remembered(CountMemory::Kind kind, std::string_view bytes, Count count)
{
    if (!memory_ || bytes.size() < limits::remembered_part_min)
        return may_count(bytes.size()) ? count() : 0;
    if (gave_up_)
        return 0;
    const auto part = memory_->part(kind, bytes);
    if (const auto known = memory_->find(part, request_))
        return *known;
    if (!may_count(bytes.size()))
        return 0;
    const std::uint64_t tokens = count();
    memory_->remember(part, static_cast<std::uint32_t>(tokens), request_);
    return tokens;
}

std::uint64_t PartCounter::string(json::RawString text)
{
    return remembered(
        CountMemory::Kind::string, text.escaped, [&] { return std::uint64_t { counter_.count(text) }; });
}

std::uint64_t PartCounter::json(std::string_view text)
{
    return remembered(CountMemory::Kind::json, text, [&] { return std::uint64_t { counter_.count(text) }; });
}

std::uint64_t PartCounter::pdf(const anthropic::Source& source)
{
    return remembered(CountMemory::Kind::pdf, source.data.escaped, [&] { return pdf_tokens(source); });
}

} // namespace dragoman::tokens
