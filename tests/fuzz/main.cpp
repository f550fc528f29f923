// libFuzzer's entry; one program per target, which FUZZ_TARGET names.
#include "fuzz/targets.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    dragoman::fuzz::FUZZ_TARGET({ reinterpret_cast<const char*>(data), size });
    return 0;
}
