#include "json/escape.h"
#include "json/writer.h"
#include "sse/encoder.h"
#include "translate/messages_answer.h"
#include "translate/messages_json.h"
#include "translate/messages_usage.h"

#include <fmt/format.h>

#include <initializer_list>

namespace dragoman::translate {

namespace {

using json::Field;
using json::Object;
using json::Type;

} // namespace

void MessagesAnswer::pass(std::string_view type, std::string_view data, std::string& out)
{
    if (!plan_.stream || type.empty())
        return;
    // A block without a message in front of it is mended, since clients give up on it.
    if (!started_ && (type.starts_with("content_block") || type.starts_with("message_")))
        start(out);
    sse::append_event(out, type, data);
}

void MessagesAnswer::note_message(const json::Members& message)
{
    facts_.upstream_model = json::unescape({ string_at(message, "model") });
    facts_.upstream_id = json::unescape({ string_at(message, "id") });
    if (auto provider = string_at(message, "provider"); !provider.empty())
        facts_.upstream_provider = json::unescape({ provider });
    if (const json::Value usage = message.find("usage"); usage.is_there())
        merge_usage(usage, facts_);
}

void MessagesAnswer::note_ending(std::string_view reason)
{
    if (!reason.empty()) {
        facts_.stop_reason = json::unescape({ reason });
        has_finish_reason_ = true;
        has_substance_ = true;
    }
}

void MessagesAnswer::on_message_start(std::string_view data, const Object& event, std::string& out)
{
    auto message = object_at(event, "message");
    if (!message)
        return;
    note_message(json::Members(*message));
    if (auto provider = string_at(event, "provider"); !provider.empty())
        facts_.upstream_provider = json::unescape({ provider });
    if (!plan_.stream)
        return;
    if (started_) {
        if (auto usage = object_at(*message, "usage"); usage && own_start_)
            for (Field field : *usage)
                held_usage_.emplace_back(field.key.escaped, field.value.raw().text);
        return;
    }
    started_ = true;
    auto model = message->find("model");
    const std::string client_model = "\"" + json::escape(plan_.client_model) + "\"";
    sse::append_event(out, "message_start", model ? replaced(data, *model, client_model) : std::string(data));
}

void MessagesAnswer::remember(std::string_view data, const Object& event)
{
    constexpr std::size_t remembered_max = 4096; // bytes; what is larger is no ordinary delta
    pattern_.forget();
    auto delta = object_at(event, "delta");
    if (!delta || data.size() > remembered_max)
        return;
    delta_ = data;
    for (std::string_view name : { "text", "thinking", "partial_json" }) {
        std::string_view piece = string_at(*delta, name);
        if (piece.empty())
            continue;
        json::RawString hole { std::string_view(delta_).substr(
            static_cast<std::size_t>(piece.data() - data.data()), piece.size()) };
        return pattern_.learn(delta_, { &hole, 1 });
    }
}

void MessagesAnswer::on_block_start(const Object& event)
{
    auto index = event.find("index");
    auto block = object_at(event, "content_block");
    open_block_ = index ? index->integer().value_or(0) : 0;
    open_type_ = block ? json::unescape({ string_at(*block, "type") }) : std::string {};
    had_tool_ |= open_type_ == "tool_use";
    has_content_ = true;
}

void MessagesAnswer::on_block_stop(const Object& event)
{
    auto index = event.find("index");
    if (open_block_ && index && index->integer() == *open_block_)
        open_block_.reset();
}

void MessagesAnswer::on_message_delta(std::string_view data, const Object& event, std::string& out)
{
    if (auto delta = object_at(event, "delta"))
        note_ending(string_at(*delta, "stop_reason"));
    if (has_finish_reason_ && open_block_) { // clients take a block only when it is closed
        facts_.notes.repair("content_block_stop missing");
        close_open_block(out);
    }
    auto usage = event.find("usage");
    if (usage)
        merge_usage(*usage, facts_);
    auto counts = usage ? usage->object() : std::nullopt;
    if (!own_start_ || held_usage_.empty() || (usage && !counts))
        return pass("message_delta", data, out);
    // The client got a message_start of ours, so what the upstream's said about the input goes here.
    std::string merged;
    json::Writer json(merged);
    json.begin_object();
    for (const auto& [name, value] : held_usage_) {
        auto later = counts ? counts->find(name) : std::nullopt;
        if (!later || later->is(Type::null))
            json.key(json::RawString { name }).raw({ value });
    }
    if (counts)
        for (Field field : *counts)
            if (!field.value.is(Type::null))
                json.key(field.key).raw(field.value.raw());
    json.end_object();
    if (usage)
        return pass("message_delta", replaced(data, *usage, merged), out);
    std::string with_usage(data.substr(0, data.rfind('}')));
    with_usage.append(R"(,"usage":)").append(merged).append("}");
    pass("message_delta", with_usage, out);
}

void MessagesAnswer::start(std::string& out)
{
    if (started_ || !plan_.stream)
        return;
    started_ = true;
    own_start_ = true;
    std::string data;
    json::Writer json(data);
    json.begin_object().key("type").text("message_start").key("message").begin_object();
    json.key("id").text(ids_.with_prefix("msg_")).key("type").text("message").key("role").text("assistant");
    json.key("model").text(plan_.client_model).key("content").raw({ "[]" }).key("stop_reason").null();
    json.key("stop_sequence").null().key("stop_details").null().key("usage").begin_object();
    for (std::string_view name :
        { "input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens" })
        json.key(name).integer(0);
    json.end_object().end_object().end_object();
    sse::append_event(out, "message_start", data);
    sse::append_event(out, "ping", R"({"type":"ping"})");
}

void MessagesAnswer::close_open_block(std::string& out)
{
    if (!open_block_ || !plan_.stream)
        return;
    sse::append_event(out, "content_block_stop",
        fmt::format(R"({{"type":"content_block_stop","index":{}}})", *open_block_));
    open_block_.reset();
}

// Only text: half a tool call must not become one that can run, and thinking without its signature is void.
void MessagesAnswer::break_off(std::string& out)
{
    if (open_type_ == "text")
        close_open_block(out);
}

// The upstream said that it is finished, but not in the words that clients wait for.
void MessagesAnswer::end_message(std::string& out)
{
    ended_ = true;
    close_open_block(out);
    if (!has_finish_reason_) {
        facts_.stop_reason = had_tool_ ? "tool_use" : "end_turn";
        has_finish_reason_ = true;
        const std::string data =
            fmt::format(R"({{"type":"message_delta","delta":{{"stop_reason":"{}","stop_sequence":null}},)"
                        R"("usage":{{"output_tokens":{}}}}})",
                facts_.stop_reason, facts_.usage ? facts_.usage->output_tokens : 0);
        facts_.notes.repair("message_delta missing");
        if (auto root = document_.parse(data)) {
            on_message_delta(data, *root->object(), out);
            if (!plan_.stream)
                aggregate_.add("message_delta", *root->object());
        }
    }
    pass("message_stop", R"({"type":"message_stop"})", out);
}

} // namespace dragoman::translate
