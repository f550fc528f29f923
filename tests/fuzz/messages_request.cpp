#include "anthropic/decode_request.h"
#include "base/check.h"
#include "base/error.h"
#include "fuzz/targets.h"
#include "json/document.h"
#include "translate/responses_request.h"

namespace dragoman::fuzz {

void messages_request(std::string_view bytes)
{
    static json::Document document; // It keeps its memory from body to body.
    auto request = anthropic::decode_request(document, bytes);
    if (!request) {
        CHECK(http_status(request.error()) == 400 && !request.error().message.empty());
        return;
    }
    const route::Target target { .model = "gpt-5.1", .dialect = route::Target::Dialect::responses };
    if (auto call = translate::to_responses(*request, target, {}, {}); call)
        CHECK(json::Document().parse(call->body.text()).has_value());
    else
        CHECK(http_status(call.error()) == 400);
}

} // namespace dragoman::fuzz
