#include "net/buffer_cache.h"

#include "base/limits.h"
#include "base/recycled.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

namespace dragoman::net {
namespace {

constexpr std::size_t smallest = 32 * limits::KiB; // below, they are recycled like all others
constexpr std::size_t largest = 48 * limits::MiB; // a body of the usual limit, and what is made of it
constexpr std::size_t kept_bytes_max = 64 * limits::MiB;

// In steps, so that one serves many sizes.
std::size_t rounded(std::size_t size)
{
    constexpr std::size_t step = 4 * limits::MiB;
    return size <= step ? std::bit_ceil(size) : (size + step - 1) / step * step;
}

// Not for many times more than is needed: it may be held for long.
bool suits(const std::string& buffer, std::size_t size)
{
    return buffer.capacity() >= size && buffer.capacity() <= std::max(8 * size, limits::MiB);
}

// For memory that is mapped anew: its pages come by the two megabytes instead of by the four kilobytes, each
// with a fault of its own. Advice that a system may not know or follow.
// https://man7.org/linux/man-pages/man2/madvise.2.html
void prefer_huge_pages([[maybe_unused]] std::string& buffer)
{
#ifdef MADV_HUGEPAGE
    constexpr std::size_t worth_it = 4 * limits::MiB;
    static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    if (buffer.capacity() < worth_it)
        return;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): an address is rounded
    const std::uintptr_t data = reinterpret_cast<std::uintptr_t>(buffer.data());
    const std::uintptr_t begin = (data + page - 1) / page * page;
    const std::uintptr_t end = (data + buffer.capacity()) / page * page;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast,performance-no-int-to-ptr): as above
    (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

} // namespace

std::string BufferCache::take(std::size_t size)
{
    if (size < smallest)
        return recycled::take<std::string>(size);
    if (size <= largest) {
        auto found = std::find_if(
            kept_.rbegin(), kept_.rend(), [&](const std::string& buffer) { return suits(buffer, size); });
        if (found != kept_.rend()) {
            std::string buffer = std::move(*found);
            kept_.erase(std::next(found).base());
            bytes_ -= buffer.capacity();
            unused_ = std::min(unused_, kept_.size());
            return buffer;
        }
        size = rounded(size);
    }
    std::string buffer;
    buffer.reserve(size);
    prefer_huge_pages(buffer);
    return buffer;
}

void BufferCache::give(std::string&& buffer)
{
    std::size_t size = buffer.capacity();
    if (size < smallest || size > largest + limits::MiB || bytes_ + size > kept_bytes_max)
        return;
    buffer.clear();
    bytes_ += size;
    kept_.push_back(std::move(buffer));
}

void BufferCache::clear()
{
    kept_.clear();
    bytes_ = 0;
    unused_ = 0;
}

// The last that came is the first to be taken, so the unused ones are at the front.
void BufferCache::sweep()
{
    auto end = kept_.begin() + static_cast<std::ptrdiff_t>(unused_);
    for (auto buffer = kept_.begin(); buffer != end; ++buffer)
        bytes_ -= buffer->capacity();
    kept_.erase(kept_.begin(), end);
    unused_ = kept_.size();
}

} // namespace dragoman::net
