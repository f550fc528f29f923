#include "translate/inline_think.h"

#include <algorithm>
#include <array>
#include <span>

namespace dragoman::translate {

namespace {

struct Tag {
    std::string_view open;
    std::string_view close;
};

constexpr std::array tags {
    Tag { "<think>", "</think>" },
    Tag { "<thinking>", "</thinking>" },
    Tag { "<thought>", "</thought>" },
    Tag { "<mm:think>", "</mm:think>" },
    Tag { "[THINK]", "[/THINK]" },
    Tag { "<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>" },
};

constexpr std::string_view blanks = " \t\r\n";

std::string_view trim_start(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text;
}

// The length of the longest end of `text` that begins `word` without being all of it.
std::size_t unfinished_end(std::string_view text, std::string_view word)
{
    std::size_t size = std::min(text.size(), word.size() - 1);
    while (size > 0 && !text.ends_with(word.substr(0, size)))
        --size;
    return size;
}

} // namespace

InlineThink::InlineThink(Mode mode)
    : part_(mode == Mode::off        ? Part::text
              : mode == Mode::opened ? Part::thinking
                                     : Part::undecided)
    , watching_(mode == Mode::watching)
    , close_(tags[0].close)
{
}

bool InlineThink::settles(std::string_view escaped)
{
    if (!watching_ || part_ != Part::undecided || !held_.empty())
        return false;
    while (escaped.starts_with("\\n") || escaped.starts_with(' '))
        escaped.remove_prefix(escaped.front() == ' ' ? 1 : 2);
    if (!escaped.empty() && escaped.front() != '<' && escaped.front() != '\\')
        part_ = Part::text;
    return escaped.empty() || part_ == Part::text;
}

void InlineThink::feed(std::string_view text, std::string& thinking, std::string& out)
{
    held_.append(text);
    if (part_ == Part::undecided && !decide())
        return;
    if (part_ == Part::thinking && !find_end(thinking))
        return;
    append_text(out);
}

void InlineThink::flush(std::string& thinking, std::string& out)
{
    if (part_ == Part::undecided && held_.empty())
        return; // The content has not begun yet.
    if (part_ == Part::thinking)
        thinking.append(held_);
    else
        out.append(trimming_ ? trim_start(held_) : std::string_view(held_));
    held_.clear();
    part_ = Part::text;
    trimming_ = false;
}

// False while the content may still begin with a tag.
bool InlineThink::decide()
{
    std::string_view head = trim_start(held_);
    const std::span<const Tag> known(tags.data(), watching_ ? 1 : tags.size());
    for (const Tag& tag : known) {
        if (head.starts_with(tag.open)) {
            part_ = Part::thinking;
            close_ = tag.close;
            held_.erase(0, static_cast<std::size_t>(head.data() - held_.data()) + tag.open.size());
            return true;
        }
    }
    for (const Tag& tag : known)
        if (head.size() < tag.open.size() && tag.open.starts_with(head))
            return false;
    part_ = Part::text;
    return true;
}

bool InlineThink::find_end(std::string& thinking)
{
    std::size_t end = held_.find(close_);
    if (end == held_.npos) {
        std::size_t sure = held_.size() - unfinished_end(held_, close_);
        thinking.append(held_, 0, sure);
        held_.erase(0, sure);
        return false;
    }
    thinking.append(held_, 0, end);
    held_.erase(0, end + close_.size());
    part_ = Part::text;
    trimming_ = true;
    return true;
}

void InlineThink::append_text(std::string& out)
{
    std::string_view rest = trimming_ ? trim_start(held_) : std::string_view(held_);
    trimming_ = trimming_ && rest.empty();
    out.append(rest);
    held_.clear();
}

} // namespace dragoman::translate
