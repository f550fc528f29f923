// A string that cannot reach a log by accident: it has no operator<<, no formatter, and prints as "[secret]".
// The bytes are wiped when the last owner lets go.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace dragoman {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value)
        : value_(std::move(value))
    {
    }
    Secret(const Secret&) = default;
    // Copies and wipes: moving a short string would leave its bytes behind.
    Secret(Secret&& other) noexcept
    {
        value_ = other.value_;
        other.wipe();
    }
    Secret& operator=(const Secret& other)
    {
        if (this != &other) {
            wipe();
            value_ = other.value_;
        }
        return *this;
    }
    Secret& operator=(Secret&& other) noexcept
    {
        if (this != &other) {
            wipe();
            value_ = other.value_;
            other.wipe();
        }
        return *this;
    }
    ~Secret() { wipe(); }

    bool empty() const { return value_.empty(); }
    // The one way to the bytes; every call site is a place to look at.
    std::string_view reveal() const { return value_; }
    bool operator==(const Secret&) const = default;

private:
    void wipe()
    {
        volatile char* byte = value_.data();
        for (std::size_t i = 0; i < value_.size(); ++i)
            byte[i] = 0;
        value_.clear();
    }

    std::string value_;
};

} // namespace dragoman
