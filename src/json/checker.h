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

    enum class Stop : std::uint8_t { bracket_opens, value_ended, key_is_wrong, value_is_wrong };

    struct Stopped {
        std::uint32_t token;
        Stop at;
    };

    // From the first bracket up to the one that closes it. Where the walk is are local variables: members
    // would be stored and loaded again around each word of after_.
    bool walk()
    {
        Stopped stopped { 0, Stop::bracket_opens };
        std::uint32_t* top = bottom_;
        bool in_object = false;
        for (;;) {
            std::uint32_t token = stopped.token;
            bool item_follows = false;
            if (stopped.at == Stop::bracket_opens) {
                if (static_cast<std::size_t>(top - bottom_) >= depth_max_)
                    return too_deep(token);
                in_object = first_[token] == '{';
                *top++ = token++;
                item_follows = first_[token] != closing(in_object);
            } else if (stopped.at != Stop::value_ended) {
                return stopped.at == Stop::key_is_wrong ? key_fails(token) : value_fails(token);
            }
            if (!item_follows) {
                while (first_[token] == closing(in_object)) {
                    after_[*--top] = ++token;
                    if (top == bottom_) {
                        token_ = token;
                        return true;
                    }
                    in_object = first_[top[-1]] == '{';
                }
                if (first_[token] != ',')
                    return comma_fails(token, in_object);
                ++token;
            }
            stopped = in_object ? items<true>(token) : items<false>(token);
        }
    }

    // From where a key or an element is expected up to where another bracket opens or no comma follows.
    template <bool in_object> Stopped items(std::uint32_t token) const
    {
        for (;;) {
            if (in_object) {
                token = after_texts(token);
                if (is_next(token, last_text_member))
                    return { after_text(token), Stop::value_ended };
                if (first_[token] != '"' || first_[token + 1] != ':' || !string(token))
                    return { token, Stop::key_is_wrong };
                token += 2;
            }
            const char c = first_[token];
            if (is_bracket(c))
                return { token, Stop::bracket_opens };
            if (c == '"' ? !string(token) : !scalar(token))
                return { token, Stop::value_is_wrong };
            after_[token] = token + 1;
            if (first_[++token] != ',')
                return { token, Stop::value_ended };
            ++token;
        }
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

    bool comma_fails(std::uint32_t token, bool in_object)
    {
        token_ = token;
        return fail(in_object ? "expected a comma or '}'" : "expected a comma or ']'");
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

    static char closing(bool in_object) { return in_object ? '}' : ']'; }
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
