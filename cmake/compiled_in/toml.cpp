// The part of toml++ that its headers leave to the library.
#define TOML_IMPLEMENTATION
#include <toml++/toml.h>
