// The image of the vocabulary (vocabulary_image.h) inside the program's read-only data.
#pragma once

#include <string_view>

namespace dragoman::tokens {

std::string_view embedded_vocabulary();

} // namespace dragoman::tokens
