#include "translate/rectify.h"

#include "translate/error_cause.h"
#include "translate/overflow.h"
#include "translate/refused_parameter.h"

#include <algorithm>
#include <iterator>

namespace dragoman::translate {

namespace {

constexpr std::uint64_t output_margin = 64; // counts of vendors differ by a few tokens from turn to turn
constexpr std::uint64_t least_output = 1024; // an answer of less is no answer

// Anthropic quotes with backticks here and there.
std::string without_backticks(std::string text)
{
    std::erase(text, '`');
    return text;
}

bool mentions(const std::string& text, std::initializer_list<std::string_view> parts)
{
    return std::any_of(
        parts.begin(), parts.end(), [&](auto part) { return text.find(part) != std::string::npos; });
}

bool refuses_cache_control(const FailureCase& one) { return one.says({ "cache_control" }); }

bool lacks_reasoning(const FailureCase& one)
{
    return one.says({ "reasoning_content", "content[].thinking" })
        && one.says({ "missing", "must be passed back", "is required", "must be provided" });
}

// Somebody else had these thoughts, or had them in front of something else.
bool refuses_these_thoughts(const FailureCase& one)
{
    const std::string text = without_backticks(one.text);
    if (mentions(text,
            { "signature in thinking block", "invalid thought signature", "thought signature is not valid",
                "corrupted thought signature", "expected thinking or redacted_thinking",
                "encrypted content could not be", "encrypted_content could not be",
                "without its required following item", "without its required 'reasoning' item" }))
        return true;
    if (mentions(text, { "thinking.signature" }) && mentions(text, { "field required" }))
        return true;
    if (mentions(text, { "encrypted content for item" }) && mentions(text, { "could not be verified" }))
        return true;
    return mentions(text, { "thinking block", "redacted_thinking" })
        && mentions(text, { "cannot be modified", "invalid signature", "must be removed" });
}

// A strict server that does not know the field.
bool refuses_all_thoughts(const FailureCase& one)
{
    const std::string text = without_backticks(one.text);
    if (mentions(text, { "thinking block", "redacted_thinking" }) && mentions(text, { "not supported" }))
        return true;
    return mentions(text, { "reasoning_content", "reasoning_details" }) && refuses_a_field(text);
}

bool refuses_tool_choice(const FailureCase& one)
{
    if (one.says({ "when tool_choice forces tool use" }))
        return true;
    return one.says({ "tool_choice", "tool choice" })
        && one.says(
            { "not support", "unsupported", "no endpoints found", "must be", "invalid value", "only auto",
                "should be", "only support", "supported string values", "incompatible", "仅支持", "只支持" });
}

bool speaks_of_thinking(const FailureCase& one) { return one.says({ "thinking", "reasoning" }); }

// Strictness asks for schemas that most tools do not have.
bool refuses_strict(const FailureCase& one)
{
    if (one.says({ "is required to be supplied and to be false", "strict mode", "strict schema",
            "strict tools", "'required' is required to be supplied" }))
        return true;
    return marks_parameter(one.text, "strict") && refuses_a_field(one.text);
}

bool refuses_schema(const FailureCase& one)
{
    if (one.is_called({ "invalid_function_parameters", "invalid_schema" })
        || one.says({ "invalid schema for function", "moonshot flavored json schema",
            "json schema is invalid", "unsupported json schema", "unsupported schema", "invalid json schema",
            "failed to parse grammar", "json schema conversion failed", "schema is too complex",
            "schemas exceed", "at path 'properties", "invalid tool schema", "failed to convert json schema",
            "json schema contains features" }))
        return true;
    return one.says(
               { "function_declarations", "functiondeclaration", ".input_schema", "].function.parameters" })
        && one.says({ "cannot find field", "missing field", "should be non-empty", "only allowed for",
            "not support", "invalid", "unsupported" });
}

// One tool's schema is wrong, and not what schemas are made of.
bool is_about_one_schema(const FailureCase& one)
{
    return !one.says({ "unknown name", "cannot find field", "unsupported", "not supported", "flavored",
        "only allowed for" });
}

// There are too many marks, or one stands where none may, or asks for more than the server gives.
bool is_about_some_marks(const FailureCase& one)
{
    return !refuses_a_field(one.text)
        || one.says({ "maximum of", "thinking.cache_control", "tool_use.cache_control", ".ttl", ".scope" });
}

// It is refused beside something else only.
bool is_about_a_combination(const FailureCase& one)
{
    return one.says({ "may only be set", "cannot both be", "when thinking", "thinking is enabled",
        "thinking mode", "together with", "at the same time", "in combination with", "when using" });
}

// Another value of it may be taken.
bool is_about_a_value(const FailureCase& one)
{
    return (one.says({ "unsupported value", "supported values are", "supported levels", "invalid value" })
               || names_a_range(one.text))
        && !one.says({ "only the default" });
}

Reach reach_of_parameter(const FailureCase& one)
{
    if (is_about_a_value(one))
        return Reach::request;
    return is_about_a_combination(one) ? Reach::session : Reach::model;
}

struct Rule {
    bool (*applies)(const FailureCase&);
    bool SentRequest::* present;
    Remedy remedy;
    bool (*only_here)(const FailureCase&) = nullptr; // whether it is about this conversation alone
};

bool always(const FailureCase&) { return true; }

// From top to bottom; what is named more exactly stands higher.
constexpr Rule rules[] = {
    { refuses_cache_control, &SentRequest::cache_control, Remedy::drop_cache_control, is_about_some_marks },
    { lacks_reasoning, &SentRequest::tool_calls, Remedy::add_reasoning_content },
    { refuses_these_thoughts, &SentRequest::thinking, Remedy::drop_thinking, always },
    { refuses_all_thoughts, &SentRequest::thinking, Remedy::drop_thinking },
    { refuses_tool_choice, &SentRequest::forced_tool, Remedy::weaken_tool_choice },
    { refuses_system, &SentRequest::system_role, Remedy::fold_system },
    { refuses_system, &SentRequest::system_first, Remedy::fold_all_system },
    { refuses_strict, &SentRequest::strict, Remedy::drop_strict },
    { refuses_schema, &SentRequest::tools, Remedy::simplify_schemas, is_about_one_schema },
};

std::optional<Rectification> less_output(const FailureCase& one, const SentRequest& sent)
{
    const auto overflow = find_overflow(one.body, overflow_context(one));
    if (!overflow || overflow->kind == Overflow::Kind::input)
        return std::nullopt;
    std::uint64_t to = overflow->limit;
    if (overflow->kind == Overflow::Kind::sum)
        to = overflow->limit > overflow->input + output_margin
            ? overflow->limit - overflow->input - output_margin
            : 0;
    const bool helps =
        to < sent.max_tokens && (to >= least_output || overflow->kind == Overflow::Kind::output);
    if (!helps)
        return std::nullopt;
    const bool of_model = overflow->kind == Overflow::Kind::output;
    return Rectification { .remedy = Remedy::lower_max_tokens,
        .reach = of_model ? Reach::model : Reach::request,
        .max_tokens = to };
}

// Of these two, servers know one or the other.
bool is_about_the_name_of_max_tokens(const FailureCase& one)
{
    if (one.says({ "use 'max_completion_tokens' instead", "use max_completion_tokens instead",
            "use 'max_tokens' instead", "use max_tokens instead" }))
        return true;
    const bool named = marks_parameter(one.text, "max_completion_tokens") || one.body.param == "max_tokens"
        || marks_parameter(one.text, "max_tokens");
    return named && refuses_a_field(one.text);
}

std::optional<Rectification> without_a_parameter(const FailureCase& one, const SentRequest& sent)
{
    if (sent.max_tokens != 0 && is_about_the_name_of_max_tokens(one))
        return Rectification { .remedy = Remedy::rename_max_tokens };
    if (auto name = refused_parameter(one.text, one.body.param, sent.parameters))
        return Rectification {
            .remedy = Remedy::drop_parameter, .reach = reach_of_parameter(one), .parameter = std::move(*name)
        };
    return std::nullopt;
}

Rectification by_rule(const Rule& rule, const FailureCase& one)
{
    const bool only_here = rule.only_here != nullptr && rule.only_here(one);
    return { .remedy = rule.remedy,
        .reach = only_here ? Reach::session : Reach::model,
        .while_thinking = rule.remedy == Remedy::weaken_tool_choice && speaks_of_thinking(one) };
}

// Servers that run a model's own template call what it refuses a failure of theirs.
std::optional<Rectification> by_template(const FailureCase& one, const SentRequest& sent)
{
    for (const Rule& rule : rules)
        if (rule.applies == refuses_system && sent.*rule.present && rule.applies(one))
            return by_rule(rule, one);
    return std::nullopt;
}

bool may_be_mended(const FailureCase& one)
{
    return one.has_status({ 400, 422, 500 })
        || (one.status == 404 && one.says({ "no endpoints found that support" }));
}

} // namespace

std::string_view name_of(Remedy remedy)
{
    switch (remedy) {
    case Remedy::drop_thinking:
        return "drop_thinking";
    case Remedy::add_reasoning_content:
        return "add_reasoning_content";
    case Remedy::drop_parameter:
        return "drop_parameter";
    case Remedy::rename_max_tokens:
        return "rename_max_tokens";
    case Remedy::weaken_tool_choice:
        return "weaken_tool_choice";
    case Remedy::drop_images:
        return "drop_images";
    case Remedy::lower_max_tokens:
        return "lower_max_tokens";
    case Remedy::fold_system:
        return "fold_system";
    case Remedy::fold_all_system:
        return "fold_all_system";
    case Remedy::drop_strict:
        return "drop_strict";
    case Remedy::simplify_schemas:
        return "simplify_schemas";
    case Remedy::drop_cache_control:
        return "drop_cache_control";
    }
    return "";
}

std::string describe(const Rectification& rectification)
{
    std::string text(name_of(rectification.remedy));
    if (!rectification.parameter.empty())
        text.append(" ").append(rectification.parameter);
    if (rectification.max_tokens != 0)
        text.append(" ").append(std::to_string(rectification.max_tokens));
    return text;
}

std::optional<Rectification> rectify(const FailureCase& one, const SentRequest& sent)
{
    if (!may_be_mended(one))
        return std::nullopt;
    const Cause cause = cause_of(one);
    if (one.status == 500 && cause != Cause::bad_image)
        return by_template(one, sent);
    if (cause == Cause::overflow)
        return less_output(one, sent);
    if (cause != Cause::refused && cause != Cause::bad_image && cause != Cause::unusable_model)
        return std::nullopt;
    if (sent.images && refuses_pictures(one.text))
        return Rectification { .remedy = Remedy::drop_images };
    for (const Rule& rule : rules)
        if (sent.*rule.present && rule.applies(one))
            return by_rule(rule, one);
    return cause == Cause::refused ? without_a_parameter(one, sent) : std::nullopt;
}

} // namespace dragoman::translate
