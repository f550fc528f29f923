#include "json/document.h"

#include "json/checker.h"
#include "json/escape.h"
#include "json/escape_scan.h"
#include "json/grammar.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <limits>
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
    std::uint32_t* positions = tokenizer_->stages->structural_indexes.get(); // it has room for some more
    count_ = tokenizer_->stages->n_structural_indexes;
    positions[count_] = static_cast<std::uint32_t>(text.size());
    position_ = positions;
    if (after_.size() < count_)
        after_.resize(count_);
    const EscapeScan escapes = scan_escapes(text);
    Checker checker(*this, depth_max, escapes.valid);
    if (!checker.check())
        return Failure(invalid(checker.why(), checker.byte()));
    has_surrogates_ = escapes.surrogates;
    return Value(this, 0);
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

// Without a copy: an object of a million escaped keys is looked through once for every name.
bool key_is(RawString key, std::string_view name)
{
    std::string_view text = key.escaped;
    if (text.size() <= name.size()) // every escape is longer than what it means
        return text == name && text.find('\\') == text.npos;
    if (text.find('\\') == text.npos)
        return false;
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

bool Document::is_key_with_escapes(std::uint32_t token, std::string_view name) const
{
    return key_is(string_at(token), name);
}

std::size_t Array::size_up_to(std::size_t most) const
{
    std::size_t count = 0;
    const Iterator last = end();
    for (auto it = begin(); it != last && count < most; ++it)
        ++count;
    return count;
}

std::size_t Array::size() const { return size_up_to(std::numeric_limits<std::size_t>::max()); }

} // namespace dragoman::json
