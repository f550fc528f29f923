#include "translate/envelope.h"

#include "base/encoding.h"
#include "json/document.h"
#include "json/escape.h"
#include "json/writer.h"

namespace dragoman::translate {

namespace {

json::Writer& begin(
    json::Writer& json, std::string_view dialect, std::string_view provider, std::string_view model)
{
    return json.begin_object()
        .key("v")
        .integer(1)
        .key("d")
        .text(dialect)
        .key("p")
        .text(provider)
        .key("m")
        .text(model);
}

std::string seal(std::string_view text) { return std::string(envelope_prefix) + base64url_encode(text); }

std::string plain_text(const json::Object& object, std::string_view name)
{
    auto value = object.find(name);
    auto string = value ? value->string() : std::nullopt;
    return string ? json::unescape(*string) : std::string {};
}

// False when there is a list that is not one of objects.
bool read_details(const json::Object& object, std::vector<std::string>& details)
{
    auto value = object.find("rd");
    if (!value)
        return true;
    auto array = value->array();
    if (!array)
        return false;
    for (json::Value detail : *array) {
        if (!detail.is(json::Type::object))
            return false;
        details.emplace_back(detail.raw().text);
    }
    return true;
}

} // namespace

std::string encode_envelope(const Envelope& envelope)
{
    std::string text;
    json::Writer json(text);
    begin(json, envelope.dialect, envelope.provider, envelope.model);
    if (!envelope.field.empty())
        json.key("f").text(envelope.field);
    if (!envelope.signature.empty())
        json.key("s").text(envelope.signature);
    if (!envelope.details.empty() || (envelope.field.empty() && envelope.signature.empty())) {
        json.key("rd").begin_array();
        for (const std::string& detail : envelope.details)
            json.raw({ detail });
        json.end_array();
    }
    json.end_object();
    return seal(text);
}

std::string encode_envelope(
    std::string_view provider, std::string_view model, std::span<const json::RawValue> details)
{
    std::string text;
    json::Writer json(text);
    begin(json, chat_dialect, provider, model).key("rd").begin_array();
    for (json::RawValue detail : details)
        json.raw(detail);
    json.end_array().end_object();
    return seal(text);
}

bool is_envelope(json::RawString signature) { return signature.escaped.starts_with(envelope_prefix); }

std::optional<Envelope> decode_envelope(json::RawString signature)
{
    if (!is_envelope(signature))
        return std::nullopt;
    auto text = base64url_decode(signature.escaped.substr(envelope_prefix.size()));
    if (!text)
        return std::nullopt;
    json::Document document;
    auto root = document.parse(*text);
    auto object = root ? root->object() : std::nullopt;
    if (!object)
        return std::nullopt;
    auto version = object->find("v");
    if (!version || version->integer() != 1)
        return std::nullopt;
    Envelope envelope { .dialect = plain_text(*object, "d"),
        .provider = plain_text(*object, "p"),
        .model = plain_text(*object, "m"),
        .field = plain_text(*object, "f"),
        .signature = plain_text(*object, "s") };
    if (envelope.model.empty() || !read_details(*object, envelope.details))
        return std::nullopt;
    return envelope;
}

} // namespace dragoman::translate
