#include "json/document.h"

#include "json/checker.h"
#include "json/escape.h"
#include "json/grammar.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace dragoman::json {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t text_size_max = 0xFFFF'0000; // places in it are words of 32 bits

Error invalid(std::string_view why, std::size_t byte)
{
    return Error::bad_request("invalid JSON at byte " + std::to_string(byte) + ": " + std::string(why));
}

std::string_view why(TokenIndex::Flaw flaw)
{
    switch (flaw) {
    case TokenIndex::Flaw::utf8:
        return "the text is not valid UTF-8";
    case TokenIndex::Flaw::unclosed_string:
        return "a string is not closed";
    case TokenIndex::Flaw::control_character:
        return "a string holds a raw control character";
    default:
        return "there is only white space";
    }
}

} // namespace

Result<Value> Document::parse(std::string_view text, std::size_t depth_max)
{
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    text_ = text;
    if (text.empty())
        return Failure(Error::bad_request("invalid JSON: the text is empty"));
    if (text.size() > text_size_max)
        return Failure(Error::bad_request("invalid JSON: the text is larger than 4 GB"));
    if (const TokenIndex::Flaw flaw = index_.read(text); flaw != TokenIndex::Flaw::none)
        return Failure(Error::bad_request("invalid JSON: " + std::string(why(flaw))));
    place_ = index_.places();
    first_ = index_.firsts();
    after_ = index_.after();
    count_ = index_.count();
    Checker checker(*this, depth_max);
    if (!checker.check())
        return Failure(invalid(checker.why(), checker.byte()));
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
    if (text.front() != '\\' && !name.starts_with(text.front())) // nearly all that are something else
        return false;
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
