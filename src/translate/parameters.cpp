#include "translate/parameters.h"

#include "base/encoding.h"
#include "json/document.h"
#include "json/escape.h"
#include "translate/conversation_identity.h"
#include "translate/output_format.h"
#include "translate/prefill.h"
#include "translate/sampling.h"
#include "translate/thinking_request.h"
#include "translate/token_limits.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace dragoman::translate {

namespace {

using route::Quirk;

// Fields of a router's own that somebody may add to a Messages request on purpose.
constexpr std::array routing_fields = std::to_array<std::string_view>({ "provider", "plugins", "models",
    "route", "transforms", "reasoning", "trace", "session_id", "verbosity", "modalities", "seed", "min_p",
    "top_a", "repetition_penalty", "frequency_penalty", "presence_penalty", "logit_bias" });

// Of these, what every Chat Completions upstream knows.
constexpr std::array common_fields =
    std::to_array<std::string_view>({ "seed", "frequency_penalty", "presence_penalty", "logit_bias" });

// Between the client and Anthropic: without meaning for anybody else.
constexpr std::array private_fields =
    std::to_array<std::string_view>({ "betas", "anthropic_beta", "anthropic_version", "diagnostics",
        "billing_policy", "fallback_credit_token", "user_profile_id", "workspace_id" });

constexpr std::size_t models_max = 3; // the first one and two to fall back on
constexpr std::size_t cache_key_max = 64;

class ParameterWriter {
public:
    ParameterWriter(json::Writer& json, const ParameterScene& scene)
        : json_(json)
        , scene_(scene)
        , request_(scene.request)
        , target_(scene.target)
        , routes_(scene.target.has(Quirk::routing_fields))
        , plan_(scene.call.plan)
        , notes_(scene.call.notes)
    {
    }

    void write();

private:
    bool overridden(std::string_view name) const;
    void write_models();
    void write_stream();
    void write_prefill();
    void write_limit();
    void write_thinking();
    void write_identity();
    void write_service_tier();
    void write_cache_control();
    void write_preferences();
    void write_extensions();
    void note_what_is_left();
    void add_betas(const ReasoningRequest& reasoning);

    json::Writer& json_;
    const ParameterScene& scene_;
    const anthropic::MessagesRequest& request_;
    const route::Target& target_;
    bool routes_; // takes what only routers take
    AnswerPlan& plan_;
    Notes& notes_;
};

template <class List> bool contains(const List& names, json::RawString name)
{
    return std::ranges::any_of(names, [&](std::string_view known) { return json::key_is(name, known); });
}

void ParameterWriter::write()
{
    json_.key("model").text(target_.model);
    write_models();
    write_stream();
    write_prefill();
    write_limit();
    append_sampling(json_, request_, target_, scene_.call);
    write_thinking();
    append_output_format(json_, request_, target_);
    write_identity();
    write_service_tier();
    write_cache_control();
    write_preferences();
    write_extensions();
    note_what_is_left();
}

// The author of the request wrote the upstream's own field: that one counts.
bool ParameterWriter::overridden(std::string_view name) const
{
    return routes_ && std::ranges::any_of(request_.unknown, [&](const anthropic::UnknownField& field) {
        return json::key_is(field.name, name);
    });
}

void ParameterWriter::write_models()
{
    if (request_.fallback_models.empty() || overridden("models"))
        return;
    std::vector<std::string> models { target_.model };
    for (json::RawString name : request_.fallback_models) {
        std::string model = json::unescape(name);
        model = model.substr(0, model.find('['));
        const bool usable = routes_ && model.find('/') != std::string::npos;
        if (usable && models.size() < models_max && std::ranges::find(models, model) == models.end())
            models.push_back(std::move(model));
        else
            notes_.drop("fallbacks");
    }
    if (models.size() == 1)
        return;
    json_.key("models").begin_array();
    for (const std::string& model : models)
        json_.text(model);
    json_.end_array();
}

void ParameterWriter::write_stream()
{
    plan_.stream = request_.stream;
    json_.key("stream").boolean(request_.stream);
    if (request_.stream && !target_.has(Quirk::usage_unasked))
        json_.key("stream_options").begin_object().key("include_usage").boolean(true).end_object();
    if (target_.has(Quirk::store_false))
        json_.key("store").boolean(false);
}

void ParameterWriter::write_prefill()
{
    if (target_.has(Quirk::continued_prefill) && begins_the_answer(request_))
        json_.key("add_generation_prompt").boolean(false).key("continue_final_message").boolean(true);
}

void ParameterWriter::write_limit()
{
    const TokenLimit limit = token_limit(request_, target_, scene_.options, scene_.estimated_input);
    plan_.prewarm = limit.prewarm;
    plan_.max_tokens = limit.max_tokens;
    plan_.estimated_input = scene_.estimated_input;
    if (target_.facts)
        plan_.context_length = target_.facts->context_length;
    json_.key(max_tokens_field(target_)).integer(static_cast<std::int64_t>(limit.max_tokens));
}

void ParameterWriter::write_thinking()
{
    const ReasoningRequest reasoning = reasoning_request(request_, target_, scene_.options, plan_.max_tokens);
    plan_.hide_thinking = hides_thinking(request_);
    const bool asked = request_.thinking.type == anthropic::ThinkingType::enabled
        || request_.thinking.type == anthropic::ThinkingType::adaptive;
    if (asked && reasoning.effort == "none")
        notes_.drop("thinking");
    if (!overridden("reasoning"))
        append_reasoning_request(json_, reasoning, target_);
    append_reasoning_format(json_, target_);
    add_betas(reasoning);
}

// What the upstream cannot tell from the body alone.
void ParameterWriter::add_betas(const ReasoningRequest& reasoning)
{
    if (!target_.has(Quirk::beta_field))
        return;
    std::string betas;
    if (reasoning.kind != ReasoningRequest::Kind::off)
        betas = "interleaved-thinking-2025-05-14";
    const bool strict = std::ranges::any_of(
        request_.tools, [](const anthropic::Tool& tool) { return tool.strict.value_or(false); });
    if (strict || !request_.output_config.format_schema.empty())
        betas += betas.empty() ? "structured-outputs-2025-11-13" : ",structured-outputs-2025-11-13";
    if (!betas.empty())
        scene_.call.fields.emplace_back("x-anthropic-beta", std::move(betas));
}

void ParameterWriter::write_identity()
{
    const bool keeps_cache = target_.has(Quirk::cache_key);
    const bool takes_digest = target_.has(Quirk::user_digest);
    if (!routes_ && !keeps_cache && !takes_digest)
        return;
    const ConversationIdentity identity = conversation_identity(request_, scene_.client);
    if (routes_ && !identity.session.empty() && !overridden("session_id"))
        json_.key("session_id").text(identity.session);
    if (routes_ && !identity.user.empty())
        json_.key("user").text(identity.user);
    if (keeps_cache && !identity.session.empty())
        json_.key("prompt_cache_key")
            .text(identity.session.size() <= cache_key_max ? identity.session : sha256_hex(identity.session));
    if (takes_digest && !identity.user.empty())
        json_.key("safety_identifier").text(identity.user);
}

void ParameterWriter::write_service_tier()
{
    const bool takes_tiers = target_.has(Quirk::service_tiers);
    const json::RawString tier = request_.service_tier;
    if (json::key_is(request_.speed, "fast")) {
        if (takes_tiers)
            json_.key("service_tier").text(routes_ ? "fast" : "priority");
        else
            notes_.drop("speed");
    } else if (json::key_is(tier, "standard_only")) {
        if (takes_tiers)
            json_.key("service_tier").text("default");
        else
            notes_.drop("service_tier");
    } else if (!tier.empty() && !json::key_is(tier, "auto")) {
        notes_.drop("service_tier");
    }
}

void ParameterWriter::write_cache_control()
{
    if (scene_.marks.automatic())
        append_cache_control(json_, request_.cache_control);
    plan_.cache_ttl_1h = scene_.marks.all_for_an_hour();
}

// What the route asks of a router, unless the request asks for something itself.
void ParameterWriter::write_preferences()
{
    const Options& options = scene_.options;
    const auto prefer = [&](std::string_view name, std::string_view value) {
        if (!value.empty() && routes_ && !overridden(name))
            json_.key(name).raw({ value });
    };
    if (request_.fallback_models.empty())
        prefer("models", options.models);
    prefer("provider", options.provider);
    prefer("plugins", options.plugins);
}

void ParameterWriter::write_extensions()
{
    for (const anthropic::UnknownField& field : request_.unknown) {
        const bool passes =
            routes_ ? contains(routing_fields, field.name) : contains(common_fields, field.name);
        if (passes)
            json_.key(field.name).raw(field.value);
        else if (!contains(private_fields, field.name))
            notes_.drop(json::unescape(json::clip(field.name, 64)));
    }
}

void ParameterWriter::note_what_is_left()
{
    if (!request_.output_config.task_budget.empty())
        notes_.drop("output_config.task_budget");
    for (const anthropic::ContextEdit& edit : request_.context_edits)
        if (!edit.type.escaped.starts_with("clear_thinking"))
            notes_.drop("context_management");
}

} // namespace

Result<void> refuse_untranslatable(const anthropic::MessagesRequest& request)
{
    if (!request.mcp_servers.empty())
        return Failure(Error::bad_request("mcp_servers: the MCP connector runs at Anthropic's servers and is "
                                          "not available here; configure the MCP servers in the client"));
    if (!request.container.empty())
        return Failure(Error::bad_request("container: containers run at Anthropic's servers and are not "
                                          "available here; leave the field out and run code in the client"));
    if (!request.compaction.empty())
        return Failure(Error::bad_request("compaction: compaction is not supported by this upstream; ask for "
                                          "a summary in a message instead"));
    if (json::key_is(request.thread_type, "continue"))
        return Failure(Error::bad_request("thread: no threads are kept here; send the whole history in "
                                          "messages instead"));
    return {};
}

void append_parameters(json::Writer& json, const ParameterScene& scene)
{
    ParameterWriter(json, scene).write();
}

} // namespace dragoman::translate
