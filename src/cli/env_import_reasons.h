// Why a variable of another proxy has no place in dragoman's configuration, and what to do instead.
#pragma once

#include <string_view>

namespace dragoman::cli {

std::string_view reason_to_leave(std::string_view name);

} // namespace dragoman::cli
