#include "translate/reasoning_merge.h"

#include "json/escape.h"
#include "json/writer.h"
#include "translate/envelope.h"

#include <algorithm>
#include <functional>

namespace dragoman::translate {

namespace {

using Kind = openai::ReasoningDetail::Kind;

void write_if(json::Writer& json, std::string_view key, const std::string& escaped)
{
    if (!escaped.empty())
        json.key(key).string({ escaped });
}

} // namespace

void ReasoningMerge::add(const openai::ReasoningDetail& detail)
{
    if (known(detail))
        return;
    if (details_.empty() || !continues(details_.back(), detail))
        details_.push_back({ .kind = detail.kind, .type = std::string(detail.type.escaped) });
    Detail& last = details_.back();
    last.text += detail.text.escaped;
    if (!detail.signature.empty())
        last.signature = detail.signature.escaped;
    if (last.id.empty())
        last.id = detail.id.escaped;
    if (last.format.empty())
        last.format = detail.format.escaped;
    if (last.index.empty())
        last.index = detail.index.text;
    last.data += detail.data.escaped;
    if (detail.kind == Kind::other)
        last.whole = detail.whole.text;
}

bool ReasoningMerge::continues(const Detail& last, const openai::ReasoningDetail& detail) const
{
    if (last.kind != detail.kind || (detail.kind != Kind::text && detail.kind != Kind::summary))
        return false;
    return last.index.empty() || detail.index.empty() || last.index == detail.index.text;
}

// Some servers repeat encrypted parts at the end of the stream, after their block is long closed.
bool ReasoningMerge::known(const openai::ReasoningDetail& detail)
{
    if (detail.kind == Kind::text || detail.kind == Kind::summary)
        return false;
    std::string_view what = detail.kind == Kind::encrypted ? detail.data.escaped : detail.whole.text;
    std::size_t hash =
        std::hash<std::string_view> {}(what) * 31 + std::hash<std::string_view> {}(detail.id.escaped);
    return !seen_.insert(hash).second;
}

void ReasoningMerge::add_plain(std::string_view field, json::RawString text, bool keep_text)
{
    if (plain_field_.empty())
        plain_field_ = field;
    if (keep_text)
        plain_text_ += text.escaped;
}

bool ReasoningMerge::empty() const
{
    return std::all_of(details_.begin(), details_.end(), [](const Detail& detail) {
        bool readable = detail.kind == Kind::text || detail.kind == Kind::summary;
        return readable && detail.signature.empty() && json::is_blank({ detail.text });
    });
}

void ReasoningMerge::clear()
{
    details_.clear();
    plain_field_ = {};
    plain_text_.clear();
}

std::string ReasoningMerge::take_signature(const AnswerPlan& plan)
{
    auto is_text = [](const Detail& detail) { return detail.kind == Kind::text; };
    auto text = std::find_if(details_.begin(), details_.end(), is_text);
    bool one_text = std::count_if(details_.begin(), details_.end(), is_text) == 1;
    bool claude = std::all_of(details_.begin(), details_.end(),
        [](const Detail& d) { return d.format == claude_reasoning_format; });
    if (one_text && claude && !text->signature.empty()) {
        std::string signature = std::move(text->signature);
        details_.erase(text);
        return signature;
    }
    return seal(plan);
}

std::vector<std::string> ReasoningMerge::take_redacted(const AnswerPlan& plan)
{
    std::vector<std::string> blocks;
    std::erase_if(details_, [&](Detail& detail) {
        if (detail.kind != Kind::encrypted || detail.format != claude_reasoning_format)
            return false;
        blocks.push_back(std::move(detail.data));
        return true;
    });
    if (!empty())
        blocks.push_back(seal(plan));
    clear();
    return blocks;
}

std::string ReasoningMerge::detail_json(const Detail& detail)
{
    if (detail.kind == Kind::other)
        return detail.whole;
    std::string out;
    json::Writer json(out);
    json.begin_object().key("type").string({ detail.type });
    if (detail.kind == Kind::text)
        json.key("text").string({ detail.text });
    else if (detail.kind == Kind::summary)
        json.key("summary").string({ detail.text });
    write_if(json, "data", detail.data);
    write_if(json, "signature", detail.signature);
    write_if(json, "id", detail.id);
    write_if(json, "format", detail.format);
    if (!detail.index.empty())
        json.key("index").raw({ detail.index });
    json.end_object();
    return out;
}

std::string ReasoningMerge::seal(const AnswerPlan& plan)
{
    Envelope envelope { .dialect = std::string(plan.responses ? responses_dialect : chat_dialect),
        .provider = plan.upstream_name,
        .model = plan.upstream_model };
    for (const Detail& detail : details_)
        envelope.details.push_back(detail_json(detail));
    // Text that the client will not see has to travel in here, or it is lost.
    if (details_.empty() && !plain_text_.empty())
        envelope.details.push_back(
            detail_json({ .kind = Kind::text, .type = "reasoning.text", .text = plain_text_ }));
    else if (details_.empty())
        envelope.field = plain_field_;
    clear();
    return encode_envelope(envelope);
}

} // namespace dragoman::translate
