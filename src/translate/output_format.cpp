#include "translate/output_format.h"

#include "translate/schema.h"

namespace dragoman::translate {

namespace {

bool can_be_strict(json::RawValue schema, const route::Target& target)
{
    return target.has(route::Quirk::any_strict) || is_strict_when_sent(schema, target);
}

} // namespace

Binding binding_of(const anthropic::MessagesRequest& request, const route::Target& target)
{
    if (request.output_config.format_schema.empty())
        return Binding::none;
    if (target.facts && target.facts->refuses("response_format"))
        return Binding::words;
    const bool schemas = !target.has(route::Quirk::no_json_schema);
    if (schemas && (!target.facts || target.facts->supports("structured_outputs")))
        return Binding::schema;
    return !target.facts || target.facts->supports("response_format") ? Binding::json_only : Binding::words;
}

void append_output_format(
    json::Writer& json, const anthropic::MessagesRequest& request, const route::Target& target)
{
    const Binding binding = binding_of(request, target);
    if (binding == Binding::none || binding == Binding::words)
        return;
    json.key("response_format").begin_object().key("type");
    if (binding == Binding::json_only) {
        json.text("json_object").end_object();
        return;
    }
    const json::RawValue schema = request.output_config.format_schema;
    json.text("json_schema").key("json_schema").begin_object().key("name").text("output");
    if (!target.has(route::Quirk::no_strict))
        json.key("strict").boolean(can_be_strict(schema, target));
    json.key("schema");
    json::Document scratch;
    append_schema(json, schema, target, scratch, SchemaOf::answer);
    json.end_object().end_object();
}

std::string format_words(const anthropic::MessagesRequest& request)
{
    if (request.output_config.format_schema.empty())
        return {};
    return "Respond only with JSON that matches this JSON schema, without any text before or after it:\n"
        + std::string(request.output_config.format_schema.text);
}

std::string format_instruction(const anthropic::MessagesRequest& request, const route::Target& target)
{
    const Binding binding = binding_of(request, target);
    return binding == Binding::json_only || binding == Binding::words ? format_words(request) : std::string();
}

} // namespace dragoman::translate
