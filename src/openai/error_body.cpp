#include "openai/error_body.h"

#include "json/escape.h"
#include "json/members.h"
#include "openai/plain_text.h"

#include <algorithm>
#include <array>

namespace dragoman::openai {

namespace {

using json::Object;
using json::Type;
using json::Value;

// JSON inside a string inside JSON: routers wrap twice, a third envelope has been seen around LiteLLM.
constexpr int depth_max = 6;

std::string text_of(Value value)
{
    if (auto string = value.string())
        return json::unescape(*string);
    if (value.is(Type::number))
        return std::string(value.raw().text);
    return {};
}

std::string text_at(Object object, std::string_view name)
{
    auto found = object.find(name);
    return found ? text_of(*found) : std::string {};
}

std::optional<std::uint64_t> count_at(Object object, std::string_view name)
{
    auto found = object.find(name);
    auto number = found ? found->integer() : std::nullopt;
    return number && *number >= 0 ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

bool is_digits(std::string_view text)
{
    return !text.empty()
        && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void keep_first(std::string& member, std::string text)
{
    if (member.empty())
        member = std::move(text);
}

class Reader {
public:
    explicit Reader(ErrorBody& body)
        : body_(body)
    {
    }

    void read_text(std::string_view text, int depth);
    void read(Value value, int depth);

private:
    void read_object(Object object, int depth);
    void read_codes(Object object);
    void read_code(std::string code);
    void read_metadata(Object metadata, int depth);
    void read_waits(Object object);
    void read_quotas(Object detail);
    void read_detail(Value detail, int depth);
    std::string innermost(std::string_view text, int depth);

    ErrorBody& body_;
};

// What a piece of foreign text says, with its own envelopes opened.
std::string Reader::innermost(std::string_view text, int depth)
{
    ErrorBody inner;
    Reader(inner).read_text(text, depth + 1);
    keep_first(body_.provider, inner.provider);
    keep_first(body_.error_type, inner.error_type);
    keep_first(body_.retry_after, inner.retry_after);
    keep_first(body_.quota, inner.quota);
    keep_first(body_.param, inner.param);
    keep_first(body_.rate_limit_reset, inner.rate_limit_reset);
    keep_first(body_.type, inner.type);
    read_code(inner.code);
    if (body_.status == 0)
        body_.status = inner.status;
    body_.moderation |= inner.moderation;
    if (!body_.prompt_tokens)
        body_.prompt_tokens = inner.prompt_tokens;
    if (!body_.context_tokens)
        body_.context_tokens = inner.context_tokens;
    return inner.message;
}

void Reader::read_text(std::string_view text, int depth)
{
    text = trim(text);
    if (text.starts_with("data:"))
        text = trim(text.substr(5, text.find('\n') - 5)); // one event of a stream, under an error status
    const bool json =
        !text.empty() && (std::string_view("{[\"").find(text.front()) != std::string_view::npos);
    if (text == "null")
        return;
    if (json && depth <= depth_max) {
        json::Document document;
        if (auto root = document.parse(text))
            return read(*root, depth);
    }
    body_.plain = depth == 0;
    keep_first(body_.message, plain_text(text));
}

void Reader::read(Value value, int depth)
{
    if (depth > depth_max)
        return keep_first(body_.message, plain_text(value.raw().text));
    if (auto object = value.object())
        return read_object(*object, depth);
    if (auto string = value.string())
        return keep_first(body_.message, innermost(json::unescape(*string), depth));
    if (auto array = value.array())
        for (Value element : *array)
            if (body_.message.empty())
                read(element, depth + 1);
}

void Reader::read_object(Object object, int depth)
{
    read_codes(object);
    read_waits(object);
    // NestJS writes {"message":"the reason","error":"Bad Request"}: there the message says more.
    auto error = object.find("error");
    auto message = object.find("message");
    if (error && !(error->is(Type::string) && message && message->is(Type::string)))
        read(*error, depth + 1);
    for (std::string_view name :
        { "message", "msg", "status_msg", "error_message", "error_msg", "error_description" })
        if (auto found = object.find(name); found && body_.message.empty())
            read_detail(*found, depth);
    if (auto detail = object.find("detail"); detail && body_.message.empty())
        read_detail(*detail, depth);
    for (std::string_view name : { "errors", "response", "base_resp" })
        if (auto found = object.find(name); found && body_.message.empty())
            read(*found, depth + 1);
    if (auto choices = object.find("choices"); choices && choices->is(Type::array))
        for (Value choice : json::Array(*choices->array()))
            if (auto fields = choice.object(); fields && body_.message.empty())
                if (auto failure = fields->find("error"))
                    read(*failure, depth + 1);
    if (error && body_.message.empty())
        read(*error, depth + 1);
    if (body_.message.empty())
        body_.message = text_at(object, "title"); // RFC 9457, where nothing says more
    if (auto metadata = object.find("metadata"); metadata && metadata->is(Type::object))
        read_metadata(*metadata->object(), depth);
}

// The name of the failure beats its number, and the outer envelope beats the inner one.
void Reader::read_code(std::string code)
{
    if (code.empty() || code == "null")
        return;
    if (is_digits(code) && code.size() == 3 && body_.status == 0 && code[0] >= '4' && code[0] <= '5')
        body_.status = std::stoi(code);
    if (body_.code.empty() || (is_digits(body_.code) && !is_digits(code)))
        body_.code = std::move(code);
}

void Reader::read_codes(Object object)
{
    if (std::string type = text_at(object, "type"); type != "error")
        keep_first(body_.type, std::move(type));
    for (std::string_view name : { "code", "status", "status_code", "statusCode" })
        read_code(text_at(object, name));
    if (auto count = count_at(object, "n_prompt_tokens"))
        body_.prompt_tokens = count;
    if (auto count = count_at(object, "n_ctx"))
        body_.context_tokens = count;
    keep_first(body_.error_type, text_at(object, "error_type"));
    keep_first(body_.param, text_at(object, "param"));
}

// A wait may stand beside the message, in `availability`, or in Google's `details` as a RetryInfo.
void Reader::read_waits(Object object)
{
    keep_first(body_.retry_after, text_at(object, "retry_after"));
    keep_first(body_.retry_after, text_at(object, "retryDelay"));
    if (auto availability = object.find("availability"); availability && availability->is(Type::object))
        keep_first(body_.retry_after, text_at(*availability->object(), "retry_after"));
    if (auto details = object.find("details"); details && details->is(Type::array))
        for (Value detail : json::Array(*details->array()))
            if (auto fields = detail.object()) {
                keep_first(body_.retry_after, text_at(*fields, "retryDelay"));
                read_quotas(*fields);
            }
}

// Google's QuotaFailure: {"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}
void Reader::read_quotas(Object detail)
{
    if (auto violations = detail.find("violations"); violations && violations->is(Type::array))
        for (Value violation : json::Array(*violations->array()))
            if (auto fields = violation.object())
                if (std::string name = text_at(*fields, "quotaId"); !name.empty())
                    body_.quota.append(body_.quota.empty() ? "" : " ").append(name);
}

void Reader::read_metadata(Object metadata, int depth)
{
    keep_first(body_.provider, text_at(metadata, "provider_name"));
    keep_first(body_.error_type, text_at(metadata, "error_type"));
    read_code(text_at(metadata, "provider_code"));
    read_waits(metadata);
    body_.moderation |= metadata.find("flagged_input").has_value() || metadata.find("reasons").has_value();
    if (auto headers = metadata.find("headers"); headers && headers->is(Type::object))
        for (json::Field field : json::Object(*headers->object())) {
            const std::string name = lower(field.key.escaped);
            if (name == "x-ratelimit-reset")
                body_.rate_limit_reset = text_of(field.value);
            else if (name == "retry-after")
                keep_first(body_.retry_after, text_of(field.value));
        }
    auto raw = metadata.find("raw");
    if (!raw)
        return;
    // OpenRouter writes raw as a string; other routers copy the provider's object as it is.
    std::string said = innermost(
        raw->is(Type::string) ? json::unescape(*raw->string()) : std::string(raw->raw().text), depth);
    if (said.empty() || said == "null" || said == body_.message)
        return;
    body_.outer_message = std::exchange(body_.message, std::move(said));
}

// FastAPI: a sentence, or a list of {"loc":["body","model"],"msg":"field required"}.
void Reader::read_detail(Value detail, int depth)
{
    if (!detail.is(Type::array))
        return read(detail, depth + 1);
    std::string joined;
    for (Value element : json::Array(*detail.array())) {
        std::string said = text_of(element);
        if (auto object = element.object()) {
            if (auto loc = object->find("loc"); loc && loc->is(Type::array))
                for (Value part : json::Array(*loc->array()))
                    said.append(said.empty() ? "" : ".").append(text_of(part));
            const std::string reason = text_at(*object, "msg");
            said.append(said.empty() ? "" : ": ")
                .append(reason.empty() ? text_at(*object, "message") : reason);
        }
        joined.append(joined.empty() ? "" : "; ").append(said);
    }
    keep_first(body_.message, std::move(joined));
}

bool says_something(Value value)
{
    if (!value.is_there() || value.is(Type::null))
        return false;
    if (auto string = value.string())
        return !string->empty();
    if (auto object = value.object())
        return !object->empty();
    if (auto array = value.array())
        return !array->empty();
    return value.boolean().value_or(true);
}

bool is_word(Value value, std::string_view word)
{
    return value.is_there() && value.is(Type::string) && value.string()->escaped == word;
}

// MiniMax: {"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}
bool has_failed_status(Value base_resp)
{
    auto status = base_resp.is_there() ? base_resp.object() : std::nullopt;
    auto code = status ? status->find("status_code") : std::nullopt;
    return code && code->integer().value_or(0) != 0;
}

} // namespace

ErrorBody decode_error_body(std::string_view body)
{
    ErrorBody decoded;
    Reader(decoded).read_text(body, 0);
    // MiMo: {"message":"Param Incorrect","param":"max_tokens is too large: ..."}
    if (std::count(decoded.param.begin(), decoded.param.end(), ' ') > 2)
        decoded.outer_message = std::exchange(decoded.message, std::exchange(decoded.param, {}));
    return decoded;
}

bool is_error(const json::Members& members)
{
    if (has_failed_status(members.find("base_resp")))
        return true;
    const Value type = members.find("type");
    const Value kind = members.find("object");
    if (says_something(members.find("error")) || is_word(type, "error") || is_word(kind, "error"))
        return true;
    const Value choices = members.find("choices");
    if (choices.is_there() && choices.is(Type::array)) {
        for (Value choice : json::Array(*choices.array()))
            if (auto fields = choice.object();
                fields && says_something(fields->find("error").value_or(Value())))
                return true;
        return false;
    }
    // Nothing of an answer, but words of an error.
    if (type.is_there() || kind.is_there() || members.find("content").is_there()
        || members.find("id").is_there())
        return false;
    auto said = [&](const json::Name& name) {
        const Value found = members.find(name);
        return says_something(found) && !found.is(Type::number);
    };
    return said("detail") || said("errors") || said("message") || said("msg");
}

bool is_error(const json::Value& root)
{
    if (auto object = root.object())
        return is_error(json::Members(*object));
    if (auto array = root.array())
        for (Value element : *array)
            return is_error(element);
    return false;
}

} // namespace dragoman::openai
