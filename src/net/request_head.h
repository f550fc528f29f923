// The head of a client's request, from bytes. https://www.rfc-editor.org/rfc/rfc9112#section-3
#pragma once

#include "net/exchange_io.h"
#include "net/http_syntax.h"

#include <string_view>

namespace dragoman::net {

// The first line alone, to refuse HTTP/0.9, HTTP/2 and nonsense without waiting for more. Without CRLF.
Parsed<void> check_request_line(std::string_view line);

// The whole head, blank line included. Borrows from `text`; the peer is left to the caller.
Parsed<RequestHead> parse_request_head(std::string_view text);

// What to say about a head that grew over its limit before it ended.
Problem oversized_head(std::string_view text);

} // namespace dragoman::net
