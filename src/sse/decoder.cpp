#include "sse/decoder.h"

#include "base/spare_buffer.h"

#include <algorithm>
#include <utility>

namespace dragoman::sse {

namespace {
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\n";

struct Line {
    std::string_view field;
    std::string_view value;
};

Line split(std::string_view line)
{
    const std::size_t colon = line.find(':');
    std::string_view value = colon == line.npos ? line.substr(line.size()) : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    return { line.substr(0, colon), value };
}
} // namespace

// What was consumed goes, except for the data line of an event that is not complete yet.
void Decoder::feed(std::string_view bytes)
{
    if (dispatched_) {
        name_.clear();
        data_lines_ = 0;
        dispatched_ = false;
    }
    std::size_t keep_from = data_lines_ == 1 ? data_begin_ : consumed_;
    if (keep_from == buffer_.size()) {
        buffer_.clear();
    } else if (keep_from > buffer_.size() / 2) {
        buffer_.erase(0, keep_from);
    } else {
        keep_from = 0;
    }
    consumed_ -= keep_from;
    scanned_ = scanned_ > keep_from ? scanned_ - keep_from : 0;
    line_feed_ = line_feed_ > keep_from ? line_feed_ - keep_from : 0;
    data_begin_ = data_begin_ > keep_from ? data_begin_ - keep_from : 0;
    borrow_spare(buffer_);
    buffer_.append(bytes);
    if (buffer_.size() - consumed_ > event_bytes_max_
        && buffer_.find_first_of("\r\n", scanned_) == buffer_.npos)
        overflowed_ = true;
}

std::optional<Event> Decoder::next()
{
    if (dispatched_) {
        name_.clear();
        data_lines_ = 0;
        dispatched_ = false;
    }
    while (!overflowed_) {
        auto line = take_line();
        if (!line) {
            rest();
            return std::nullopt;
        }
        if (line->empty()) {
            if (data_lines_ > 0)
                return dispatch();
            name_.clear(); // An event without data is dropped, name and all.
        } else if (data_lines_ == 0)
            apply_field(*line);
        else if (begins_another(*line))
            return dispatch_before(*line);
        else
            apply_after_data(*line);
    }
    return std::nullopt;
}

// More has to come before there is another event. What was taken keeps no memory meanwhile.
void Decoder::rest()
{
    if (consumed_ == buffer_.size() && data_lines_ == 0) {
        buffer_.clear();
        consumed_ = scanned_ = line_feed_ = data_begin_ = 0;
    }
    return_spare(buffer_);
}

std::optional<Event> Decoder::finish()
{
    if (dispatched_ || overflowed_)
        return std::nullopt;
    std::string_view line = std::string_view(buffer_).substr(consumed_);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (data_lines_ > 0 && begins_another(line))
        return dispatch_before(line);
    consumed_ = scanned_ = buffer_.size();
    if (!line.empty() && data_lines_ > 0)
        apply_after_data(line);
    else if (!line.empty())
        apply_field(line);
    if (data_lines_ == 0)
        return std::nullopt;
    return dispatch();
}

std::optional<Event> Decoder::dispatch()
{
    dispatched_ = true;
    if (data_lines_ == 1)
        return Event { name_, std::string_view(buffer_).substr(data_begin_, data_size_) };
    if (!late_name_.empty()) {
        name_.swap(late_name_);
        late_name_.clear();
    }
    return Event { name_, data_ };
}

// The line is read again, as the first of the next event.
std::optional<Event> Decoder::dispatch_before(std::string_view line)
{
    gather_data();
    consumed_ = static_cast<std::size_t>(line.data() - buffer_.data());
    data_lines_ = 0;
    given_name_ = std::exchange(name_, std::exchange(late_name_, {}));
    return Event { given_name_, data_ };
}

bool Decoder::begins_another(std::string_view line) const
{
    const auto [field, value] = split(line);
    if (field != "data")
        return false;
    const std::size_t first = value.find_first_not_of(blanks);
    if (first == value.npos || (value[first] != '{' && value[first] != '['))
        return false;
    const std::string_view before =
        data_lines_ == 1 ? std::string_view(buffer_).substr(data_begin_, data_size_) : data_;
    const std::size_t last = before.find_last_not_of(blanks);
    return last != before.npos && before[last] == '}';
}

void Decoder::apply_after_data(std::string_view line)
{
    const auto [field, value] = split(line);
    if (field != "event")
        return apply_field(line);
    gather_data();
    late_name_ = value;
}

// From here on the data stands in data_, however many lines it has.
void Decoder::gather_data()
{
    if (data_lines_ == 1)
        data_.assign(buffer_, data_begin_, data_size_);
    data_lines_ = std::max(data_lines_, 2);
}

// A line ends at LF, CR or CR LF. A CR that is the last byte we have might be half of a CR LF, so it has to
// wait for its neighbour.
std::optional<std::string_view> Decoder::take_line()
{
    if (at_start_ && !skip_byte_order_mark())
        return std::nullopt;
    std::size_t end = scanned_ = find_line_end();
    if (end == buffer_.size())
        return std::nullopt;
    if (buffer_[end] == '\r' && end + 1 == buffer_.size())
        return std::nullopt;
    std::string_view line(buffer_.data() + consumed_, end - consumed_);
    bool is_crlf = buffer_[end] == '\r' && buffer_[end + 1] == '\n';
    consumed_ = end + (is_crlf ? 2 : 1);
    return line;
}

// The first CR or LF, or the end of the buffer. Each is looked for at full speed; where the next LF is
// remains known, so that lines that end in CR alone do not make this quadratic.
std::size_t Decoder::find_line_end()
{
    std::size_t from = std::max(scanned_, consumed_);
    line_feed_ = std::max(line_feed_, from);
    if (line_feed_ < buffer_.size() && buffer_[line_feed_] != '\n')
        line_feed_ = std::min(buffer_.find('\n', line_feed_), buffer_.size());
    std::size_t carriage_return = std::string_view(buffer_).substr(from, line_feed_ - from).find('\r');
    return carriage_return == std::string_view::npos ? line_feed_ : from + carriage_return;
}

// False while the bytes so far may still become a byte-order mark.
bool Decoder::skip_byte_order_mark()
{
    std::string_view head = std::string_view(buffer_).substr(consumed_, byte_order_mark.size());
    if (head.size() < byte_order_mark.size() && byte_order_mark.starts_with(head))
        return false;
    if (head == byte_order_mark)
        consumed_ += byte_order_mark.size();
    at_start_ = false;
    return true;
}

void Decoder::apply_field(std::string_view line)
{
    if (line.starts_with(':')) {
        ++comments_;
        return;
    }
    const auto [field, value] = split(line);
    if (field == "data")
        add_data(value);
    else if (field == "event")
        name_ = value;
}

void Decoder::add_data(std::string_view value)
{
    if (data_lines_ == 0) {
        data_lines_ = 1;
        data_begin_ = static_cast<std::size_t>(value.data() - buffer_.data());
        data_size_ = value.size();
        return;
    }
    gather_data();
    data_.append("\n").append(value);
    if (data_.size() > event_bytes_max_)
        overflowed_ = true;
}

} // namespace dragoman::sse
