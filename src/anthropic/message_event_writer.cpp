#include "anthropic/message_event_writer.h"

#include "anthropic/message_usage.h"
#include "json/escape.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

namespace dragoman::anthropic {

namespace {

// A number as text.
class Digits {
public:
    explicit Digits(std::uint32_t number)
        : end_(std::to_chars(digits_.data(), digits_.data() + digits_.size(), number).ptr)
    {
    }
    std::string_view text() const { return { digits_.data(), end_ }; }

private:
    std::array<char, 12> digits_;
    char* end_;
};

std::string_view text_of(std::string_view text) { return text; }
std::string_view text_of(json::RawString string) { return string.escaped; }
std::string_view text_of(const Digits& number) { return number.text(); }

// In one go: a stream is made of this.
void append(std::string& out, std::initializer_list<std::string_view> pieces)
{
    std::size_t before = out.size();
    std::size_t size = before;
    for (std::string_view piece : pieces)
        size += piece.size();
    out.resize_and_overwrite(size, [&](char* data, std::size_t) {
        char* at = data + before;
        for (std::string_view piece : pieces)
            at = std::copy_n(piece.data(), piece.size(), at);
        return size;
    });
}

constexpr std::string_view start = "content_block_start";
constexpr std::string_view delta = "content_block_delta";

} // namespace

// Literals are JSON as it goes over the wire; what stands between them is escaped already, or needs no
// escape.
template <class... Parts> void MessageEventWriter::event(std::string_view name, const Parts&... data)
{
    append(*out_, { "event: ", name, "\ndata: ", text_of(data)..., "\n\n" });
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
    event(start, R"({"type":"content_block_start","index":)", Digits(index_),
        R"(,"content_block":{"type":"text","text":""}})");
}

void MessageEventWriter::text_delta(json::RawString text)
{
    event(delta, R"({"type":"content_block_delta","index":)", Digits(index_),
        R"(,"delta":{"type":"text_delta","text":")", text, R"("}})");
}

void MessageEventWriter::thinking_start()
{
    event(start, R"({"type":"content_block_start","index":)", Digits(index_),
        R"(,"content_block":{"type":"thinking","thinking":"","signature":""}})");
}

void MessageEventWriter::thinking_delta(json::RawString text)
{
    event(delta, R"({"type":"content_block_delta","index":)", Digits(index_),
        R"(,"delta":{"type":"thinking_delta","thinking":")", text, R"("}})");
}

void MessageEventWriter::signature_delta(json::RawString signature)
{
    event(delta, R"({"type":"content_block_delta","index":)", Digits(index_),
        R"(,"delta":{"type":"signature_delta","signature":")", signature, R"("}})");
}

void MessageEventWriter::tool_use_start(std::string_view id, json::RawString name)
{
    event(start, R"({"type":"content_block_start","index":)", Digits(index_),
        R"(,"content_block":{"type":"tool_use","id":")", id, R"(","name":")", name, R"(","input":{}}})");
}

void MessageEventWriter::input_json_delta(json::RawString partial_json)
{
    event(delta, R"({"type":"content_block_delta","index":)", Digits(index_),
        R"(,"delta":{"type":"input_json_delta","partial_json":")", partial_json, R"("}})");
}

void MessageEventWriter::block_stop()
{
    event("content_block_stop", R"({"type":"content_block_stop","index":)", Digits(index_), "}");
    ++index_;
}

void MessageEventWriter::redacted_thinking(json::RawString data)
{
    event(start, R"({"type":"content_block_start","index":)", Digits(index_),
        R"(,"content_block":{"type":"redacted_thinking","data":")", data, R"("}})");
    block_stop();
}

void MessageEventWriter::web_search(std::string_view id, std::string_view query)
{
    event(start, R"({"type":"content_block_start","index":)", Digits(index_),
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
    event(start, R"({"type":"content_block_start","index":)", Digits(index_),
        R"(,"content_block":{"type":"web_search_tool_result","tool_use_id":")", id, R"(","content":)",
        content, "}}");
    block_stop();
}

void MessageEventWriter::web_search_failed(std::string_view id, std::string_view error_code)
{
    event(start, R"({"type":"content_block_start","index":)", Digits(index_),
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
