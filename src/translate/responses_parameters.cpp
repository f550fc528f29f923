#include "translate/responses_parameters.h"

#include "base/encoding.h"
#include "json/document.h"
#include "json/escape.h"
#include "translate/conversation_identity.h"
#include "translate/output_format.h"
#include "translate/responses_effort.h"
#include "translate/sampling.h"
#include "translate/schema.h"
#include "translate/server_tools.h"
#include "translate/thinking_request.h"
#include "translate/token_limits.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace dragoman::translate {

namespace {

using route::Quirk;

// Fields of the upstream's own that somebody may add to a Messages request on purpose.
constexpr std::array common_fields = std::to_array<std::string_view>({ "reasoning", "prompt_cache_key",
    "prompt_cache_retention", "safety_identifier", "truncation", "top_logprobs", "user" });
constexpr std::array routing_fields =
    std::to_array<std::string_view>({ "provider", "plugins", "models", "route", "session_id", "trace" });

// Between the client and Anthropic: without meaning for anybody else.
constexpr std::array private_fields =
    std::to_array<std::string_view>({ "betas", "anthropic_beta", "anthropic_version", "diagnostics",
        "billing_policy", "fallback_credit_token", "user_profile_id", "workspace_id" });

constexpr std::uint64_t output_tokens_min = 16; // less is refused
constexpr std::size_t cache_key_max = 64;

template <class List> bool contains(const List& names, json::RawString name)
{
    return std::ranges::any_of(names, [&](std::string_view known) { return json::key_is(name, known); });
}

class ParameterWriter {
public:
    ParameterWriter(json::Writer& json, const ResponsesScene& scene)
        : json_(json)
        , request_(scene.request)
        , target_(scene.target)
        , scene_(scene)
        , plan_(scene.call.plan)
        , notes_(scene.call.notes)
    {
    }

    void write();

private:
    const anthropic::UnknownField* given(std::string_view name) const;
    bool passes(json::RawString name) const;
    void write_limit();
    void write_sampling();
    void write_reasoning();
    void write_include();
    void write_text();
    void write_identity();
    void write_service_tier();
    void write_preferences();
    void write_extensions();
    void note_what_is_left();

    json::Writer& json_;
    const anthropic::MessagesRequest& request_;
    const route::Target& target_;
    const ResponsesScene& scene_;
    AnswerPlan& plan_;
    Notes& notes_;
};

void ParameterWriter::write()
{
    plan_.stream = request_.stream;
    json_.key("model").text(target_.model);
    json_.key("stream").boolean(request_.stream);
    json_.key("store").boolean(false);
    write_limit();
    write_sampling();
    write_reasoning();
    write_include();
    write_text();
    write_identity();
    write_service_tier();
    write_preferences();
    write_extensions();
    note_what_is_left();
}

// The author of the request wrote the upstream's own field: that one counts.
const anthropic::UnknownField* ParameterWriter::given(std::string_view name) const
{
    for (const anthropic::UnknownField& field : request_.unknown)
        if (json::key_is(field.name, name))
            return &field;
    return nullptr;
}

bool ParameterWriter::passes(json::RawString name) const
{
    return contains(common_fields, name)
        || (target_.has(Quirk::routing_fields) && contains(routing_fields, name));
}

void ParameterWriter::write_limit()
{
    plan_.estimated_input = rough_input_tokens(request_);
    const TokenLimit limit = token_limit(request_, target_, scene_.options, plan_.estimated_input);
    plan_.prewarm = limit.prewarm;
    plan_.max_tokens = std::max(limit.max_tokens, output_tokens_min);
    if (target_.facts)
        plan_.context_length = target_.facts->context_length;
    json_.key("max_output_tokens").integer(static_cast<std::int64_t>(plan_.max_tokens));
}

void ParameterWriter::write_sampling()
{
    const auto number = [&](std::string_view name, json::RawValue value) {
        if (value.empty())
            return;
        if (takes_sampling(target_, name))
            json_.key(name).raw(value);
        else
            notes_.drop(name);
    };
    number("temperature", request_.temperature);
    number("top_p", request_.top_p);
    if (target_.has(Quirk::takes_top_k))
        number("top_k", request_.top_k);
    else if (!request_.top_k.empty())
        notes_.drop("top_k");
    // There is no field for these: all of them are enforced on the answer.
    for (json::RawString stop : request_.stop_sequences)
        if (!json::is_blank(stop))
            plan_.stop_sequences.push_back(json::unescape(stop));
}

void ParameterWriter::write_reasoning()
{
    plan_.hide_thinking = hides_thinking(request_);
    if (reasons(target_) && !given("reasoning"))
        append_responses_effort(json_, reasoning_request(request_, target_, scene_.options, plan_.max_tokens),
            target_, plan_.hide_thinking);
}

void ParameterWriter::write_include()
{
    const bool searches = !target_.has(Quirk::no_search)
        && std::ranges::any_of(request_.tools,
            [](const anthropic::Tool& tool) { return server_tool(tool) == ServerTool::web_search; });
    if (!searches && !reasons(target_))
        return;
    json_.key("include").begin_array();
    if (reasons(target_))
        json_.text("reasoning.encrypted_content");
    if (searches)
        json_.text("web_search_call.action.sources");
    json_.end_array();
}

void ParameterWriter::write_text()
{
    const Binding binding = binding_of(request_, target_);
    const bool bound = binding == Binding::schema || binding == Binding::json_only;
    const anthropic::UnknownField* verbosity = given("verbosity");
    if (!bound && !verbosity)
        return;
    json_.key("text").begin_object();
    if (bound) {
        json_.key("format").begin_object().key("type");
        if (binding == Binding::json_only) {
            json_.text("json_object");
        } else {
            const json::RawValue schema = request_.output_config.format_schema;
            json_.text("json_schema").key("name").text("output");
            if (!target_.has(Quirk::no_strict))
                json_.key("strict").boolean(is_strict_when_sent(schema, target_));
            json_.key("schema");
            json::Document scratch;
            append_schema(json_, schema, target_, scratch, SchemaOf::answer);
        }
        json_.end_object();
    }
    if (verbosity)
        json_.key("verbosity").raw(verbosity->value);
    json_.end_object();
}

// The session keeps a conversation near its cached prompt; the digest tells two people apart.
void ParameterWriter::write_identity()
{
    const ConversationIdentity identity = conversation_identity(request_, scene_.client);
    if (!identity.session.empty() && !given("prompt_cache_key"))
        json_.key("prompt_cache_key")
            .text(identity.session.size() <= cache_key_max ? identity.session : sha256_hex(identity.session));
    if (!identity.session.empty() && target_.has(Quirk::routing_fields) && !given("session_id"))
        json_.key("session_id").text(identity.session);
    if (!identity.user.empty() && !given("safety_identifier"))
        json_.key("safety_identifier").text(identity.user);
}

void ParameterWriter::write_service_tier()
{
    const json::RawString tier = request_.service_tier;
    if (json::key_is(request_.speed, "fast"))
        json_.key("service_tier").text("priority");
    else if (json::key_is(tier, "standard_only"))
        json_.key("service_tier").text("default");
    else if (json::key_is(tier, "flex") || json::key_is(tier, "priority"))
        json_.key("service_tier").string(tier);
    else if (!tier.empty() && !json::key_is(tier, "auto"))
        notes_.drop("service_tier");
}

// What the route asks of a router, unless the request asks for something itself.
void ParameterWriter::write_preferences()
{
    const Options& options = scene_.options;
    const auto prefer = [&](std::string_view name, std::string_view value) {
        if (!value.empty() && target_.has(Quirk::routing_fields) && given(name) == nullptr)
            json_.key(name).raw({ value });
    };
    prefer("models", options.models);
    prefer("provider", options.provider);
    prefer("plugins", options.plugins);
}

void ParameterWriter::write_extensions()
{
    for (const anthropic::UnknownField& field : request_.unknown) {
        if (passes(field.name))
            json_.key(field.name).raw(field.value);
        else if (!contains(private_fields, field.name) && !json::key_is(field.name, "verbosity"))
            notes_.drop(json::unescape(json::clip(field.name, 64)));
    }
}

void ParameterWriter::note_what_is_left()
{
    if (!request_.fallback_models.empty())
        notes_.drop("fallbacks");
    if (!request_.output_config.task_budget.empty())
        notes_.drop("output_config.task_budget");
    for (const anthropic::ContextEdit& edit : request_.context_edits)
        if (!edit.type.escaped.starts_with("clear_thinking"))
            notes_.drop("context_management");
}

} // namespace

bool reasons(const route::Target& target)
{
    return !target.has(Quirk::no_reasoning) && (!target.facts || target.facts->thinks());
}

void append_responses_parameters(json::Writer& json, const ResponsesScene& scene)
{
    ParameterWriter(json, scene).write();
}

} // namespace dragoman::translate
