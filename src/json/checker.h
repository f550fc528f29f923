// The grammar of RFC 8259 over the tokens of a Document: one walk that keeps the open brackets on a stack of
// its own and notes for each value where the next one begins. It reads the tokens' first bytes, which lie
// side by side; the text itself only for numbers and literals. Strings need no look here when the scan of the
// whole text has found all escapes valid.
#pragma once

#include "json/document.h"
#include "json/grammar.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::json {

class Document::Checker {
public:
    Checker(Document& document, std::size_t depth_max)
        : document_(document)
        , first_(document.first_)
        , after_(document.index_.after())
        , depth_max_(depth_max)
        , escapes_are_fine_(document.index_.escapes_are_fine())
        , bottom_(stack_of(document, depth_max))
    {
    }

    // False: why() and byte() say what is wrong.
    bool check()
    {
        if (is_bracket(first_[0])) {
            if (!walk())
                return false;
        } else if (first_[0] == '"' ? !string(0) : !scalar(0)) {
            return value_fails(0);
        } else {
            after_[0] = ++token_;
        }
        return is_end() || fail("something follows the end of the value");
    }

    const std::string& why() const { return why_; }
    std::size_t byte() const { return is_end() ? document_.text_.size() : document_.place_[token_]; }

private:
    // Room for all that may be open at once, but not for more than there are tokens.
    static std::uint32_t* stack_of(Document& document, std::size_t depth_max)
    {
        const std::size_t needed = std::min<std::size_t>(depth_max, document.count_) + 1;
        if (document.open_.size() < needed)
            document.open_.resize(needed);
        return document.open_.data();
    }

    static bool is_bracket(char c) { return c == '{' || c == '['; }

    // From the first bracket up to the one that closes it. The labels are the states: each says what is
    // expected at `token`. Where the walk is are local variables: members would be stored and loaded again
    // around each word of after_.
    // NOLINTBEGIN(cppcoreguidelines-avoid-goto,hicpp-avoid-goto)
    bool walk()
    {
        std::uint32_t token = 0;
        std::uint32_t* top = bottom_;

    opening_bracket:
        if (static_cast<std::size_t>(top - bottom_) == depth_max_)
            return too_deep(token);
        *top++ = token;
        if (first_[token++] == '{') {
            if (first_[token] == '}')
                goto closing_bracket;
            goto member;
        }
        if (first_[token] == ']')
            goto closing_bracket;

    element:
        if (is_bracket(first_[token]))
            goto opening_bracket;
        if (!text_or_scalar(token))
            return value_fails(token);
        ++token;

    behind_element:
        if (first_[token] == ',') {
            ++token;
            goto element;
        }
        if (first_[token] == ']')
            goto closing_bracket;
        return comma_fails(token, "expected a comma or ']'");

    member:
        token = after_texts(token);
        if (is_next(token, last_text_member)) {
            token = after_text(token);
            goto closing_bracket;
        }
        if (first_[token] != '"' || first_[token + 1] != ':' || !string(token))
            return key_fails(token);
        token += 2;
        if (is_bracket(first_[token]))
            goto opening_bracket;
        if (!text_or_scalar(token))
            return value_fails(token);
        ++token;

    behind_member:
        if (first_[token] == ',') {
            ++token;
            goto member;
        }
        if (first_[token] != '}')
            return comma_fails(token, "expected a comma or '}'");

    closing_bracket:
        after_[*--top] = ++token;
        if (top != bottom_) {
            if (first_[top[-1]] == '{')
                goto behind_member;
            goto behind_element;
        }
        token_ = token;
        return true;
    }
    // NOLINTEND(cppcoreguidelines-avoid-goto,hicpp-avoid-goto)

    bool text_or_scalar(std::uint32_t token) const
    {
        after_[token] = token + 1;
        return first_[token] == '"' ? string(token) : scalar(token);
    }

    // What most objects are full of, told by one look: `"key": "text",` and the last of them.
    static constexpr char text_member[] = { '"', ':', '"', ',' };
    static constexpr char last_text_member[] = { '"', ':', '"', '}' };

    // Behind all members of that kind that follow each other, where the next key is expected.
    std::uint32_t after_texts(std::uint32_t token) const
    {
        while (is_next(token, text_member))
            token = after_text(token) + 1;
        return token;
    }

    std::uint32_t after_text(std::uint32_t key) const
    {
        after_[key + 2] = key + 3;
        return key + 3;
    }

    // Behind the last token there is memory for more than four.
    bool is_next(std::uint32_t token, const char (&wanted)[4]) const
    {
        return escapes_are_fine_ && std::memcmp(first_ + token, wanted, sizeof wanted) == 0;
    }

    bool too_deep(std::uint32_t token)
    {
        token_ = token;
        return fail("it is nested deeper than " + std::to_string(depth_max_) + " levels");
    }

    bool comma_fails(std::uint32_t token, const char* expected)
    {
        token_ = token;
        return fail(expected);
    }

    bool key_fails(std::uint32_t token)
    {
        token_ = token;
        if (first_[token_] != '"')
            return fail("expected a key in quotes");
        if (!string(token_))
            return fail("a string holds an invalid escape");
        ++token_;
        return is_end() ? fail_at_end("expected a colon") : fail("expected a colon");
    }

    bool value_fails(std::uint32_t token)
    {
        token_ = token;
        if (first_[token_] == '"')
            return fail("a string holds an invalid escape");
        return is_end() ? fail("") : fail("expected a value");
    }

    bool string(std::uint32_t token) const
    {
        return escapes_are_fine_ || escapes_are_valid(document_.string_at(token).escaped);
    }

    bool scalar(std::uint32_t token) const
    {
        if (token >= document_.count_)
            return false;
        const std::string_view text = document_.up_to(token, token + 1);
        return text == "true" || text == "false" || text == "null" || is_number(text);
    }

    bool is_end() const { return token_ >= document_.count_; }

    // Behind the last token there is none that fits anywhere.
    bool fail(std::string why) { return fail_at_end(is_end() ? "it ends too early" : std::move(why)); }
    bool fail_at_end(std::string why)
    {
        why_ = std::move(why);
        return false;
    }

    Document& document_;
    const char* const first_;
    std::uint32_t* const after_;
    const std::size_t depth_max_;
    const bool escapes_are_fine_;
    std::uint32_t* const bottom_; // of the open brackets; the document's, so that a text costs no allocation
    std::uint32_t token_ = 0;
    std::string why_ {};
};

} // namespace dragoman::json
