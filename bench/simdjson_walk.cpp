#include "simdjson_walk.h"

#include <simdjson.h>

#include <dlfcn.h>
#include <filesystem>
#include <stdexcept>

namespace bench {

static_assert(SimdjsonWalk::padding >= simdjson::SIMDJSON_PADDING);

namespace {

template <class Function> Function* function_of(void* library, const char* name)
{
    void* found = dlsym(library, name);
    if (!found)
        throw std::runtime_error(std::string("a library of the walk has no ") + name);
    return reinterpret_cast<Function*>(found);
}

} // namespace

// The libraries stand beside the program.
SimdjsonWalk::SimdjsonWalk()
    : kernel_(simdjson::get_active_implementation()->name())
{
    const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    library_ = dlopen((folder / ("walk_" + kernel_ + ".so")).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library_)
        throw std::runtime_error(dlerror());
    if (function_of<const char*()>(library_, "kernel")() != kernel_)
        throw std::runtime_error(
            "the library of the walk for " + kernel_ + " was compiled for another kernel");
    parser_ = function_of<void*()>(library_, "new_parser")();
    free_parser_ = function_of<void(void*)>(library_, "free_parser");
    walk_ = function_of<std::size_t(void*, const char*, std::size_t, std::size_t)>(library_, "walk");
}

SimdjsonWalk::~SimdjsonWalk()
{
    free_parser_(parser_);
    dlclose(library_);
}

std::size_t SimdjsonWalk::values(const std::string& padded) const
{
    return walk_(parser_, padded.data(), padded.size(), padded.capacity());
}

} // namespace bench
