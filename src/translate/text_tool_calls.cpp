#include "translate/text_tool_calls.h"

#include <algorithm>
#include <array>
#include <utility>

namespace dragoman::translate {

namespace {

using std::string_view;

// What some models put around their calls.
constexpr std::array closings =
    std::to_array<string_view>({ "</tool_call>", "</function_calls>", "</minimax:tool_call>" });

constexpr std::size_t held_max = std::size_t { 256 } * 1024; // as long as it may be a call
constexpr std::size_t head_max = 1024; // behind it a call is one for sure, but for its end

string_view trim_start(string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    return text;
}

// The earliest place where an opening stands or may yet stand; `opening` null for the latter.
struct Place {
    std::size_t at = string_view::npos;
    const TextCallOpening* opening = nullptr;
};

Place find_place(string_view text, std::size_t from, CodeSpans code)
{
    std::size_t fed = 0;
    for (std::size_t at = text.find_first_of("<`[", from); at != string_view::npos;
        at = text.find_first_of("<`[", at + 1)) {
        code.feed(text.substr(fed, at - fed));
        fed = at;
        if (code.covers(text[at]))
            continue;
        const string_view rest = text.substr(at);
        for (const TextCallOpening& opening : text_call_openings()) {
            if (rest.starts_with(opening.words))
                return { at, &opening };
            if (rest.size() < opening.words.size() && opening.words.starts_with(rest))
                return { at, nullptr };
        }
    }
    return {};
}

} // namespace

std::vector<TextToolCalls::Piece> TextToolCalls::feed(string_view text)
{
    std::vector<Piece> pieces;
    held_ += text;
    const bool may_end = text.find_first_of(">`]}") != string_view::npos || held_.size() > held_max;
    if (!waits_ || may_end)
        read(false, pieces);
    return pieces;
}

std::vector<TextToolCalls::Piece> TextToolCalls::flush(bool cut_off)
{
    std::vector<Piece> pieces;
    read(!cut_off, pieces);
    release(held_.size(), pieces);
    after_call_ = false;
    return pieces;
}

// Gives the first `size` bytes of what is held as text.
void TextToolCalls::release(std::size_t size, std::vector<Piece>& pieces)
{
    looked_ -= std::min(looked_, size);
    string_view text = string_view(held_).substr(0, size);
    code_.feed(text);
    if (after_call_) {
        text = trim_start(text);
        after_call_ = text.empty();
    }
    if (!text.empty()) {
        if (!pieces.empty() && std::holds_alternative<std::string>(pieces.back()))
            std::get<std::string>(pieces.back()) += text;
        else
            pieces.emplace_back(std::string(text));
    }
    held_.erase(0, size);
}

void TextToolCalls::read(bool last, std::vector<Piece>& pieces)
{
    waits_ = false;
    for (;;) {
        if (after_call_ && !skip_closing(last))
            return;
        const Place place = find_place(held_, looked_, code_);
        if (place.opening == nullptr) {
            // All of it is text, or may be up to an opening that is not whole yet.
            release(last ? held_.size() : std::min(place.at, held_.size()), pieces);
            return;
        }
        release(place.at, pieces);
        if (!read_behind(*place.opening, last, pieces))
            return;
    }
}

// False while it has to wait for more.
bool TextToolCalls::skip_closing(bool last)
{
    const string_view rest = trim_start(held_);
    for (string_view closing : closings) {
        if (rest.starts_with(closing)) {
            held_.erase(0, held_.size() - rest.size() + closing.size());
            return true;
        }
        if (!last && !rest.empty() && rest.size() < closing.size() && closing.starts_with(rest))
            return false;
    }
    return true;
}

// False while it has to wait for more.
bool TextToolCalls::read_behind(const TextCallOpening& opening, bool last, std::vector<Piece>& pieces)
{
    const string_view body = string_view(held_).substr(opening.words.size());
    TextCallReading reading = read_text_call(body, opening.form, last, plan_);
    if (reading.verdict == TextCallVerdict::not_yet && held_.size() <= held_max) {
        waits_ = body.size() > head_max;
        return false;
    }
    if (reading.verdict != TextCallVerdict::yes) {
        looked_ = opening.words.size();
        return true;
    }
    for (TextCall& call : reading.calls)
        pieces.emplace_back(std::move(call));
    held_.erase(0, opening.words.size() + reading.size);
    looked_ = 0;
    after_call_ = true;
    return true;
}

} // namespace dragoman::translate
