#include "base/spare_buffer.h"

#include "base/limits.h"

#include <array>
#include <cstddef>

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

// What holds much keeps its memory: moving it before every wait would cost more than its bytes.
bool is_to_return(const std::string& buffer)
{
    return buffer.capacity() >= spare_size && buffer.size() <= much;
}

} // namespace

void borrow_spare(std::string& buffer)
{
    if (!buffer.empty() || buffer.capacity() > std::string().capacity())
        return;
    Spares& here = spares();
    if (here.count > 0)
        here.kept[--here.count].swap(buffer);
    else
        buffer.reserve(spare_size);
}

void return_spare(std::string& buffer)
{
    if (!is_to_return(buffer)) {
        if (buffer.empty())
            std::string().swap(buffer);
        return;
    }
    Spares& here = spares();
    if (buffer.empty() && buffer.capacity() <= 2 * spare_size && here.count < here.kept.size())
        return here.kept[here.count++].swap(buffer);
    std::string rest(buffer);
    rest.swap(buffer);
    if (rest.capacity() > 2 * spare_size || here.count == here.kept.size())
        return;
    rest.clear();
    here.kept[here.count++].swap(rest);
}

} // namespace dragoman
