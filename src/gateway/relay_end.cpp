// What the client sees of how an exchange went: the fields of its answer, and the end of one that failed.
#include "anthropic/error_body.h"
#include "base/limits.h"
#include "gateway/relay.h"
#include "translate/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <initializer_list>
#include <iterator>
#include <vector>

namespace dragoman::gateway {

namespace {

// As if the answer had reached its limit: Claude Code then asks the model to go on where it stopped.
void append_full_end(
    std::string& out, std::uint64_t estimated_input, const std::optional<translate::Usage>& usage)
{
    fmt::format_to(std::back_inserter(out),
        "event: message_delta\ndata: {{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"max_tokens\","
        "\"stop_sequence\":null}},\"usage\":{{\"input_tokens\":{},\"output_tokens\":{},"
        "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":{}}}}}\n\n"
        "event: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n",
        usage ? usage->input_tokens : estimated_input, usage ? usage->output_tokens : 0,
        usage ? usage->cache_read_input_tokens : 0);
}

// The same request may well succeed when it is made once more.
bool may_pass(const Error& error)
{
    using enum Error::Kind;
    return error.should_retry != false
        && (error.kind == overloaded || error.kind == rate_limited || error.kind == upstream_failed
            || error.kind == upstream_protocol || error.kind == unreachable || error.kind == timed_out);
}

// Of several names of one thing.
std::string_view first_of(const net::UpstreamAnswer& upstream, std::initializer_list<std::string_view> names)
{
    for (const std::string_view name : names)
        if (const std::string_view value = upstream.field(name); !value.empty())
            return value;
    return {};
}

// LiteLLM hands a provider's fields on under names of its own.
std::string_view wait_of(const net::UpstreamAnswer& upstream)
{
    return first_of(upstream, { "retry-after", "llm_provider-retry-after" });
}

std::vector<translate::LimitField> limits_of(const net::UpstreamAnswer& upstream)
{
    std::vector<translate::LimitField> limits;
    for (const net::Field& field : upstream.fields())
        if (translate::is_limit_field(field.name))
            limits.push_back({ field.name, field.value });
    return limits;
}

} // namespace

net::Task<Error> Relay::upstream_error(net::UpstreamAnswer& upstream)
{
    constexpr std::size_t enough = limits::MiB;
    Result<std::string> body = co_await net::read_all(upstream, enough);
    std::string text = body ? std::move(*body) : std::string();
    if (parts_.capture)
        parts_.capture->upstream_answer.body = text;
    const std::vector<translate::LimitField> limits = limits_of(upstream);
    translate::UpstreamFailure failure { .status = upstream.status(),
        .body = text,
        .retry_after = wait_of(upstream),
        .retry_after_ms = upstream.field("retry-after-ms"),
        .limits = limits,
        .should_retry = upstream.field("x-should-retry"),
        .content_type = upstream.field("content-type"),
        .now = WallClock::now() };
    co_return translate::translate_error(failure, translate::error_context(parts_.call.plan));
}

net::Task<void> Relay::fail(const Error& error)
{
    if (error.kind == Error::Kind::client_gone || parts_.response.client_gone())
        co_return;
    parts_.over();
    if (!parts_.response.started()) {
        net::Refusal answer = render(error, parts_.request_id);
        if (parts_.tried.contains(", ")) // more than this one
            answer.fields.emplace_back("x-dragoman-attempts", parts_.tried);
        if (parts_.capture)
            parts_.capture->client_answer = { std::to_string(answer.status), answer.fields, answer.body };
        (void)co_await gateway::send(parts_.response, answer);
        note_sent();
        co_return;
    }
    parts_.answer.break_off(out_);
    if (parts_.resumes && may_pass(error) && begun_ && !parts_.answer.has_open_block())
        append_full_end(out_, parts_.call.plan.estimated_input, parts_.answer.facts().usage);
    else
        anthropic::append_error_event(out_, error, parts_.request_id);
    Result<void> sent = co_await send_pending();
    if (sent)
        (void)co_await parts_.response.end();
}

net::FieldList Relay::answer_fields(std::string_view content_type) const
{
    const translate::AnswerFacts& facts = parts_.answer.facts();
    net::FieldList fields;
    fields.add("content-type", content_type);
    fields.add("cache-control", "no-cache");
    fields.add("request-id", parts_.request_id);
    const std::string& model =
        facts.upstream_model.empty() ? parts_.call.plan.upstream_model : facts.upstream_model;
    fields.add("x-dragoman-model", model);
    if (!parts_.tried.empty())
        fields.add("x-dragoman-attempts",
            fmt::format("{}, {}/{}{}", parts_.tried, parts_.upstream.name, parts_.call.plan.upstream_model,
                begun_ ? " 200" : ""));
    if (!facts.upstream_provider.empty())
        fields.add("x-dragoman-provider", facts.upstream_provider);
    if (!parts_.call.notes.dropped.empty())
        fields.add("x-dragoman-dropped", fmt::format("{}", fmt::join(parts_.call.notes.dropped, ",")));
    if (facts.usage && facts.usage->estimated)
        fields.add("x-dragoman-usage", "estimated");
    return fields;
}

net::Task<Result<void>> Relay::send_whole()
{
    const net::FieldList fields = answer_fields("application/json");
    if (parts_.capture) {
        parts_.capture->client_answer = { "200", {}, out_ };
        add_fields(parts_.capture->client_answer, fields.fields());
    }
    Result<void> sent = co_await parts_.response.whole(200, fields.fields(), out_);
    note_sent();
    co_return sent;
}

} // namespace dragoman::gateway
