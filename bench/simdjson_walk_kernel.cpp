// The walk itself, compiled once for each kernel, with that kernel's instructions and everything hidden but
// its three functions.
#include <simdjson.h>

#include <cstddef>

namespace {

using namespace simdjson;

std::size_t walk_value(ondemand::value value);

std::size_t walk_object(ondemand::object object)
{
    std::size_t seen = 1;
    for (auto field : object) {
        const ondemand::raw_json_string key = field.key();
        seen += key.raw() != nullptr ? walk_value(field.value()) : 0;
    }
    return seen;
}

std::size_t walk_array(ondemand::array array)
{
    std::size_t seen = 1;
    for (ondemand::value element : array)
        seen += walk_value(element);
    return seen;
}

std::size_t walk_value(ondemand::value value)
{
    switch (value.type()) {
    case ondemand::json_type::object:
        return walk_object(value);
    case ondemand::json_type::array:
        return walk_array(value);
    case ondemand::json_type::string: {
        const ondemand::raw_json_string text = value.get_raw_json_string();
        return text.raw() != nullptr ? 1 : 0;
    }
    default:
        return value.raw_json_token().empty() ? 0 : 1;
    }
}

} // namespace

#define WALK_EXPORT extern "C" __attribute__((visibility("default")))

WALK_EXPORT const char* kernel() { return SIMDJSON_STRINGIFY(SIMDJSON_BUILTIN_IMPLEMENTATION); }

WALK_EXPORT void* new_parser() { return new ondemand::parser; }

WALK_EXPORT void free_parser(void* parser) { delete static_cast<ondemand::parser*>(parser); }

WALK_EXPORT std::size_t walk(void* parser, const char* text, std::size_t size, std::size_t capacity)
{
    try {
        ondemand::document document =
            static_cast<ondemand::parser*>(parser)->iterate(padded_string_view(text, size, capacity));
        return walk_object(document.get_object());
    } catch (const simdjson_error&) {
        return 0;
    }
}
