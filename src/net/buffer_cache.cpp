#include "net/buffer_cache.h"

#include "base/limits.h"

#include <algorithm>
#include <bit>

namespace dragoman::net {
namespace {

constexpr std::size_t smallest = 32 * limits::KiB; // below, malloc is as good
constexpr std::size_t largest = 8 * limits::MiB;
constexpr std::size_t kept_bytes_max = 32 * limits::MiB;

} // namespace

std::string BufferCache::take(std::size_t size)
{
    auto fits = [&](const std::string& buffer) { return buffer.capacity() >= size; };
    if (size >= smallest && size <= largest) {
        auto found = std::find_if(kept_.rbegin(), kept_.rend(), fits);
        if (found != kept_.rend()) {
            std::string buffer = std::move(*found);
            kept_.erase(std::next(found).base());
            bytes_ -= buffer.capacity();
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
}

} // namespace dragoman::net
