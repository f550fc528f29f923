// The grammar of RFC 8259 over the tokens of a Document: one walk that keeps the open brackets on a stack of
// its own and notes for each value where the next one begins. Strings need no look here when a scan of the
// whole text has found all escapes valid.
#pragma once

#include "json/document.h"
#include "json/escape_scan.h"
#include "json/grammar.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::json {

class Document::Checker {
public:
    Checker(Document& document, std::size_t depth_max, bool escapes_are_fine)
        : document_(document)
        , depth_max_(depth_max)
        , escapes_are_fine_(escapes_are_fine)
        , stack_(document.open_)
    {
        stack_.clear();
    }

    // False: why() and byte() say what is wrong.
    bool check()
    {
        do {
            if (!value())
                return false;
        } while (!finished_);
        return token_ == document_.count_ || fail("something follows the end of the value");
    }

    const std::string& why() const { return why_; }
    std::size_t byte() const
    {
        return token_ < document_.count_ ? document_.position_[token_] : document_.text_.size();
    }

private:
    bool value()
    {
        if (token_ >= document_.count_)
            return fail_early();
        const char c = document_.at(token_);
        if (c == '{' || c == '[')
            return open(c);
        if (c == '"' ? !string() : !scalar())
            return false;
        document_.after_.data()[token_] = token_ + 1;
        ++token_;
        return after_value();
    }

    bool open(char c)
    {
        if (stack_.size() >= depth_max_)
            return fail("it is nested deeper than " + std::to_string(depth_max_) + " levels");
        stack_.push_back(token_++);
        if (token_ >= document_.count_)
            return fail_early();
        const char next = document_.at(token_);
        if (next == (c == '{' ? '}' : ']')) {
            close();
            return after_value();
        }
        return c == '[' || key();
    }

    void close()
    {
        document_.after_.data()[stack_.back()] = ++token_;
        stack_.pop_back();
    }

    // Up to where the next value is expected, or the end.
    bool after_value()
    {
        while (!stack_.empty()) {
            if (token_ >= document_.count_)
                return fail_early();
            const bool in_object = document_.at(stack_.back()) == '{';
            const char c = document_.at(token_);
            if (c == ',') {
                ++token_;
                return !in_object || key();
            }
            if (c != (in_object ? '}' : ']'))
                return fail(in_object ? "expected a comma or '}'" : "expected a comma or ']'");
            close();
        }
        finished_ = true;
        return true;
    }

    bool key()
    {
        if (token_ >= document_.count_)
            return fail_early();
        if (document_.at(token_) != '"')
            return fail("expected a key in quotes");
        if (!string())
            return false;
        ++token_;
        if (token_ >= document_.count_ || document_.at(token_) != ':')
            return fail("expected a colon");
        ++token_;
        return true;
    }

    bool string()
    {
        return escapes_are_fine_ || scan_escapes(document_.string_at(token_).escaped).valid
            || fail("a string holds an invalid escape");
    }

    bool scalar()
    {
        const std::string_view text = document_.up_to(token_, token_ + 1);
        return text == "true" || text == "false" || text == "null" || is_number(text)
            || fail("expected a value");
    }

    bool fail(std::string why)
    {
        why_ = std::move(why);
        return false;
    }
    bool fail_early()
    {
        token_ = document_.count_;
        return fail("it ends too early");
    }

    Document& document_;
    std::size_t depth_max_;
    bool escapes_are_fine_;
    std::vector<std::uint32_t>& stack_; // the document's, so that a small text costs no allocation
    std::uint32_t token_ = 0;
    bool finished_ = false;
    std::string why_ {};
};

} // namespace dragoman::json
