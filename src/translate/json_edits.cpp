#include "translate/json_edits.h"

#include "base/limits.h"
#include "base/recycled.h"

#include <algorithm>
#include <tuple>

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

// Sees the members of one container, in order. One that goes takes the comma in front of it along; those
// before the first one that stays take the comma behind them.
class JsonEdits::Removal {
public:
    explicit Removal(JsonEdits& all)
        : edits_(all.edits_)
    {
    }

    void see(std::size_t begin, std::size_t end, bool unwanted)
    {
        if (std::exchange(waits_, false))
            edits_.push_back({ begin_before_, begin, {} });
        if (!unwanted)
            kept_any_ = true;
        else if (kept_any_)
            edits_.push_back({ end_before_, end, {} });
        else
            waits_ = true;
        begin_before_ = begin;
        end_before_ = end;
    }

    bool leaves_nothing()
    {
        if (std::exchange(waits_, false))
            edits_.push_back({ begin_before_, end_before_, {} });
        return !kept_any_;
    }

private:
    std::vector<Edit>& edits_;
    std::size_t begin_before_ = 0; // of the member before
    std::size_t end_before_ = 0;
    bool waits_ = false; // that one goes, with the comma behind it
    bool kept_any_ = false;
};

bool JsonEdits::remove_fields(
    const json::Object& object, const std::function<bool(const json::Field&)>& is_unwanted)
{
    Removal removal(*this);
    for (json::Field field : object) {
        const auto key = static_cast<std::size_t>(field.key.escaped.data() - text_.data()) - 1; // its quote
        removal.see(key, end_of(field.value), is_unwanted(field));
    }
    return removal.leaves_nothing();
}

bool JsonEdits::remove_elements(const json::Array& array, std::span<const std::size_t> unwanted)
{
    if (unwanted.empty())
        return false;
    Removal removal(*this);
    std::size_t position = 0;
    for (json::Value value : array) {
        const bool goes = !unwanted.empty() && unwanted.front() == position;
        if (goes)
            unwanted = unwanted.subspan(1);
        ++position;
        removal.see(value.offset(), end_of(value), goes);
    }
    return removal.leaves_nothing();
}

json::Pieces JsonEdits::apply() const
{
    std::vector<const Edit*> ordered;
    ordered.reserve(edits_.size());
    for (const Edit& edit : edits_)
        ordered.push_back(&edit);
    // In order; of those with the same beginning first the larger one, then the older one.
    std::sort(ordered.begin(), ordered.end(), [](const Edit* a, const Edit* b) {
        return std::tie(a->begin, b->end, a) < std::tie(b->begin, a->end, b);
    });
    constexpr std::size_t usual = 4 * limits::KiB; // the rest is mostly borrowed
    json::Pieces out(recycled::take<std::string>(std::min(text_.size() + 256, usual)));
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
