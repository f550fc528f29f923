#include "net/buffer_cache.h"

#include "base/limits.h"
#include "base/recycled.h"

#include <algorithm>
#include <bit>

namespace dragoman::net {
namespace {

constexpr std::size_t smallest = 32 * limits::KiB; // below, they are recycled like all others
constexpr std::size_t largest = 8 * limits::MiB;
constexpr std::size_t kept_bytes_max = 32 * limits::MiB;

} // namespace

std::string BufferCache::take(std::size_t size)
{
    auto fits = [&](const std::string& buffer) { return buffer.capacity() >= size; };
    if (size < smallest)
        return recycled::take<std::string>(size);
    if (size <= largest) {
        auto found = std::find_if(kept_.rbegin(), kept_.rend(), fits);
        if (found != kept_.rend()) {
            std::string buffer = std::move(*found);
            kept_.erase(std::next(found).base());
            bytes_ -= buffer.capacity();
            unused_ = std::min(unused_, kept_.size());
            return buffer;
        }
        size = std::bit_ceil(size);
    }
    std::string buffer;
    buffer.reserve(size);
    return buffer;
}

void BufferCache::give(std::string&& buffer)
{
    std::size_t size = buffer.capacity();
    if (size < smallest || size > 2 * largest || bytes_ + size > kept_bytes_max)
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
