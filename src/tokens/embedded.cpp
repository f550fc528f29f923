#include "tokens/embedded.h"

// The assembler takes the file in as it is. A C++ array of a megabyte would cost every build seconds, and
// #embed is not there yet. Mach-O wants an underscore and names its sections differently.
#if defined(__APPLE__)
#define DRAGOMAN_SECTION ".const_data"
#define DRAGOMAN_SYMBOL(name) "_" name
#define DRAGOMAN_SECTION_END ".text"
#else
#define DRAGOMAN_SECTION ".pushsection .rodata.dragoman_vocabulary, \"a\""
#define DRAGOMAN_SYMBOL(name) name
#define DRAGOMAN_SECTION_END ".popsection"
#endif

// clang-format off
asm(DRAGOMAN_SECTION "\n"
    ".globl " DRAGOMAN_SYMBOL("dragoman_vocabulary_begin") "\n"
    ".globl " DRAGOMAN_SYMBOL("dragoman_vocabulary_end") "\n"
    ".balign 64\n"
    DRAGOMAN_SYMBOL("dragoman_vocabulary_begin") ":\n"
    ".incbin \"" DRAGOMAN_VOCABULARY "\"\n"
    DRAGOMAN_SYMBOL("dragoman_vocabulary_end") ":\n"
    ".byte 0\n"
    DRAGOMAN_SECTION_END "\n");
// clang-format on

extern "C" {
extern const char dragoman_vocabulary_begin[];
extern const char dragoman_vocabulary_end[];
}

namespace dragoman::tokens {

std::string_view embedded_vocabulary() { return { dragoman_vocabulary_begin, dragoman_vocabulary_end }; }

} // namespace dragoman::tokens
