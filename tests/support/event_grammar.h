// The grammar of a streamed Messages answer, as a judge of what was written.
// https://docs.anthropic.com/en/api/messages-streaming
//
//   message_start (block_start block_delta* block_stop)* message_delta message_stop
//
// with pings anywhere after message_start, blocks numbered from 0, one open at a time, deltas of the block's
// own kind, exactly one signature_delta at the end of a thinking block. A stream that broke off may stop
// anywhere between two events.
#pragma once

#include "sse/decoder.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace dragoman::test {

class EventGrammar {
public:
    // Empty if `stream` keeps the grammar, else what is wrong.
    static std::string violation(std::string_view stream, bool broken_off)
    {
        EventGrammar grammar;
        sse::Decoder decoder;
        decoder.feed(stream);
        while (auto event = decoder.next()) {
            grammar.take(std::string(event->name), event->data);
            if (!grammar.problem_.empty())
                return grammar.problem_ + " at: " + std::string(event->data.substr(0, 200));
        }
        if (!stream.empty() && !stream.ends_with("\n\n"))
            return "the last event is not finished";
        if (!broken_off && !grammar.stopped_)
            return "there is no message_stop";
        return {};
    }

private:
    using Json = nlohmann::json;

    void take(const std::string& name, std::string_view data)
    {
        Json event = Json::parse(data, nullptr, false);
        if (event.is_discarded() || !event.is_object())
            return fail("data is no JSON object");
        if (event.value("type", "") != name)
            return fail("event and type differ");
        if (stopped_)
            return fail("something follows message_stop");
        if (name == "message_start")
            return on_start(event);
        if (!started_)
            return fail("message_start does not come first");
        if (name == "content_block_start")
            return on_block_start(event);
        if (name == "content_block_delta")
            return on_delta(event);
        if (name == "content_block_stop")
            return on_block_stop(event);
        if (name == "message_delta")
            return on_message_delta(event);
        if (name == "message_stop")
            return on_stop();
        if (name != "ping")
            fail("unknown event");
    }

    void on_start(const Json& event)
    {
        const Json& message = event.at("message");
        if (started_)
            return fail("message_start twice");
        started_ = true;
        bool shape = message.value("type", "") == "message" && message.value("role", "") == "assistant"
            && message.value("id", "").starts_with("msg_") && message.at("content").empty()
            && message.at("model").is_string() && message.at("stop_reason").is_null();
        if (!shape)
            return fail("message_start has another shape");
        for (const auto& [key, value] : message.at("usage").items())
            if (value != 0)
                return fail("usage of message_start is not zero");
    }

    void on_block_start(const Json& event)
    {
        if (delta_seen_ || open_)
            return fail(open_ ? "a block is open already" : "a block after message_delta");
        if (event.at("index") != index_)
            return fail("indexes are not contiguous");
        const Json& block = event.at("content_block");
        kind_ = block.at("type");
        open_ = true;
        signed_ = false;
        visible_ = false;
        arguments_.clear();
        if (kind_ == "tool_use" && (!block.at("input").empty() || !ids_.insert(block.at("id")).second))
            fail("a tool with input at its start, or an id twice");
        if (kind_ == "tool_use" && block.at("name").get<std::string>().empty())
            fail("a tool without a name");
        if (kind_ == "text" && block.at("text") != "")
            fail("text at the start of its block");
    }

    void on_delta(const Json& event)
    {
        if (!open_ || event.at("index") != index_)
            return fail("a delta without its block");
        const Json& delta = event.at("delta");
        std::string type = delta.at("type");
        if (signed_)
            return fail("something follows the signature");
        if (type == "signature_delta" && kind_ == "thinking")
            signed_ = true;
        else if (type == "text_delta" && kind_ == "text")
            visible_ |= delta.at("text").get<std::string>().find_first_not_of(" \t\r\n") != std::string::npos;
        else if (type == "input_json_delta" && (kind_ == "tool_use" || kind_ == "server_tool_use"))
            arguments_ += delta.at("partial_json");
        else if (type != "thinking_delta" || kind_ != "thinking")
            fail("a " + type + " in a block of type " + kind_);
    }

    void on_block_stop(const Json& event)
    {
        if (!open_ || event.at("index") != index_)
            return fail("a block stops that is not open");
        if (kind_ == "thinking" && !signed_)
            return fail("thinking without a signature");
        if (kind_ == "text" && !visible_)
            return fail("a text block shows nothing");
        open_ = false;
        ++index_;
    }

    void on_message_delta(const Json& event)
    {
        if (open_ || delta_seen_)
            return fail(open_ ? "message_delta while a block is open" : "message_delta twice");
        delta_seen_ = true;
        static const std::set<std::string> reasons { "end_turn", "max_tokens", "stop_sequence", "tool_use",
            "refusal", "model_context_window_exceeded" };
        if (!reasons.contains(event.at("delta").at("stop_reason")))
            return fail("unknown stop_reason");
        for (const char* name :
            { "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens" })
            if (!event.at("usage").at(name).is_number_unsigned())
                return fail(std::string("usage lacks ") + name);
    }

    void on_stop()
    {
        if (!delta_seen_)
            return fail("message_stop without message_delta");
        stopped_ = true;
    }

    void fail(std::string problem)
    {
        if (problem_.empty())
            problem_ = std::move(problem);
    }

    std::string problem_;
    bool started_ = false, stopped_ = false, delta_seen_ = false;
    bool open_ = false, signed_ = false, visible_ = false;
    int index_ = 0;
    std::string kind_;
    std::string arguments_;
    std::set<std::string> ids_;
};

} // namespace dragoman::test
