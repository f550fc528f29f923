#include "translate/responses_items.h"

#include "json/document.h"
#include "json/writer.h"

#include <string_view>

namespace dragoman::translate {

namespace {

using Kind = openai::ResponsesItem::Kind;

constexpr std::size_t id_max = 64;

// An id that the upstream takes back: its own prefix, and no longer than it allows.
bool is_own_id(json::RawString id, std::string_view prefix)
{
    return id.escaped.starts_with(prefix) && id.escaped.size() <= id_max
        && id.escaped.find('\\') == std::string_view::npos;
}

} // namespace

std::string kept_item(json::RawValue item)
{
    std::string out;
    json::Document document;
    auto root = document.parse(item.text);
    auto object = root ? root->object() : std::nullopt;
    if (!object)
        return out;
    const bool search =
        object->find("type") && object->find("type")->string() == json::RawString { "web_search_call" };
    json::Writer json(out);
    json.begin_object();
    for (auto [key, value] : *object) {
        const bool of_answers = value.is(json::Type::null) || (!search && key_is(key, "status"));
        const bool empty_content = key_is(key, "content") && value.array() && value.array()->empty();
        if (!of_answers && !empty_content)
            json.key(key).raw(value.raw());
    }
    json.end_object();
    return out;
}

std::string kept_follower(const openai::ResponsesItem& item)
{
    std::string out;
    const bool message = item.kind == Kind::message;
    const bool call = item.kind == Kind::function_call && !item.call_id.empty();
    const bool has_id = is_own_id(item.id, message ? "msg_" : "fc_");
    if ((!message && !call) || (!has_id && item.phase.empty()))
        return out;
    json::Writer json(out);
    json.begin_object().key("type").text(message ? "message" : "function_call");
    if (call)
        json.key("call_id").string(item.call_id);
    if (has_id)
        json.key("id").string(item.id);
    if (message && !item.phase.empty())
        json.key("phase").string(item.phase);
    json.end_object();
    return out;
}

} // namespace dragoman::translate
