// Result<T>: a T, or the Error that prevented it.
#pragma once

#include "base/error.h"

#include <expected>

namespace dragoman {

template <class T> using Result = std::expected<T, Error>;
using Failure = std::unexpected<Error>;

} // namespace dragoman

// Declares `name` from an expression of type Result<T>, or returns its Error. Not for coroutines.
#define ASSIGN_OR_RETURN(name, expression)                                                                   \
    auto name##_result = (expression);                                                                       \
    if (!name##_result)                                                                                      \
        return ::dragoman::Failure(std::move(name##_result).error());                                        \
    auto& name = *name##_result
