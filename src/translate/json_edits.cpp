#include "translate/json_edits.h"

#include <algorithm>

namespace dragoman::translate {

namespace {

std::size_t end_of(const json::Value& value) { return value.offset() + value.raw().text.size(); }

} // namespace

void JsonEdits::replace(const json::Value& value, std::string by)
{
    edits_.push_back({ value.offset(), end_of(value), std::move(by) });
}

void JsonEdits::insert(std::size_t offset, std::string what)
{
    edits_.push_back({ offset, offset, std::move(what) });
}

bool JsonEdits::remove_fields(
    const json::Object& object, const std::function<bool(const json::Field&)>& is_unwanted)
{
    std::vector<Member> members;
    for (json::Field field : object) {
        const auto key = static_cast<std::size_t>(field.key.escaped.data() - text_.data()) - 1; // its quote
        members.push_back({ key, end_of(field.value), is_unwanted(field) });
    }
    return remove_members(members);
}

bool JsonEdits::remove_elements(const json::Array& array, const std::vector<bool>& is_unwanted)
{
    std::vector<Member> members;
    for (json::Value value : array)
        members.push_back({ value.offset(), end_of(value), is_unwanted[members.size()] });
    return remove_members(members);
}

// A member goes together with the comma in front of it; those before the first one that stays go with the
// comma behind them.
bool JsonEdits::remove_members(const std::vector<Member>& members)
{
    bool kept_before = false;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const Member& member = members[i];
        if (!member.unwanted)
            kept_before = true;
        else if (kept_before)
            edits_.push_back({ members[i - 1].end, member.end, {} });
        else
            edits_.push_back(
                { member.begin, i + 1 < members.size() ? members[i + 1].begin : member.end, {} });
    }
    return !kept_before;
}

json::Pieces JsonEdits::apply() const
{
    std::vector<const Edit*> ordered;
    for (const Edit& edit : edits_)
        ordered.push_back(&edit);
    std::stable_sort(ordered.begin(), ordered.end(), [](const Edit* a, const Edit* b) {
        return a->begin != b->begin ? a->begin < b->begin : a->end > b->end;
    });
    json::Pieces out;
    std::size_t at = 0;
    for (const Edit* edit : ordered) {
        if (edit->begin < at)
            continue; // inside a change that was made
        out.append_lasting(text_.substr(at, edit->begin - at));
        out.own += edit->by;
        at = edit->end;
    }
    out.append_lasting(text_.substr(at));
    return out;
}

} // namespace dragoman::translate
