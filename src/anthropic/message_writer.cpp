#include "anthropic/message_writer.h"

#include "anthropic/message_usage.h"
#include "json/escape.h"

#include <utility>

namespace dragoman::anthropic {

void MessageWriter::message_start(std::string_view id, std::string_view model)
{
    json::Writer json(text_);
    json.begin_object().key("id").text(id).key("type").text("message").key("role").text("assistant");
    json.key("model").text(model);
    json.key("content").begin_value() += '[';
}

void MessageWriter::expect(std::size_t bytes)
{
    constexpr std::size_t frame = 512; // all that is not content
    text_ = recycled::take<std::string>(bytes + frame);
}

std::string& MessageWriter::next_block()
{
    if (std::exchange(has_blocks_, true))
        text_ += ',';
    return text_;
}

void MessageWriter::text_start()
{
    open_ = Block::text;
    next_block() += R"({"type":"text","text":")";
}

void MessageWriter::text_delta(json::RawString text) { text_ += text.escaped; }

void MessageWriter::thinking_start()
{
    open_ = Block::thinking;
    signature_.clear();
    next_block() += R"({"type":"thinking","thinking":")";
}

void MessageWriter::thinking_delta(json::RawString text) { text_ += text.escaped; }

void MessageWriter::signature_delta(json::RawString signature) { signature_ = signature.escaped; }

void MessageWriter::tool_use_start(std::string_view id, json::RawString name)
{
    open_ = Block::tool_use;
    arguments_.clear();
    next_block().append(R"({"type":"tool_use","id":")").append(id);
    text_.append(R"(","name":")").append(name.escaped).append(R"(","input":)");
}

void MessageWriter::input_json_delta(json::RawString partial_json) { arguments_ += partial_json.escaped; }

void MessageWriter::block_stop()
{
    switch (open_) {
    case Block::none:
        return;
    case Block::text:
        text_ += R"("})";
        break;
    case Block::thinking:
        text_.append(R"(","signature":")").append(signature_).append(R"("})");
        break;
    case Block::tool_use:
        text_.append(to_input_(json::unescape({ arguments_ }))).append("}");
        break;
    }
    open_ = Block::none;
}

void MessageWriter::redacted_thinking(json::RawString data)
{
    next_block().append(R"({"type":"redacted_thinking","data":")").append(data.escaped).append(R"("})");
}

void MessageWriter::web_search(std::string_view id, std::string_view query)
{
    json::Writer json(next_block());
    json.begin_object().key("type").text("server_tool_use").key("id").text(id);
    json.key("name").text("web_search").key("input");
    json.begin_object().key("query").text(query).end_object().end_object();
}

void MessageWriter::web_search_results(std::string_view id, std::span<const WebSearchResult> results)
{
    json::Writer json(next_block());
    json.begin_object().key("type").text("web_search_tool_result").key("tool_use_id").text(id);
    json.key("content");
    write_web_search_results(json, results);
    json.end_object();
}

void MessageWriter::web_search_failed(std::string_view id, std::string_view error_code)
{
    json::Writer json(next_block());
    json.begin_object().key("type").text("web_search_tool_result").key("tool_use_id").text(id);
    json.key("content").begin_object().key("type").text("web_search_tool_result_error");
    json.key("error_code").text(error_code).end_object().end_object();
}

void MessageWriter::message_end(const MessageEnd& end)
{
    text_ += "],";
    json::Writer json(text_); // inside the object
    write_stop(json, end);
    if (!end.refusal_explanation)
        json.key("stop_details").null();
    json.key("usage");
    write_usage(json, end.usage);
    json.end_object();
}

} // namespace dragoman::anthropic
