#include "fuzz/stream_properties.h"
#include "fuzz/targets.h"
#include "translate/responses_answer.h"

namespace dragoman::fuzz {

void responses_stream(std::string_view bytes) { check_stream<translate::ResponsesAnswer>(bytes); }

} // namespace dragoman::fuzz
