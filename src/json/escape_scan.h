// All escapes of a text in one sweep, 64 bytes at a time where the processor can.
#pragma once

#include <string_view>

namespace dragoman::json {

struct EscapeScan {
    bool valid = true; // every backslash begins an escape of RFC 8259
    bool surrogates = false; // one of them is \uD800 to \uDFFF; meaningless when not valid
};

// Of a whole JSON text: a backslash outside of its strings is taken for an escape too, which does no harm,
// since the grammar has no place for one.
EscapeScan scan_escapes(std::string_view text);

// What scan_escapes() chooses between; for tests.
EscapeScan scan_escapes_anywhere(std::string_view text);
EscapeScan scan_escapes_avx2(std::string_view text); // only where can_scan_with_avx2()
bool can_scan_with_avx2();

} // namespace dragoman::json
