// One JSON text, checked once from end to end, then walked as slices.
//
// Document::parse() finds the tokens (simdjson's first stage, which also checks UTF-8) and checks the whole
// grammar of RFC 8259 without recursion: nesting, commas, numbers, literals, escapes, nothing after the end.
// What is walked afterwards is therefore well-formed, and walking cannot fail. Not refused, because
// clients send them: lone surrogates (\ud83d), numbers of any size, duplicate keys, a byte-order mark.
//
// A Document keeps its memory from parse to parse. Values borrow from the text and from the Document and are
// valid until the next parse().
#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "json/raw.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace dragoman::json {

class Document;
class Object;
class Array;

enum class Type : std::uint8_t { object, array, string, number, boolean, null };

class Value {
public:
    Value() = default;

    Type type() const;
    bool is(Type wanted) const { return type() == wanted; }

    RawValue raw() const; // without white space around it

    // nullopt when the value has another type. A loop over *value.array() would outlive the optional: write
    // for (Value v : Array(*value.array())).
    std::optional<RawString> string() const;
    std::optional<Object> object() const;
    std::optional<Array> array() const;
    std::optional<bool> boolean() const;
    std::optional<std::int64_t> integer() const; // also 1.0 and 1e3; nullopt beyond 64 bits
    std::optional<double> number() const;

    // The byte offset in the document's text.
    std::size_t offset() const;

private:
    friend class Document;
    friend class Object;
    friend class Array;
    Value(const Document* document, std::uint32_t token)
        : document_(document)
        , token_(token)
    {
    }

    const Document* document_ = nullptr;
    std::uint32_t token_ = 0;
};

struct Field {
    RawString key; // escaped; keys with escapes are compared through key_is()
    Value value;
};

// True when `key` means `name`, however it was escaped. `name` must be plain ASCII.
bool key_is(RawString key, std::string_view name);

class Object {
public:
    class Iterator {
    public:
        Field operator*() const;
        Iterator& operator++();
        bool operator!=(const Iterator& other) const { return token_ != other.token_; }

    private:
        friend class Object;
        Iterator(const Document* document, std::uint32_t token)
            : document_(document)
            , token_(token)
        {
        }
        const Document* document_;
        std::uint32_t token_; // of the key, or of the closing brace
    };

    Iterator begin() const;
    Iterator end() const;
    bool empty() const;

    // The value of the last field with that name, as in JavaScript. Linear: for objects that are looked at
    // once.
    std::optional<Value> find(std::string_view name) const;

private:
    friend class Value;
    Object(const Document* document, std::uint32_t token)
        : document_(document)
        , token_(token)
    {
    }
    const Document* document_;
    std::uint32_t token_;
};

class Array {
public:
    class Iterator {
    public:
        Value operator*() const { return { document_, token_ }; }
        Iterator& operator++();
        bool operator!=(const Iterator& other) const { return token_ != other.token_; }

    private:
        friend class Array;
        Iterator(const Document* document, std::uint32_t token)
            : document_(document)
            , token_(token)
        {
        }
        const Document* document_;
        std::uint32_t token_; // of the element, or of the closing bracket
    };

    Iterator begin() const;
    Iterator end() const;
    bool empty() const;
    std::size_t size() const; // linear

private:
    friend class Value;
    Array(const Document* document, std::uint32_t token)
        : document_(document)
        , token_(token)
    {
    }
    const Document* document_;
    std::uint32_t token_;
};

class Document {
public:
    Document();
    ~Document();
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;

    // Checks `text` and gives its root. `text` must outlive the values; it needs no padding and is not
    // changed. Error::bad_request says what is wrong and at which byte ("invalid JSON at byte 17: expected a
    // comma").
    Result<Value> parse(std::string_view text, std::size_t depth_max = limits::json_depth);

    // The value that the last successful parse() gave.
    Value root() const { return { this, 0 }; }

    // Whether any string of the text holds a \uD8xx to \uDFxx escape: only then need strings be mended.
    bool has_surrogate_escapes() const { return has_surrogates_; }
    std::string_view text() const { return text_; }

private:
    friend class Value;
    friend class Object;
    friend class Array;
    class Checker;

    bool find_tokens();
    std::uint32_t after(std::uint32_t token) const { return skip_[token] ? skip_[token] : token + 1; }
    char at(std::uint32_t token) const { return text_[position_[token]]; }
    RawString string_at(std::uint32_t token) const;

    struct Tokenizer; // simdjson's first stage
    std::unique_ptr<Tokenizer> tokenizer_;
    std::string_view text_;
    const std::uint32_t* position_ = nullptr; // of each token in text_
    std::uint32_t count_ = 0;
    std::vector<std::uint32_t> skip_; // for an opening bracket: the token after its closing one
    std::vector<std::uint32_t> open_; // brackets, while the grammar is checked
    bool has_surrogates_ = false;
};

} // namespace dragoman::json
