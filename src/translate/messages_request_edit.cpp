#include "translate/messages_request_edit.h"

#include "json/escape.h"
#include "json/key.h"
#include "json/members.h"
#include "json/writer.h"
#include "translate/conversation_identity.h"
#include "translate/image_path.h"
#include "translate/json_edits.h"
#include "translate/messages_betas.h"
#include "translate/messages_history_edit.h"
#include "translate/messages_json.h"
#include "translate/messages_refused_edit.h"
#include "translate/messages_server_tools.h"
#include "translate/messages_thinking_edit.h"
#include "translate/messages_tools_edit.h"
#include "translate/output_format.h"
#include "translate/parameters.h"
#include "translate/sealed_signatures.h"
#include "translate/taken_fields.h"
#include "translate/token_limits.h"
#include "translate/tool_choice.h"

#include <fmt/format.h>

#include <utility>

namespace dragoman::translate {

namespace {

using anthropic::ThinkingType;
using json::Field;
using json::Object;
using json::Type;
using json::Value;
using route::Quirk;

constexpr std::string_view private_fields[] = { "diagnostics", "fallback_credit_token", "inference_geo",
    "container", "mcp_servers", "thread", "billing_policy", "user_profile_id", "workspace_id", "betas" };

constexpr std::string_view known_to_all[] = { "model", "max_tokens", "messages", "system", "stream",
    "stop_sequences", "temperature", "top_p", "top_k", "tools", "tool_choice", "thinking", "metadata" };

constexpr std::size_t fallbacks_max = 3; // routers take no more

std::string in_quotes(std::string_view text) { return "\"" + json::escape(text) + "\""; }

class RequestEditor {
public:
    RequestEditor(std::string_view body, const anthropic::MessagesRequest& request,
        const route::Target& target, const ClientHeaders& headers, const Options& options, UpstreamCall& call)
        : request_(request)
        , target_(target)
        , own_api_(target.has(Quirk::first_party))
        , imitation_(target.has(Quirk::vendor_messages))
        , router_(target.has(Quirk::routing_fields))
        , options_(options)
        , identity_(conversation_identity(request, headers))
        , rules_(rules())
        , edits_(body)
        , thinking_(request, target, options, edits_, call.notes)
        , history_(request, target, rules_, edits_, call.notes)
        , tools_(request, target, rules_, edits_, call.notes)
        , notes_(call.notes)
    {
    }

    json::Pieces edited(const Object& root);
    std::uint64_t max_tokens() const { return thinking_.max_tokens(); }
    bool keeps_context_management() const
    {
        return target_.has(Quirk::context_edits) && !thinking_.is_stopped() && !refuses("context_management");
    }

private:
    MessagesRules rules() const;
    bool refuses(std::string_view name) const { return target_.facts && target_.facts->refuses(name); }
    bool is_dropped(const Field& field);
    void edit_field(const Field& field);
    void edit_output_config(const Value& value);
    void edit_fallbacks(const Value& value);
    static void prefer(
        const json::Members& given, const json::Name& name, std::string_view value, std::string& added);
    void add_missing(const Object& root);
    bool chooses_lost_tool() const;

    const anthropic::MessagesRequest& request_;
    const route::Target& target_;
    bool own_api_; // everything but the model's name passes
    bool imitation_; // the fields that the first version of the API had
    bool router_;
    const Options& options_;
    ConversationIdentity identity_;
    MessagesRules rules_;
    JsonEdits edits_;
    ThinkingEditor thinking_;
    HistoryEditor history_;
    ToolsEditor tools_;
    Notes& notes_;
    bool empty_system_ = false;
    bool empty_output_config_ = false;
    bool empty_fallbacks_ = false;
    bool empty_tools_ = false;
};

MessagesRules RequestEditor::rules() const
{
    return { .upstream_name = options_.upstream_name,
        .own_api = own_api_,
        .signed_thinking = signs_as_anthropic(target_),
        .any_thinking = target_.has(Quirk::keep_thinking) && !signs_as_anthropic(target_),
        .thoughts = !target_.has(Quirk::no_thoughts_back),
        .system_messages = !imitation_ && !target_.has(Quirk::system_first),
        .deferred_tools = target_.has(Quirk::tool_references),
        .all_tools = takes_all_tools(target_) && !searches_no_tools(target_),
        .last_words = imitation_ || (!own_api_ && refuses("output_config")) ? format_words(request_) : "" };
}

bool RequestEditor::is_dropped(const Field& field)
{
    const json::Key key(field.key);
    const auto named = [&](std::string_view name) { return key.is(name); };
    if (refuses_fields(target_) && !named("tools") && !named("tool_choice")
        && refuses(json::unescape(field.key)))
        return true;
    if (target_.has(Quirk::no_cache_marks) && named("cache_control"))
        return true;
    if (thinking_.is_stopped() && named("context_management"))
        return true;
    if (own_api_)
        return false;
    if (named("system") && empty_system_)
        return true;
    if (named("thinking") && !thinking_.thinks())
        return true;
    if (named("tools") && empty_tools_)
        return true;
    if (named("tool_choice") && (empty_tools_ || chooses_lost_tool()))
        return true;
    if (imitation_ && named("output_config") && thinking_.takes_effort())
        return thinking_.sent_effort().empty();
    if (imitation_)
        return !key.is_one_of(known_to_all);
    if (named("context_management") && !keeps_context_management())
        return true;
    if (named("output_config") && empty_output_config_)
        return true;
    if (named("fallbacks") && empty_fallbacks_)
        return true;
    return key.is_one_of(private_fields);
}

// Of a tool that the upstream does without.
bool RequestEditor::chooses_lost_tool() const
{
    const anthropic::Tool* tool = chosen_tool(request_);
    return tool != nullptr && is_left_out(*tool, request_, target_);
}

void RequestEditor::edit_output_config(const Value& value)
{
    auto object = value.object();
    if (!object || own_api_ || !thinking_.takes_effort())
        return;
    if (imitation_)
        return edits_.replace(value, R"({"effort":")" + std::string(thinking_.sent_effort()) + "\"}");
    if (!thinking_.thinks()) {
        empty_output_config_ = edits_.remove_fields(
            *object, [](const Field& field) { return json::key_is(field.key, "effort"); });
        return;
    }
    const std::string effort = "\"" + std::string(thinking_.wanted_effort()) + "\"";
    if (auto own = object->find("effort")) {
        if (own->raw().text != effort)
            edits_.replace(*own, effort);
    } else if (effort.size() > 2) {
        edits_.insert(value.offset() + 1, "\"effort\":" + effort + (object->empty() ? "" : ","));
    }
}

// A router takes ids of its own, as objects with nothing but the model, and not beside `models`.
void RequestEditor::edit_fallbacks(const Value& value)
{
    if (!router_)
        return;
    std::string list;
    json::Writer json(list);
    json.begin_array();
    std::size_t count = 0;
    for (json::RawString model : request_.fallback_models)
        if (model.escaped.find('/') != std::string_view::npos && count < fallbacks_max) {
            json.begin_object().key("model").string(model).end_object();
            ++count;
        }
    json.end_array();
    empty_fallbacks_ |= count == 0;
    edits_.replace(value, std::move(list));
    if (count < request_.fallback_models.size() || count == 0)
        notes_.drop("fallbacks");
}

void RequestEditor::edit_field(const Field& field)
{
    const json::Key key(field.key);
    const auto named = [&](std::string_view name) { return key.is(name); };
    if (named("model"))
        edits_.replace(field.value, in_quotes(target_.model));
    else if (named("max_tokens"))
        thinking_.edit_max_tokens(field.value);
    else if (named("system"))
        empty_system_ = history_.edit_system(field.value);
    else if (named("messages"))
        history_.edit_messages(field.value);
    else if (named("tools"))
        empty_tools_ = tools_.edit(field.value);
    else if (named("thinking"))
        thinking_.edit(field.value);
    else if (named("output_config"))
        edit_output_config(field.value);
    else if (named("fallbacks"))
        edit_fallbacks(field.value);
    else if (named("models") && router_)
        empty_fallbacks_ = true;
    else if (named("cache_control") && !own_api_ && field.value.is(Type::object))
        edits_.remove_fields(
            *field.value.object(), [](const Field& inner) { return json::key_is(inner.key, "scope"); });
    else if (named("metadata") && !own_api_ && field.value.is(Type::object))
        if (auto user = field.value.object()->find("user_id"); user && !identity_.user_id.empty())
            edits_.replace(*user, in_quotes(identity_.user_id));
}

// What the route asks of a router, unless the request asks for something itself.
void RequestEditor::prefer(
    const json::Members& given, const json::Name& name, std::string_view value, std::string& added)
{
    if (!value.empty() && !given.find(name).is_there())
        added += fmt::format(R"(,"{}":{})", name.text(), value);
}

void RequestEditor::add_missing(const Object& root)
{
    std::string added;
    std::string later; // what came after the first version of the API
    const json::Members given(root);
    const auto has = [&given](const json::Name& name) { return given.find(name).is_there(); };
    if (!has("max_tokens")) {
        added += fmt::format(R"(,"max_tokens":{})", thinking_.max_tokens());
        notes_.repair("max_tokens");
    }
    if (!rules_.last_words.empty() && (empty_system_ || !has("system")))
        added += R"(,"system":)" + in_quotes(rules_.last_words);
    if (!own_api_ && !has("output_config") && !thinking_.sent_effort().empty() && !refuses("output_config"))
        later = R"(,"output_config":{"effort":")" + std::string(thinking_.sent_effort()) + "\"}";
    if (router_ && !has("session_id") && !identity_.session.empty() && !refuses("session_id"))
        added += R"(,"session_id":)" + in_quotes(identity_.session);
    added += later;
    if (router_) {
        if (!has("fallbacks"))
            prefer(given, "models", options_.models, added);
        prefer(given, "provider", options_.provider, added);
        prefer(given, "plugins", options_.plugins, added);
    }
    if (added.empty())
        return;
    std::size_t end = 0;
    for (Field field : root)
        end = field.value.offset() + field.value.raw().text.size();
    edits_.insert(end, std::move(added));
}

json::Pieces RequestEditor::edited(const Object& root)
{
    for (Field field : root)
        edit_field(field);
    if (refuses_parts(request_, target_))
        edit_refused_parts(edits_, root, request_, target_, notes_);
    drop_surplus_marks(edits_, root, request_, target_, notes_);
    edits_.remove_fields(root, [&](const Field& field) {
        const bool dropped = is_dropped(field);
        if (dropped)
            notes_.drop(json::unescape(json::clip(field.key, 64)));
        return dropped;
    });
    add_missing(root);
    return edits_.apply();
}

// A call is large: it is made where the caller has it.
Result<UpstreamCall> call_of(const json::Document& document, const Object& root,
    const anthropic::MessagesRequest& request, const route::Target& target, const ClientHeaders& headers,
    const Options& options)
{
    Result<UpstreamCall> made(std::in_place);
    UpstreamCall& call = *made;
    RequestEditor editor(document.text(), request, target, headers, options, call);
    call.body = editor.edited(root);
    if (document.has_surrogate_escapes()) {
        std::string mended;
        if (json::append_mended(mended, { call.body.text() }) > 0) {
            call.notes.repair("lone surrogate");
            call.body = json::Pieces(std::move(mended));
        }
    }
    set_messages_headers(call, headers, target,
        { .context_management = editor.keeps_context_management(),
            .all_fields = !target.has(Quirk::vendor_messages) });
    call.plan.stream = request.stream;
    call.plan.client_model = json::unescape(request.model);
    call.plan.upstream_model = target.model;
    call.plan.upstream_name = options.upstream_name;
    call.plan.max_tokens = editor.max_tokens();
    call.plan.seals_signatures = !signs_as_anthropic(target);
    call.plan.last_image = last_image_path(request);
    if (target.facts)
        call.plan.context_length = target.facts->context_length;
    return made;
}

} // namespace

Result<UpstreamCall> to_messages(const json::Document& document, const anthropic::MessagesRequest& request,
    const route::Target& target, const ClientHeaders& headers, const Options& options)
{
    if (!target.has(Quirk::first_party))
        if (auto accepted = refuse_untranslatable(request); !accepted)
            return Failure(std::move(accepted).error());
    auto object = document.root().object();
    if (!object)
        return Failure(Error::bad_request("the request is no JSON object"));

    if (auto possible = refuse_lost_tools(request, target, options.upstream_name); !possible)
        return Failure(possible.error());
    if (auto fits = refuse_overflow(request, target); !fits)
        return Failure(fits.error());
    return call_of(document, *object, request, target, headers, options);
}

} // namespace dragoman::translate
