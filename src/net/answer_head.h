// The head of an upstream's answer, from bytes. https://www.rfc-editor.org/rfc/rfc9112#section-4
#pragma once

#include "net/http_syntax.h"

#include <string_view>
#include <vector>

namespace dragoman::net {

struct AnswerHead {
    int status = 0;
    std::vector<Field> fields; // borrow from the text
    Framing framing; // neither: the body ends with the connection
    bool keep_alive = true;

    std::string_view field(std::string_view name) const;
    bool has_body() const { return status >= 200 && status != 204 && status != 304; }
};

// The whole head, blank line included.
Parsed<AnswerHead> parse_answer_head(std::string_view text);

} // namespace dragoman::net
