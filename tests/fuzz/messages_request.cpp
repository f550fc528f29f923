#include "anthropic/decode_request.h"
#include "base/check.h"
#include "base/error.h"
#include "fuzz/targets.h"
#include "json/document.h"

namespace dragoman::fuzz {

void messages_request(std::string_view bytes)
{
    static json::Document document; // It keeps its memory from body to body.
    auto request = anthropic::decode_request(document, bytes);
    if (!request)
        CHECK(http_status(request.error()) == 400 && !request.error().message.empty());
}

} // namespace dragoman::fuzz
