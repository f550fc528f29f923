#include "translate/answer_body.h"

#include "openai/plain_text.h"

#include <utility>

namespace dragoman::translate {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

} // namespace

bool is_end_marker(std::string_view data)
{
    constexpr std::string_view marker = "[done]";
    data = openai::trim(data);
    return data.size() == marker.size() && openai::lower(data) == marker;
}

Result<void> AnswerBody::feed(std::string_view bytes)
{
    const std::size_t arrived = bytes.size();
    if (form_ == Form::unknown) {
        if (!recognise(bytes))
            return {};
    } else if (form_ == Form::events) {
        decoder_.feed(bytes);
    } else {
        pieces_ += bytes.find_first_not_of(blanks) != bytes.npos ? 1 : 0;
        text_.append(bytes);
    }
    if (form_ == Form::text || keeps_all_)
        kept_ += arrived;
    if (kept_ > kept_max_)
        return Failure(Error::upstream_protocol("the upstream's answer is larger than dragoman keeps whole"));
    return {};
}

// Looks for the first byte that is no white space. False while there is none.
bool AnswerBody::recognise(std::string_view bytes)
{
    std::string_view head = bytes;
    if (!text_.empty()) // half a byte order mark
        head = text_.append(bytes);
    if (head.size() < byte_order_mark.size() && byte_order_mark.starts_with(head)) {
        text_.assign(head);
        return false;
    }
    if (head.starts_with(byte_order_mark))
        head.remove_prefix(byte_order_mark.size());
    const std::size_t first = head.find_first_not_of(blanks);
    if (first == head.npos) {
        text_.clear();
        return false;
    }
    head.remove_prefix(first);
    form_ = std::string_view("{[<").find(head.front()) == std::string_view::npos ? Form::events : Form::text;
    if (form_ == Form::text) {
        ++pieces_;
        text_ = recycled::copy(head);
    } else {
        decoder_.feed(head);
        recycled::give(text_);
    }
    return true;
}

std::optional<sse::Event> AnswerBody::next()
{
    if (form_ != Form::events)
        return std::nullopt;
    auto event = decoder_.next();
    pieces_ += event ? 1 : 0;
    return event;
}

} // namespace dragoman::translate
