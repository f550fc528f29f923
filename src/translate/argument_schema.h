// A tool call's arguments as its schema wants them.
//
// Weak models write "5" where a number belongs, "[\"a\"]" for a list, null for what they have nothing to say
// about, and arguments that nobody declared. What can be read in one way only is written so; all else stays
// as it came.
#pragma once

#include <string>
#include <string_view>

namespace dragoman::translate {

// `arguments` is JSON, plain UTF-8; what is no object stays itself, and so does everything for a `schema`
// that is none.
std::string follow_schema(std::string_view arguments, std::string_view schema);

// JSON for a value that was written as bare text, as the property `name` of the schema wants it: a string
// unless it wants something else and the text can be read so.
std::string bare_argument(std::string_view text, std::string_view name, std::string_view schema);

} // namespace dragoman::translate
