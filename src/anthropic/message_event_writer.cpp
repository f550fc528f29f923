#include "anthropic/message_event_writer.h"

#include "anthropic/message_usage.h"
#include "json/escape.h"

#include <charconv>

namespace dragoman::anthropic {

namespace {

void append(std::string& out, std::string_view text) { out.append(text); }
void append(std::string& out, json::RawString string) { out.append(string.escaped); }
void append(std::string& out, std::uint32_t number)
{
    char digits[12];
    auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, end);
}

constexpr std::string_view start = "content_block_start";
constexpr std::string_view delta = "content_block_delta";

} // namespace

// Literals are JSON as it goes over the wire; what stands between them is escaped already, or needs no
// escape.
template <class... Parts> void MessageEventWriter::event(std::string_view name, const Parts&... data)
{
    out_->append("event: ").append(name).append("\ndata: ");
    (append(*out_, data), ...);
    out_->append("\n\n");
}

void MessageEventWriter::message_start(std::string_view id, std::string_view model)
{
    std::string name = json::escape(model);
    event("message_start", R"({"type":"message_start","message":{"id":")", id,
        R"(","type":"message","role":"assistant","model":")", name,
        R"(","content":[],"stop_reason":null,"stop_sequence":null,"stop_details":null,)",
        R"("usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,)",
        R"("output_tokens":0}}})");
    event("ping", R"({"type":"ping"})");
}

void MessageEventWriter::text_start()
{
    event(start, R"({"type":"content_block_start","index":)", index_,
        R"(,"content_block":{"type":"text","text":""}})");
}

void MessageEventWriter::text_delta(json::RawString text)
{
    event(delta, R"({"type":"content_block_delta","index":)", index_,
        R"(,"delta":{"type":"text_delta","text":")", text, R"("}})");
}

void MessageEventWriter::thinking_start()
{
    event(start, R"({"type":"content_block_start","index":)", index_,
        R"(,"content_block":{"type":"thinking","thinking":"","signature":""}})");
}

void MessageEventWriter::thinking_delta(json::RawString text)
{
    event(delta, R"({"type":"content_block_delta","index":)", index_,
        R"(,"delta":{"type":"thinking_delta","thinking":")", text, R"("}})");
}

void MessageEventWriter::signature_delta(json::RawString signature)
{
    event(delta, R"({"type":"content_block_delta","index":)", index_,
        R"(,"delta":{"type":"signature_delta","signature":")", signature, R"("}})");
}

void MessageEventWriter::tool_use_start(std::string_view id, json::RawString name)
{
    event(start, R"({"type":"content_block_start","index":)", index_,
        R"(,"content_block":{"type":"tool_use","id":")", id, R"(","name":")", name, R"(","input":{}}})");
}

void MessageEventWriter::input_json_delta(json::RawString partial_json)
{
    event(delta, R"({"type":"content_block_delta","index":)", index_,
        R"(,"delta":{"type":"input_json_delta","partial_json":")", partial_json, R"("}})");
}

void MessageEventWriter::block_stop()
{
    event("content_block_stop", R"({"type":"content_block_stop","index":)", index_, "}");
    ++index_;
}

void MessageEventWriter::redacted_thinking(json::RawString data)
{
    event(start, R"({"type":"content_block_start","index":)", index_,
        R"(,"content_block":{"type":"redacted_thinking","data":")", data, R"("}})");
    block_stop();
}

void MessageEventWriter::web_search(std::string_view id, std::string_view query)
{
    event(start, R"({"type":"content_block_start","index":)", index_,
        R"(,"content_block":{"type":"server_tool_use","id":")", id, R"(","name":"web_search","input":{}}})");
    std::string input;
    json::Writer(input).begin_object().key("query").text(query).end_object();
    input_json_delta({ json::escape(input) });
    block_stop();
}

void MessageEventWriter::web_search_results(std::string_view id, std::span<const WebSearchResult> results)
{
    std::string content;
    json::Writer json(content);
    write_web_search_results(json, results);
    event(start, R"({"type":"content_block_start","index":)", index_,
        R"(,"content_block":{"type":"web_search_tool_result","tool_use_id":")", id, R"(","content":)",
        content, "}}");
    block_stop();
}

void MessageEventWriter::web_search_failed(std::string_view id, std::string_view error_code)
{
    event(start, R"({"type":"content_block_start","index":)", index_,
        R"(,"content_block":{"type":"web_search_tool_result","tool_use_id":")", id,
        R"(","content":{"type":"web_search_tool_result_error","error_code":")", error_code, R"("}}})");
    block_stop();
}

void MessageEventWriter::message_end(const MessageEnd& end)
{
    std::string data;
    json::Writer json(data);
    json.begin_object().key("type").text("message_delta").key("delta").begin_object();
    write_stop(json, end);
    json.end_object().key("usage");
    write_usage(json, end.usage);
    json.end_object();
    event("message_delta", data);
    event("message_stop", R"({"type":"message_stop"})");
}

} // namespace dragoman::anthropic
