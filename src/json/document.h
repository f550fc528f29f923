// One JSON text, checked once from end to end, then walked as slices.
//
// Document::parse() finds the tokens (TokenIndex, which also checks UTF-8 and escapes) and checks the whole
// grammar of RFC 8259 without recursion: nesting, commas, numbers, literals, nothing after the end.
// What is walked afterwards is therefore well-formed, and walking cannot fail. Not refused, because
// clients send them: lone surrogates (\ud83d), numbers of any size, duplicate keys, a byte-order mark.
//
// A Document keeps its memory from parse to parse. Values borrow from the text and from the Document and are
// valid until the next parse().
#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "json/grammar.h"
#include "json/raw.h"
#include "json/token_index.h"

#include <cstdint>
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
    Value() = default; // one that is not there, and must not be asked for anything else
    bool is_there() const { return document_ != nullptr; }

    Type type() const;
    bool is(Type wanted) const;

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
    friend class Members;
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

// The same for a literal, of which nearly every key is told without a call.
template <std::size_t size> bool key_is(RawString key, const char (&literal)[size])
{
    const std::string_view name(literal, size - 1);
    return key.escaped.size() <= name.size() ? key.escaped == name : key_is(key, name);
}

class Object {
public:
    class Iterator {
    public:
        Field operator*() const;
        Iterator& operator++();
        bool operator!=(const Iterator& other) const { return token_ != other.token_; }

    private:
        friend class Object;
        friend class Members;
        Iterator(const Document* document, std::uint32_t token, std::uint32_t end)
            : document_(document)
            , token_(token)
            , end_(end)
        {
        }
        const Document* document_;
        std::uint32_t token_; // of the key, or of the closing brace
        std::uint32_t end_; // of the closing brace
    };

    Iterator begin() const;
    Iterator end() const;
    bool empty() const;

    // The value of the last field with that name, as in JavaScript. Linear: for objects that are looked at
    // once.
    std::optional<Value> find(std::string_view name) const;

private:
    friend class Value;
    friend class Members;
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
        Iterator(const Document* document, std::uint32_t token, std::uint32_t end)
            : document_(document)
            , token_(token)
            , end_(end)
        {
        }
        const Document* document_;
        std::uint32_t token_; // of the element, or of the closing bracket
        std::uint32_t end_; // of the closing bracket
    };

    Iterator begin() const;
    Iterator end() const;
    bool empty() const;
    std::size_t size() const; // linear
    std::size_t size_up_to(std::size_t most) const; // does not count further

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
    // Checks `text` and gives its root. `text` must outlive the values; it needs no padding and is not
    // changed. Error::bad_request says what is wrong and at which byte ("invalid JSON at byte 17: expected a
    // comma").
    Result<Value> parse(std::string_view text, std::size_t depth_max = limits::json_depth);

    // The value that the last successful parse() gave.
    Value root() const { return { this, 0 }; }

    // Whether any string of the text holds a \uD8xx to \uDFxx escape: only then need strings be mended.
    bool has_surrogate_escapes() const { return index_.has_surrogates(); }
    std::string_view text() const { return text_; }

private:
    friend class Value;
    friend class Object;
    friend class Array;
    friend class Members;
    class Checker;

    std::uint32_t after(std::uint32_t token) const { return after_[token]; }
    char at(std::uint32_t token) const { return first_[token]; }
    std::string_view up_to(std::uint32_t token, std::uint32_t next) const;
    RawString string_at(std::uint32_t token) const;
    bool is_key(std::uint32_t token, std::string_view name) const;
    bool is_key_with_escapes(std::uint32_t token, std::string_view name) const;

    TokenIndex index_ {};
    std::string_view text_ {};
    const std::uint32_t* place_ = nullptr; // of each token in text_, and behind them of its end
    const char* first_ = nullptr; // the first byte of each token, and behind them a zero
    const std::uint32_t* after_ = nullptr; // for the first token of a value: the one that follows the value
    std::uint32_t count_ = 0;
    std::vector<std::uint32_t> open_ {}; // brackets, while the grammar is checked
};

// What a walk does for each token is inlined; a body of a megabyte has tens of thousands.

// From one token to the next, without the white space between them.
inline std::string_view Document::up_to(std::uint32_t token, std::uint32_t next) const
{
    const char* begin = text_.data() + place_[token];
    const char* end = text_.data() + place_[next];
    while (is_white_space(end[-1]))
        --end;
    return { begin, end };
}

// The closing quote is no token: only white space stands between it and the next one.
inline RawString Document::string_at(std::uint32_t token) const
{
    const char* const begin = text_.data() + place_[token] + 1;
    const char* end = text_.data() + place_[token + 1] - 1;
    while (*end != '"')
        --end;
    return { { begin, end } };
}

// Nearly every key is told by its first bytes; only one that goes on with a backslash where the name goes on
// otherwise can be another spelling of it.
inline bool Document::is_key(std::uint32_t token, std::string_view name) const
{
    const char* key = text_.data() + place_[token] + 1;
    const char* wanted = name.data();
    const char* const end = wanted + name.size();
    while (wanted != end && *key == *wanted && *key != '"' && *key != '\\') {
        ++key;
        ++wanted;
    }
    if (*key == '\\')
        return is_key_with_escapes(token, name);
    return wanted == end && *key == '"';
}

inline Type Value::type() const
{
    switch (document_->at(token_)) {
    case '{':
        return Type::object;
    case '[':
        return Type::array;
    case '"':
        return Type::string;
    case 't':
    case 'f':
        return Type::boolean;
    case 'n':
        return Type::null;
    default:
        return Type::number;
    }
}

// Of a constant, one comparison.
inline bool Value::is(Type wanted) const
{
    const char first = document_->at(token_);
    switch (wanted) {
    case Type::object:
        return first == '{';
    case Type::array:
        return first == '[';
    case Type::string:
        return first == '"';
    case Type::null:
        return first == 'n';
    default:
        return type() == wanted;
    }
}

inline RawValue Value::raw() const { return { document_->up_to(token_, document_->after(token_)) }; }

inline std::optional<RawString> Value::string() const
{
    if (document_->at(token_) != '"')
        return std::nullopt;
    return document_->string_at(token_);
}

inline std::optional<Object> Value::object() const
{
    if (document_->at(token_) != '{')
        return std::nullopt;
    return Object(document_, token_);
}

inline std::optional<Array> Value::array() const
{
    if (document_->at(token_) != '[')
        return std::nullopt;
    return Array(document_, token_);
}

inline std::size_t Value::offset() const { return document_->place_[token_]; }

inline Field Object::Iterator::operator*() const
{
    return { document_->string_at(token_), Value(document_, token_ + 2) };
}

inline Object::Iterator& Object::Iterator::operator++()
{
    token_ = document_->after(token_ + 2);
    token_ += token_ != end_; // the comma
    return *this;
}

inline Object::Iterator Object::end() const
{
    const std::uint32_t last = document_->after(token_) - 1;
    return { document_, last, last };
}
inline Object::Iterator Object::begin() const
{
    return { document_, token_ + 1, document_->after(token_) - 1 };
}
inline bool Object::empty() const { return !(begin() != end()); }

inline std::optional<Value> Object::find(std::string_view name) const
{
    std::uint32_t found = 0;
    const Iterator last = end();
    for (Iterator field = begin(); field != last; ++field)
        if (document_->is_key(field.token_, name))
            found = field.token_ + 2;
    return found != 0 ? std::optional(Value(document_, found)) : std::nullopt;
}

inline Array::Iterator& Array::Iterator::operator++()
{
    token_ = document_->after(token_);
    token_ += token_ != end_; // the comma
    return *this;
}

inline Array::Iterator Array::end() const
{
    const std::uint32_t last = document_->after(token_) - 1;
    return { document_, last, last };
}
inline Array::Iterator Array::begin() const
{
    return { document_, token_ + 1, document_->after(token_) - 1 };
}
inline bool Array::empty() const { return !(begin() != end()); }

} // namespace dragoman::json
