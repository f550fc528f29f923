#include "base/code_memory.h"

#ifdef __linux__
#include <cstdint>
#include <link.h>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace dragoman {

#ifdef __linux__
namespace {

// Only what is mapped from a file and cannot be written: nothing in it can be lost.
// https://man7.org/linux/man-pages/man3/dl_iterate_phdr.3.html
int give_back_object(dl_phdr_info* object, std::size_t, void*)
{
    static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const std::string_view name = object->dlpi_name; // empty: this program
    if (!name.empty() && !name.starts_with('/'))
        return 0; // the kernel's own
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr)& part =
            object->dlpi_phdr[i]; // NOLINT(cppcoreguidelines-pro-bounds-pointer-arithmetic)
        if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0)
            continue;
        const std::uintptr_t begin = (object->dlpi_addr + part.p_vaddr) / page * page;
        const std::uintptr_t end = (object->dlpi_addr + part.p_vaddr + part.p_memsz) / page * page;
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast,performance-no-int-to-ptr): an address
        (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
    return 0;
}

} // namespace

void give_code_back() { ::dl_iterate_phdr(give_back_object, nullptr); }
#else
void give_code_back() { }
#endif

} // namespace dragoman
