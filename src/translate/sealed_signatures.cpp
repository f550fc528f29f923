#include "translate/sealed_signatures.h"

#include "json/escape.h"
#include "route/model_quirks.h"
#include "translate/envelope.h"
#include "translate/json_edits.h"
#include "translate/messages_json.h"

namespace dragoman::translate {

namespace {

// The field that holds the signature of a block, or of a delta.
std::string_view field_of(std::string_view type)
{
    if (type == "thinking" || type == "signature_delta")
        return "signature";
    return type == "redacted_thinking" ? "data" : "";
}

void seal(JsonEdits& edits, const json::Object& block, const AnswerPlan& plan)
{
    const std::string_view name = field_of(string_at(block, "type"));
    const auto value = name.empty() ? std::nullopt : block.find(name);
    const auto signature = value ? value->string() : std::nullopt;
    if (!signature || signature->empty() || is_envelope(*signature))
        return;
    edits.replace(*value,
        '"'
            + encode_envelope({ .dialect = std::string(messages_dialect),
                .provider = plan.upstream_name,
                .model = plan.upstream_model,
                .signature = json::unescape(*signature) })
            + '"');
}

} // namespace

bool signs_as_anthropic(const route::Target& target)
{
    return target.has(route::Quirk::first_party) || target.has(route::Quirk::signed_thinking)
        || route::reads_format(route::model_family(target.model), claude_reasoning_format);
}

std::optional<std::string> with_sealed_signatures(
    std::string_view text, const json::Object& object, const AnswerPlan& plan)
{
    JsonEdits edits(text);
    for (std::string_view name : { "content_block", "delta" })
        if (auto inside = object_at(object, name))
            seal(edits, *inside, plan);
    const auto content = object.find("content");
    if (auto blocks = content ? content->array() : std::nullopt)
        for (json::Value value : *blocks)
            if (auto block = value.object())
                seal(edits, *block, plan);
    if (edits.empty())
        return std::nullopt;
    return edits.apply().text();
}

} // namespace dragoman::translate
