#include "fuzz/stream_properties.h"
#include "fuzz/targets.h"

namespace dragoman::fuzz {

void whole_stream(std::string_view bytes) { check_stream<translate::ChatAnswer>(bytes); }

} // namespace dragoman::fuzz
