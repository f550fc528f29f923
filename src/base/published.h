// A value that is read all the time and now and then replaced whole. Each thread reads through a handle of
// its own, which looks at one number to see whether there is a newer value: readers take no lock, and count
// their references in memory that no other thread writes to.
//
//     Published<Config> config(std::make_shared<const Config>());
//     Published<Config>::Reader reader(config);              // one for each worker
//     std::shared_ptr<const Config> current = reader.get();  // stays what it is while somebody holds it
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace dragoman {

template <class T> class Published {
public:
    explicit Published(std::shared_ptr<const T> first)
        : value_(std::move(first))
    {
    }

    // These three from any thread.
    void replace(std::shared_ptr<const T> next)
    {
        const std::scoped_lock lock(mutex_);
        value_.swap(next);
        generation_.fetch_add(1, std::memory_order_release);
    }
    std::shared_ptr<const T> get() const
    {
        const std::scoped_lock lock(mutex_);
        return value_;
    }
    std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

    // Of one thread; what it gives may go anywhere.
    class Reader {
    public:
        explicit Reader(const Published& source)
            : source_(source)
        {
        }

        const std::shared_ptr<const T>& get()
        {
            if (generation_ != source_.generation())
                renew();
            return value_;
        }

    private:
        void renew()
        {
            const std::scoped_lock lock(source_.mutex_);
            generation_ = source_.generation();
            const auto release = [shared = source_.value_](const T*) { };
            value_ = std::shared_ptr<const T>(source_.value_.get(), release); // with a count of its own
        }

        const Published& source_;
        std::uint64_t generation_ = 0; // of none
        std::shared_ptr<const T> value_;
    };

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const T> value_;
    std::atomic<std::uint64_t> generation_ = 1;
};

} // namespace dragoman
