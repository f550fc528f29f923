// The packed vocabulary, as it stands inside the program (see data/make_o200k_base.mjs for its form).
#pragma once

#include <string_view>

namespace dragoman::tokens {

std::string_view embedded_vocabulary();

} // namespace dragoman::tokens
