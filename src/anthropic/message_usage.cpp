#include "anthropic/message_usage.h"

namespace dragoman::anthropic {

namespace {

void write_count(json::Writer& json, std::string_view name, std::uint64_t count)
{
    json.key(name).integer(static_cast<std::int64_t>(count));
}

} // namespace

void write_usage(json::Writer& json, const MessageUsage& usage)
{
    json.begin_object();
    write_count(json, "input_tokens", usage.input_tokens);
    write_count(json, "cache_creation_input_tokens", usage.cache_creation_input_tokens);
    write_count(json, "cache_read_input_tokens", usage.cache_read_input_tokens);
    write_count(json, "output_tokens", usage.output_tokens);
    if (usage.cache_creation_input_tokens > 0) {
        bool hour = usage.cache_creation_1h;
        json.key("cache_creation").begin_object();
        write_count(json, "ephemeral_5m_input_tokens", hour ? 0 : usage.cache_creation_input_tokens);
        write_count(json, "ephemeral_1h_input_tokens", hour ? usage.cache_creation_input_tokens : 0);
        json.end_object();
    }
    if (usage.thinking_tokens) {
        json.key("output_tokens_details").begin_object();
        write_count(json, "thinking_tokens", *usage.thinking_tokens);
        json.end_object();
    }
    if (usage.web_search_requests) {
        json.key("server_tool_use").begin_object();
        write_count(json, "web_search_requests", *usage.web_search_requests);
        json.end_object();
    }
    if (!usage.service_tier.empty())
        json.key("service_tier").text(usage.service_tier);
    json.end_object();
}

void write_stop(json::Writer& json, const MessageEnd& end)
{
    json.key("stop_reason").text(end.stop_reason);
    json.key("stop_sequence");
    if (end.stop_sequence)
        json.text(*end.stop_sequence);
    else
        json.null();
    if (!end.refusal_explanation)
        return;
    json.key("stop_details").begin_object().key("type").text("refusal").key("category").null();
    json.key("explanation").string(*end.refusal_explanation).end_object();
}

void write_web_search_results(json::Writer& json, std::span<const WebSearchResult> results)
{
    json.begin_array();
    for (const WebSearchResult& result : results) {
        json.begin_object().key("type").text("web_search_result");
        json.key("url").string(result.url).key("title").string(result.title);
        json.key("encrypted_content").text("").key("page_age").null().end_object();
    }
    json.end_array();
}

} // namespace dragoman::anthropic
