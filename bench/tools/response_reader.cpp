#include "response_reader.h"

#include "clock.h"
#include "http_text.h"
#include "stamp.h"

#include <cstring>

namespace bench {

namespace {

constexpr std::size_t longest_head = 64 * 1024;
constexpr std::size_t longest_line = 1024;
constexpr std::size_t kept_end = 1024;

// A stamp that is cut between two pieces is passed over.
void read_stamps(std::string_view piece, Histogram& latency)
{
    std::uint64_t now = 0;
    for (std::size_t at = piece.find(stamp_mark); at != std::string_view::npos;
        at = piece.find(stamp_mark, at + 1)) {
        const std::string_view digits = piece.substr(at + 1, stamp_digits);
        const auto left = digits.size() == stamp_digits ? number_of(digits, 16) : std::nullopt;
        if (!left || *left == 0)
            continue;
        if (now == 0)
            now = now_ns();
        latency.add(now > *left ? now - *left : 0);
    }
}

} // namespace

void BodyCheck::feed(std::string_view piece, Histogram* latency)
{
    bytes_ += piece.size();
    if (latency)
        read_stamps(piece, *latency);
    count_events(piece);
    keep_end(piece);
}

void BodyCheck::count_events(std::string_view piece)
{
    while (!piece.empty()) {
        const std::size_t end = piece.find('\n');
        if (end == std::string_view::npos) {
            line_is_empty_ = false;
            return;
        }
        if (end == 0 && line_is_empty_)
            ++events_;
        line_is_empty_ = true;
        piece.remove_prefix(end + 1);
    }
}

void BodyCheck::keep_end(std::string_view piece)
{
    if (piece.size() >= kept_end) {
        end_.assign(piece.substr(piece.size() - kept_end));
        return;
    }
    end_.append(piece);
    if (end_.size() > 4 * kept_end)
        end_.erase(0, end_.size() - kept_end);
}

bool BodyCheck::ends_with(std::string_view text) const
{
    std::string_view last = end_;
    if (events_ != 0) {
        if (!last.ends_with("\n\n"))
            return false;
        last.remove_suffix(2);
        const std::size_t before = last.rfind("\n\n");
        last.remove_prefix(before == std::string_view::npos ? 0 : before + 2);
    }
    return last.find(text) != std::string_view::npos;
}

ResponseReader::State ResponseReader::feed(std::string_view bytes, Histogram* latency)
{
    if (state_ == State::head)
        bytes.remove_prefix(feed_head(bytes));
    if (state_ == State::body && framing_ == Framing::chunked) {
        bytes = feed_chunks(bytes, latency);
    } else if (state_ == State::body) {
        const std::string_view ours = framing_ == Framing::length ? bytes.substr(0, missing_) : bytes;
        body_.feed(ours, latency);
        bytes.remove_prefix(ours.size());
        missing_ -= framing_ == Framing::length ? ours.size() : 0;
        if (framing_ == Framing::length && missing_ == 0)
            state_ = State::complete;
    }
    if (state_ == State::complete && !bytes.empty()) // nobody asked for what follows
        state_ = State::bad;
    return state_;
}

ResponseReader::State ResponseReader::closed()
{
    keep_alive_ = false;
    const bool whole = state_ == State::body && framing_ == Framing::until_close;
    state_ = whole || state_ == State::complete ? State::complete : State::bad;
    return state_;
}

std::size_t ResponseReader::feed_head(std::string_view bytes)
{
    const std::size_t old_size = head_.size();
    head_.append(bytes.substr(0, longest_head));
    const std::size_t end = head_.find("\r\n\r\n", old_size < 3 ? 0 : old_size - 3);
    if (end == std::string::npos) {
        if (head_.size() >= longest_head)
            state_ = State::bad;
        return bytes.size();
    }
    head_.resize(end + 4);
    state_ = read_head() ? State::body : State::bad;
    return end + 4 - old_size;
}

bool ResponseReader::read_head()
{
    const std::string_view head = head_;
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const auto status =
        line.starts_with("HTTP/1.") && line.size() >= 12 ? number_of<int>(line.substr(9, 3)) : std::nullopt;
    if (!status)
        return false;
    status_ = *status;
    return each_line(head.substr(line.size() + 2), [&](auto field) { return read_field(field); });
}

bool ResponseReader::read_field(std::string_view line)
{
    const std::optional<Field> field = field_of(line);
    if (!field)
        return false;
    if (same_word(field->name, "connection"))
        keep_alive_ = !same_word(field->value, "close");
    if (same_word(field->name, "transfer-encoding"))
        framing_ = Framing::chunked;
    if (!same_word(field->name, "content-length"))
        return true;
    const std::optional<std::uint64_t> length = number_of(field->value);
    framing_ = Framing::length;
    missing_ = length.value_or(0);
    return length.has_value();
}

// Returns what lies behind the last chunk.
std::string_view ResponseReader::feed_chunks(std::string_view bytes, Histogram* latency)
{
    while (!bytes.empty() && state_ == State::body) {
        if (chunk_ == Chunk::data) {
            const std::string_view ours = bytes.substr(0, missing_);
            body_.feed(ours, latency);
            bytes.remove_prefix(ours.size());
            missing_ -= ours.size();
            if (missing_ == 0)
                chunk_ = Chunk::data_end;
        } else if (take_line(bytes)) {
            end_of_line();
            line_.clear();
        }
    }
    return bytes;
}

bool ResponseReader::take_line(std::string_view& bytes)
{
    const std::size_t end = bytes.find('\n');
    const bool whole = end != std::string_view::npos;
    line_.append(bytes.substr(0, whole ? end : bytes.size()));
    bytes.remove_prefix(whole ? end + 1 : bytes.size());
    if (line_.size() > longest_line || (whole && !line_.ends_with('\r'))) {
        state_ = State::bad;
        return false;
    }
    if (whole)
        line_.pop_back();
    return whole;
}

void ResponseReader::end_of_line()
{
    if (chunk_ == Chunk::size) {
        const auto size = number_of(std::string_view(line_).substr(0, line_.find(';')), 16);
        missing_ = size.value_or(0);
        chunk_ = missing_ == 0 ? Chunk::trailer : Chunk::data;
        if (!size)
            state_ = State::bad;
    } else if (chunk_ == Chunk::data_end) {
        chunk_ = Chunk::size;
        if (!line_.empty())
            state_ = State::bad;
    } else if (line_.empty()) {
        state_ = State::complete;
    }
}

} // namespace bench
