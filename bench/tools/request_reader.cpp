#include "request_reader.h"

#include "http_text.h"

#include <cstring>

namespace bench {

namespace {

constexpr std::size_t longest_head = 64 * 1024;
constexpr std::size_t longest_model = 160; // `"model":` and the name

constexpr std::string_view key = "\"model\":";

// As string_view::find, which stops at every quotation mark; JSON is full of them.
std::size_t find(std::string_view text, std::string_view wanted)
{
    const void* at = memmem(text.data(), text.size(), wanted.data(), wanted.size());
    return at ? static_cast<std::size_t>(static_cast<const char*>(at) - text.data()) : std::string_view::npos;
}

// The head's end, or npos; looks only at what the new bytes can have completed.
std::size_t end_of_head(std::string_view head, std::size_t old_size)
{
    const std::size_t end = head.find("\r\n\r\n", old_size < 3 ? 0 : old_size - 3);
    return end == std::string_view::npos ? end : end + 4;
}

} // namespace

void ModelFinder::look_at(std::string_view text)
{
    for (std::size_t at = find(text, key); !found_ && at != std::string_view::npos; at = find(text, key)) {
        text.remove_prefix(at + key.size());
        std::string_view value = text;
        while (value.starts_with(' '))
            value.remove_prefix(1);
        const std::size_t end = value.starts_with('"') ? value.find('"', 1) : std::string_view::npos;
        if (end != std::string_view::npos)
            found_ = parse_workload(value.substr(1, end - 1));
    }
}

void ModelFinder::feed(std::string_view piece)
{
    if (found_)
        return;
    end_.append(piece.substr(0, longest_model));
    look_at(end_);
    look_at(piece);
    if (piece.size() > longest_model)
        end_.assign(piece.substr(piece.size() - longest_model));
    else if (end_.size() > longest_model)
        end_.erase(0, end_.size() - longest_model);
}

std::size_t RequestReader::feed(std::string_view bytes)
{
    std::size_t taken = 0;
    if (state_ == State::head)
        taken = feed_head(bytes);
    if (state_ == State::body)
        taken += feed_body(bytes.substr(taken));
    return taken;
}

std::size_t RequestReader::feed_head(std::string_view bytes)
{
    const std::size_t old_size = head_.size();
    head_.append(bytes.substr(0, longest_head));
    const std::size_t end = end_of_head(head_, old_size);
    if (end == std::string_view::npos) {
        if (head_.size() >= longest_head)
            state_ = State::bad;
        return bytes.size();
    }
    head_.resize(end);
    state_ = read_head() ? State::body : State::bad;
    return end - old_size;
}

std::size_t RequestReader::feed_body(std::string_view bytes)
{
    const std::string_view ours = bytes.substr(0, missing_);
    model_.feed(ours);
    missing_ -= ours.size();
    if (missing_ == 0)
        state_ = State::complete;
    return ours.size();
}

bool RequestReader::read_head()
{
    const std::string_view line = std::string_view(head_).substr(0, head_.find("\r\n"));
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last || !line.substr(last + 1).starts_with("HTTP/1."))
        return false;
    method_ = line.substr(0, first);
    path_ = line.substr(first + 1, last - first - 1);
    path_.resize(std::min(path_.find('?'), path_.size()));
    keep_alive_ = line.ends_with('1');
    return each_line(
        std::string_view(head_).substr(line.size() + 2), [&](auto field) { return read_field(field); });
}

bool RequestReader::read_field(std::string_view line)
{
    const std::optional<Field> field = field_of(line);
    if (!field || same_word(field->name, "transfer-encoding"))
        return false;
    if (same_word(field->name, "connection"))
        keep_alive_ = !same_word(field->value, "close");
    if (!same_word(field->name, "content-length"))
        return true;
    const std::optional<std::uint64_t> length = number_of(field->value);
    body_bytes_ = missing_ = length.value_or(0);
    return length.has_value();
}

} // namespace bench
