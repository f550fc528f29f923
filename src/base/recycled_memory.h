// An allocator for small vectors of which there are thousands for a moment, again and again: the lists of
// blocks of a conversation. The heap keeps seven freed pieces of a size at hand; here a thread keeps all that
// the request before it needed, up to a bound.
//
//     using Blocks = std::vector<Block, RecycledMemory<Block>>;
//
// Under AddressSanitizer nothing is kept, so that what is used after its end is found.
#pragma once

#include "base/limits.h"
#include "base/recycled.h"

#include <array>
#include <cstddef>
#include <memory>
#include <type_traits>

namespace dragoman {

template <class T> class RecycledMemory {
public:
    using value_type = T;
    using is_always_equal = std::true_type;

    RecycledMemory() = default;
    template <class Other> RecycledMemory(const RecycledMemory<Other>&) { } // NOLINT: as allocators have it

    T* allocate(std::size_t count)
    {
        if (count <= most && !Kept::over) {
            Kept& kept = Kept::here();
            if (Free* first = kept.first[count]; first != nullptr) {
                kept.first[count] = first->next;
                kept.bytes -= count * sizeof(T);
                return reinterpret_cast<T*>(first); // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
            }
        }
        return std::allocator<T>().allocate(count);
    }

    void deallocate(T* memory, std::size_t count)
    {
        if (DRAGOMAN_RECYCLES && count <= most && !Kept::over) {
            Kept& kept = Kept::here();
            if (kept.bytes + count * sizeof(T) <= bytes_max) {
                kept.first[count] = std::construct_at(
                    reinterpret_cast<Free*>(memory), // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
                    Free { kept.first[count] });
                kept.bytes += count * sizeof(T);
                return;
            }
        }
        std::allocator<T>().deallocate(memory, count);
    }

    // What this thread keeps goes back to the heap: when nothing is going on.
    static void forget()
    {
        if (!Kept::over)
            Kept::here().clear();
    }

    friend bool operator==(const RecycledMemory&, const RecycledMemory&) { return true; }

private:
    static constexpr std::size_t most = 8; // elements; longer vectors are few
    static constexpr std::size_t bytes_max = limits::MiB; // of a thread

    struct Free {
        Free* next;
    };

    // Other things that end with the thread may give memory back after this has ended.
    struct Kept {
        std::array<Free*, most + 1> first {};
        std::size_t bytes = 0;

        Kept() = default;
        Kept(const Kept&) = delete;
        Kept& operator=(const Kept&) = delete;
        ~Kept()
        {
            clear();
            over = true;
        }
        void clear()
        {
            for (std::size_t count = 1; count <= most; ++count)
                while (Free* one = first[count]) {
                    first[count] = one->next;
                    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
                    std::allocator<T>().deallocate(reinterpret_cast<T*>(one), count);
                }
            bytes = 0;
        }
        static Kept& here()
        {
            thread_local Kept all;
            return all;
        }
        inline static thread_local bool over = false;
    };
};

} // namespace dragoman
