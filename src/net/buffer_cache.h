// Large strings that are used again. Handing 300 KB back to the kernel after each request and faulting it in
// for the next one costs more than everything else that is done with it; so a worker keeps a few, of
// sizes that serve many. What nobody needed for a second goes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dragoman::net {

class BufferCache {
public:
    // An empty string with room for `size` bytes.
    std::string take(std::size_t size);
    void give(std::string&& buffer);
    std::size_t bytes() const { return bytes_; } // kept
    void clear(); // when nothing is going on
    void sweep(); // now and then: what was not needed since the last time goes

private:
    std::vector<std::string> kept_;
    std::size_t bytes_ = 0;
    std::size_t unused_ = 0; // of kept_: as many were always left since the last sweep
};

} // namespace dragoman::net
