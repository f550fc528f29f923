#include "anthropic/error_body.h"

#include "json/escape.h"
#include "json/writer.h"
#include "sse/encoder.h"

namespace dragoman::anthropic {

void append_error_body(std::string& out, const Error& error, std::string_view request_id)
{
    json::Writer json(out);
    json.begin_object().key("type").text("error").key("error").begin_object();
    json.key("type").text(error_type(error)).key("message").text(error.message).end_object();
    if (!request_id.empty())
        json.key("request_id").text(request_id);
    json.end_object();
}

void append_error_event(std::string& out, const Error& error, std::string_view request_id)
{
    std::string body;
    append_error_body(body, error, request_id);
    sse::append_event(out, "error", body);
}

} // namespace dragoman::anthropic
