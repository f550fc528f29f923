#include "base/spare_buffer.h"

#include "base/limits.h"
#include "base/recycled.h"

#include <array>
#include <cstddef>
#include <utility>

namespace dragoman {
namespace {

constexpr std::size_t spare_size = 64 * limits::KiB;

struct Spares {
    std::array<std::string, 4> kept;
    std::size_t count = 0;
};

Spares& spares()
{
    thread_local Spares of_this_thread;
    return of_this_thread;
}

constexpr std::size_t much = spare_size / 4;

bool has_memory(const std::string& buffer) { return buffer.capacity() > std::string().capacity(); }

void keep_or_free(std::string& empty)
{
    Spares& here = spares();
    const bool fits = empty.capacity() >= spare_size && empty.capacity() <= 2 * spare_size;
    if (fits && here.count < here.kept.size())
        here.kept[here.count++] = std::move(empty);
    else
        recycled::give(empty);
}

} // namespace

void borrow_spare(std::string& buffer)
{
    if (!buffer.empty() || has_memory(buffer))
        return;
    Spares& here = spares();
    if (here.count > 0)
        buffer = std::move(here.kept[--here.count]);
    else
        buffer.reserve(spare_size);
}

// What holds much keeps its memory: moving it before every wait would cost more than its bytes.
void return_spare(std::string& buffer)
{
    if (!has_memory(buffer))
        return;
    if (buffer.empty())
        return keep_or_free(buffer);
    if (buffer.capacity() < spare_size || buffer.size() > much)
        return;
    std::string held(buffer);
    buffer.clear();
    keep_or_free(buffer);
    buffer = std::move(held);
}

} // namespace dragoman
