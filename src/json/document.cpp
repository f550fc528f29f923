#include "json/document.h"

#include "json/escape.h"
#include "json/grammar.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <string>

namespace dragoman::json {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

Error invalid(std::string_view why, std::size_t byte)
{
    return Error::bad_request("invalid JSON at byte " + std::to_string(byte) + ": " + std::string(why));
}

} // namespace

// simdjson picks its kernel for this processor when the program runs. Only the first stage is used: the
// positions of brackets, colons, commas and of the first byte of every string, number and literal.
struct Document::Tokenizer {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
    std::size_t capacity = 0;

    simdjson::error_code run(std::string_view text)
    {
        if (!stages || capacity < text.size()) {
            capacity = std::max<std::size_t>(text.size() + text.size() / 2, 4096);
            const auto& implementation = *simdjson::get_active_implementation();
            if (auto error = implementation.create_dom_parser_implementation(capacity, 1, stages))
                return error;
        }
        return stages->stage1(
            reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), simdjson::stage1_mode::regular);
    }
};

Document::Document()
    : tokenizer_(std::make_unique<Tokenizer>())
{
}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

// Walks the tokens once, keeping the open brackets on a stack of its own.
class Document::Checker {
public:
    Checker(Document& document, std::size_t depth_max)
        : document_(document)
        , depth_max_(depth_max)
        , stack_(document.open_)
    {
        stack_.clear();
    }

    Result<void> check()
    {
        while (token_ < document_.count_) {
            if (auto taken = take(document_.at(token_)); !taken)
                return taken;
        }
        if (expect_ != Expect::nothing)
            return fail("it ends too early", document_.text_.size());
        return {};
    }

    bool has_surrogates() const { return has_surrogates_; }

private:
    enum class Expect : std::uint8_t { value, value_or_end, key, key_or_end, comma_or_end, nothing };

    Result<void> take(char c)
    {
        switch (expect_) {
        case Expect::value_or_end:
            if (c == ']')
                return close(c);
            [[fallthrough]];
        case Expect::value:
            return value(c);
        case Expect::key_or_end:
            if (c == '}')
                return close(c);
            [[fallthrough]];
        case Expect::key:
            return key(c);
        case Expect::comma_or_end:
            if (c != ',')
                return close(c);
            expect_ = in_object() ? Expect::key : Expect::value;
            ++token_;
            return {};
        case Expect::nothing:
            break;
        }
        return fail("something follows the end of the value");
    }

    Result<void> value(char c)
    {
        if (c == '{' || c == '[')
            return open(c);
        std::string_view why = c == '"' ? check_string() : check_scalar();
        if (!why.empty())
            return fail(why);
        ++token_;
        after_value();
        return {};
    }

    Result<void> key(char c)
    {
        if (c != '"')
            return fail("expected a key in quotes");
        if (std::string_view why = check_string(); !why.empty())
            return fail(why);
        ++token_;
        if (token_ >= document_.count_ || document_.at(token_) != ':')
            return fail("expected a colon");
        ++token_;
        expect_ = Expect::value;
        return {};
    }

    Result<void> open(char c)
    {
        if (stack_.size() >= depth_max_)
            return fail("it is nested deeper than " + std::to_string(depth_max_) + " levels");
        stack_.push_back(token_++);
        expect_ = c == '{' ? Expect::key_or_end : Expect::value_or_end;
        return {};
    }

    Result<void> close(char c)
    {
        if (stack_.empty() || c != (in_object() ? '}' : ']'))
            return fail(in_object() ? "expected a comma or '}'" : "expected a comma or ']'");
        document_.skip_[stack_.back()] = ++token_;
        stack_.pop_back();
        after_value();
        return {};
    }

    void after_value() { expect_ = stack_.empty() ? Expect::nothing : Expect::comma_or_end; }
    bool in_object() const { return !stack_.empty() && document_.at(stack_.back()) == '{'; }

    std::string_view check_string()
    {
        bool surrogate = false;
        bool fine = escapes_are_valid(document_.string_at(token_), surrogate);
        has_surrogates_ |= surrogate;
        return fine ? "" : "a string holds an invalid escape";
    }

    std::string_view check_scalar() const
    {
        std::string_view text = Value(&document_, token_).raw().text;
        if (text == "true" || text == "false" || text == "null" || is_number(text))
            return "";
        return "expected a value";
    }

    Failure fail(std::string_view why) const
    {
        std::size_t byte = token_ < document_.count_ ? document_.position_[token_] : document_.text_.size();
        return fail(why, byte);
    }
    Failure fail(std::string_view why, std::size_t byte) const { return Failure(invalid(why, byte)); }

    Document& document_;
    std::size_t depth_max_;
    std::vector<std::uint32_t>& stack_; // the document's, so that a small text costs no allocation
    std::uint32_t token_ = 0;
    Expect expect_ = Expect::value;
    bool has_surrogates_ = false;
};

Result<Value> Document::parse(std::string_view text, std::size_t depth_max)
{
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    text_ = text;
    if (text.empty())
        return Failure(Error::bad_request("invalid JSON: the text is empty"));
    switch (tokenizer_->run(text)) {
    case simdjson::SUCCESS:
        break;
    case simdjson::UTF8_ERROR:
        return Failure(Error::bad_request("invalid JSON: the text is not valid UTF-8"));
    case simdjson::UNCLOSED_STRING:
        return Failure(Error::bad_request("invalid JSON: a string is not closed"));
    case simdjson::UNESCAPED_CHARS:
        return Failure(Error::bad_request("invalid JSON: a string holds a raw control character"));
    case simdjson::EMPTY:
        return Failure(Error::bad_request("invalid JSON: there is only white space"));
    default:
        return Failure(Error::bad_request("invalid JSON"));
    }
    position_ = tokenizer_->stages->structural_indexes.get();
    count_ = tokenizer_->stages->n_structural_indexes;
    skip_.assign(count_ + 1, 0);
    Checker checker(*this, depth_max);
    if (auto checked = checker.check(); !checked)
        return Failure(checked.error());
    has_surrogates_ = checker.has_surrogates();
    return Value(this, 0);
}

// The closing quote is no token: it is the last byte before the next one that is not white space.
RawString Document::string_at(std::uint32_t token) const
{
    std::string_view text = Value(this, token).raw().text;
    return { text.substr(1, text.size() - 2) };
}

Type Value::type() const
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

RawValue Value::raw() const
{
    std::uint32_t next = document_->after(token_);
    std::size_t begin = document_->position_[token_];
    std::size_t end = next < document_->count_ ? document_->position_[next] : document_->text_.size();
    while (is_white_space(document_->text_[end - 1]))
        --end;
    return { document_->text_.substr(begin, end - begin) };
}

std::optional<RawString> Value::string() const
{
    if (document_->at(token_) != '"')
        return std::nullopt;
    return document_->string_at(token_);
}

std::optional<Object> Value::object() const
{
    if (document_->at(token_) != '{')
        return std::nullopt;
    return Object(document_, token_);
}

std::optional<Array> Value::array() const
{
    if (document_->at(token_) != '[')
        return std::nullopt;
    return Array(document_, token_);
}

std::optional<bool> Value::boolean() const
{
    if (type() != Type::boolean)
        return std::nullopt;
    return document_->at(token_) == 't';
}

std::optional<std::int64_t> Value::integer() const
{
    if (type() != Type::number)
        return std::nullopt;
    std::string_view text = raw().text;
    std::int64_t result = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error == std::errc() && end == text.data() + text.size())
        return result;
    auto real = number();
    if (!real || *real != std::floor(*real) || std::abs(*real) >= 9.2e18)
        return std::nullopt;
    return static_cast<std::int64_t>(*real);
}

std::optional<double> Value::number() const
{
    if (type() != Type::number)
        return std::nullopt;
    std::string_view text = raw().text;
    double result = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error != std::errc())
        return std::nullopt;
    return result;
}

std::size_t Value::offset() const { return document_->position_[token_]; }

// Without a copy: an object of a million escaped keys is looked through once for every name.
bool key_is(RawString key, std::string_view name)
{
    std::string_view text = key.escaped;
    if (text.find('\\') == text.npos)
        return text == name;
    for (char wanted : name) {
        if (text.empty())
            return false;
        int unit = code_unit_at(text, 0);
        if (unit < 0 && text.front() == '\\')
            return unescape(key) == name; // \" and its kin: no name that anybody looks for has them
        if (unit >= 0 ? unit != wanted : text.front() != wanted)
            return false;
        text.remove_prefix(unit >= 0 ? 6 : 1);
    }
    return text.empty();
}

Field Object::Iterator::operator*() const
{
    return { document_->string_at(token_), Value(document_, token_ + 2) };
}

Object::Iterator& Object::Iterator::operator++()
{
    token_ = document_->after(token_ + 2);
    if (document_->at(token_) == ',')
        ++token_;
    return *this;
}

Object::Iterator Object::begin() const { return { document_, token_ + 1 }; }
Object::Iterator Object::end() const { return { document_, document_->skip_[token_] - 1 }; }
bool Object::empty() const { return !(begin() != end()); }

std::optional<Value> Object::find(std::string_view name) const
{
    std::optional<Value> found;
    for (Field field : *this)
        if (key_is(field.key, name))
            found = field.value;
    return found;
}

Array::Iterator& Array::Iterator::operator++()
{
    token_ = document_->after(token_);
    if (document_->at(token_) == ',')
        ++token_;
    return *this;
}

Array::Iterator Array::begin() const { return { document_, token_ + 1 }; }
Array::Iterator Array::end() const { return { document_, document_->skip_[token_] - 1 }; }
bool Array::empty() const { return !(begin() != end()); }

std::size_t Array::size() const
{
    std::size_t count = 0;
    for (auto it = begin(); it != end(); ++it)
        ++count;
    return count;
}

} // namespace dragoman::json
