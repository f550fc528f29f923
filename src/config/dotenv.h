// A .env file, as people write it for docker, Python and Node.js:
//
//     # a comment
//     export NAME=value            # a comment after a blank
//     NAME='as it stands $HOME'
//     NAME="a line\nanother"
//
// Nothing is expanded. CRLF and a byte-order mark are fine. The last of two equal names wins.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::config {

struct Dotenv {
    struct Entry {
        std::string name {};
        std::string value {};
        std::size_t line = 0;
    };
    struct Problem {
        std::size_t line = 0;
        std::string what {}; // never repeats the line
    };
    std::vector<Entry> entries {};
    std::vector<Problem> problems {}; // lines that were left out

    const Entry* find(std::string_view name) const;
};

Dotenv parse_dotenv(std::string_view text);

// The quotes that `docker --env-file` leaves around a value.
std::string_view without_quotes(std::string_view value);

} // namespace dragoman::config
