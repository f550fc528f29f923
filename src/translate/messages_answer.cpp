#include "translate/messages_answer.h"

#include "base/limits.h"
#include "json/escape.h"
#include "translate/error.h"
#include "translate/json_edits.h"
#include "translate/message_to_events.h"
#include "translate/messages_json.h"
#include "translate/sealed_signatures.h"

#include <fmt/format.h>

#include <utility>

namespace dragoman::translate {

namespace {

using json::Object;
using json::Type;

std::string_view without_blanks(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == text.npos ? std::string_view {}
                              : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// JSON without the blanks between its tokens: events are single lines.
std::string compact(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    bool inside = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (inside && c == '\\' && at + 1 < text.size())
            out += text[at++];
        else if (c == '"')
            inside = !inside;
        if (inside || (c != ' ' && c != '\t' && c != '\n' && c != '\r'))
            out += text[at];
    }
    return out;
}

// Clients with strict types insist on the signature of a thinking block, which some servers leave out.
std::optional<std::string> with_all_signatures(std::string_view text, const json::Value& content)
{
    JsonEdits edits(text);
    if (auto blocks = content.is_there() ? content.array() : std::nullopt)
        for (json::Value value : *blocks)
            if (auto block = value.object();
                block && string_at(*block, "type") == "thinking" && !block->find("signature"))
                edits.insert(value.offset() + value.raw().text.size() - 1, R"(,"signature":"")");
    if (edits.empty())
        return std::nullopt;
    return edits.apply().text();
}

} // namespace

MessagesAnswer::MessagesAnswer(const AnswerPlan& plan, IdSource& ids, json::Document& document)
    : plan_(plan)
    , ids_(ids)
    , document_(document)
{
}

Error MessagesAnswer::failure(std::string_view body) const
{
    return translate_error({ .body = body }, error_context(plan_, facts_.upstream_provider));
}

Error MessagesAnswer::broken(std::string_view what) const
{
    return Error::upstream_protocol(fmt::format("Upstream {} {}", plan_.upstream_name, what));
}

// Events begin with a field's name or a colon, JSON and pages of HTML with a bracket.
void MessagesAnswer::find_form(std::string_view bytes)
{
    if (whole_.empty())
        whole_ = recycled::take<std::string>(bytes.size());
    whole_.append(bytes);
    std::string_view text = whole_;
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    text = without_blanks(text);
    if (text.empty() || (whole_.size() < 3 && static_cast<unsigned char>(text.front()) >= 0x80))
        return;
    const bool bracket = std::string_view("{[<\"").find(text.front()) != std::string_view::npos;
    form_ = bracket ? Form::whole : Form::events;
    if (form_ == Form::events) {
        decoder_.feed(whole_);
        recycled::give(whole_);
    }
}

Result<void> MessagesAnswer::feed(std::string_view bytes, std::string& out)
{
    if (form_ == Form::events)
        decoder_.feed(bytes);
    else if (form_ == Form::whole)
        whole_.append(bytes);
    else
        find_form(bytes);
    if (form_ == Form::events)
        return take_events(out);
    if (whole_.size() > plan_.whole_answer_max)
        return Failure(broken("sent an answer that is larger than dragoman takes"));
    if (form_ == Form::whole)
        data_events_ = 1;
    return {};
}

Result<void> MessagesAnswer::take_events(std::string& out)
{
    while (auto event = decoder_.next())
        if (auto taken = take_event(*event, out); !taken)
            return taken;
    if (decoder_.overflowed())
        return Failure(broken("sent an event that is larger than dragoman takes"));
    return {};
}

Result<void> MessagesAnswer::take_event(const sse::Event& event, std::string& out)
{
    std::string_view data = without_blanks(event.data);
    if (data.empty() || ended_)
        return {};
    if (data == "[DONE]") {
        end_marker_ = true;
        return {};
    }
    ++data_events_;
    std::string one_line;
    if (data.find('\n') != data.npos) // an event of several data lines
        data = one_line = compact(data);
    if (event.name != "error" && pattern_.fits(data)) {
        unreadable_ = 0;
        pass("content_block_delta", data, out);
        return {};
    }
    auto root = document_.parse(data);
    if (!root || !root->is(Type::object)) {
        if (++unreadable_ < limits::unreadable_events)
            return {};
        return Failure(broken("sends events that are no JSON"));
    }
    unreadable_ = 0;
    std::string sealed;
    if (plan_.seals_signatures)
        if (auto text = with_sealed_signatures(data, *root->object(), plan_)) {
            data = sealed = std::move(*text);
            root = document_.parse(data);
        }
    const Object object = *root->object();
    if (openai::is_error(*root) || event.name == "error")
        return Failure(failure(data));
    const std::string type = json::unescape({ string_at(object, "type") });
    const std::string_view name = type.empty() ? event.name : std::string_view(type);
    if (name == "message_stop" && !has_finish_reason_) { // finish() says what is missing
        end_marker_ = true;
        return {};
    }
    if (name == "message_start")
        on_message_start(data, object, out);
    else if (name == "message_delta")
        on_message_delta(data, object, out);
    else if (name != "ping" || started_)
        pass(name, data, out);
    if (name == "content_block_start")
        on_block_start(object);
    else if (name == "content_block_stop")
        on_block_stop(object);
    else if (name == "message_stop")
        ended_ = true;
    else if (name == "content_block_delta" && plan_.stream)
        remember(data, object);
    has_substance_ |= name.starts_with("content_block") || name == "message_stop";
    if (!plan_.stream) {
        aggregate_.add(name, object);
        aggregated_bytes_ += data.size();
        if (aggregated_bytes_ > plan_.whole_answer_max)
            return Failure(broken("sent an answer that is larger than dragoman takes"));
    }
    return {};
}

Result<void> MessagesAnswer::finish(std::string& out)
{
    if (form_ == Form::whole)
        return finish_whole(out);
    return finish_events(out);
}

Result<void> MessagesAnswer::finish_events(std::string& out)
{
    while (auto last = decoder_.finish())
        if (auto taken = take_event(*last, out); !taken)
            return taken;
    if (data_events_ == 0 && !end_marker_)
        return Failure(broken("ended its answer before it began"));
    if (!ended_) {
        if (!has_finish_reason_ && !(end_marker_ && has_content_))
            return Failure(broken("ended its answer early"));
        end_message(out);
    }
    if (!plan_.stream)
        aggregate_.append(out, plan_.client_model, ids_.with_prefix("msg_"));
    return {};
}

Result<void> MessagesAnswer::finish_whole(std::string& out)
{
    std::string_view text = whole_;
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    text = without_blanks(text);
    std::string on_one_line;
    auto root = document_.parse(text);
    if (root && plan_.stream) {
        text = on_one_line = compact(text);
        root = document_.parse(text);
    }
    if (!root) {
        if (text.front() == '{' || text.front() == '[')
            return Failure(broken("sent an answer that is no valid JSON, or ended it early"));
        return Failure(failure(text));
    }
    if (!root->is(Type::object))
        return Failure(openai::is_error(*root) ? failure(text) : broken("sent JSON that is no message"));
    json::Members fields(*root->object());
    if (openai::is_error(fields))
        return Failure(failure(text));
    std::string edited;
    const auto take = [&](std::optional<std::string> changed) {
        if (!changed)
            return;
        edited.swap(*changed);
        text = edited;
        root = document_.parse(text);
        fields = json::Members(*root->object());
    };
    if (plan_.seals_signatures)
        take(with_sealed_signatures(text, *root->object(), plan_));
    if (!plan_.stream)
        take(with_all_signatures(text, fields.find("content")));
    const json::Value content = fields.find("content");
    if (!content.is_there() || !content.is(Type::array))
        return Failure(broken("sent JSON that is no message"));
    note_message(fields);
    note_ending(string_at(fields, "stop_reason"));
    has_substance_ = true;
    has_content_ = !content.array()->empty();
    ended_ = true;
    if (plan_.stream) {
        append_message_events(out, *root->object(), plan_.client_model, !started_);
        started_ = true;
        return {};
    }
    const json::Value model = fields.find("model");
    if (!model.is_there()) {
        out += text;
        return {};
    }
    out.reserve(out.size() + text.size() + 2 * plan_.client_model.size());
    out.append(text.substr(0, model.offset())).append("\"");
    json::append_escaped(out, plan_.client_model);
    out.append("\"").append(text.substr(end_of(model)));
    return {};
}

} // namespace dragoman::translate
