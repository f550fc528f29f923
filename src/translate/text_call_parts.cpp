#include "translate/text_call_parts.h"

#include "json/document.h"
#include "json/escape.h"
#include "translate/called_name.h"
#include "translate/lenient_json.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace dragoman::translate::text_call {

namespace {

using std::string_view;
using Calls = std::vector<TextCall>;

constexpr string_view blanks = " \t\r\n";

std::string lower_case(string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return lower;
}

std::optional<json::Value> first_of(const json::Object& object, std::initializer_list<string_view> names)
{
    for (string_view name : names)
        if (auto value = object.find(name))
            return value;
    return std::nullopt;
}

// {"name": …, "arguments": {…}}, or the same inside "function"; arguments may be JSON in a string.
std::optional<TextCall> call_in(const json::Object& object, const AnswerPlan& plan)
{
    if (auto inside = object.find("function"); inside && inside->object())
        return call_in(*inside->object(), plan);
    const auto name = first_of(object, { "name", "tool", "tool_name", "function" });
    const auto arguments = first_of(object, { "arguments", "parameters", "input", "args" });
    if (!name || !name->string() || !arguments)
        return std::nullopt;
    auto known = tool_named(json::unescape(*name->string()), plan);
    if (!known)
        return std::nullopt;
    if (arguments->is(json::Type::object))
        return TextCall { std::move(*known), std::string(arguments->raw().text) };
    if (auto text = arguments->string())
        return TextCall { std::move(*known), json::unescape(*text) };
    return std::nullopt;
}

} // namespace

string_view trim_start(string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text;
}

string_view trim(string_view text)
{
    text = trim_start(text);
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::optional<string_view> up_to(string_view& text, string_view word)
{
    const auto at = text.find(word);
    if (at == string_view::npos)
        return std::nullopt;
    const string_view before = text.substr(0, at);
    text.remove_prefix(at + word.size());
    return before;
}

bool take(string_view& text, string_view word)
{
    if (!text.starts_with(word))
        return false;
    text.remove_prefix(word.size());
    return true;
}

std::optional<std::string> tool_named(string_view written, const AnswerPlan& plan)
{
    std::string name = called_name(plan, trim(written));
    const bool declared = std::ranges::find(plan.declared_tools, name) != plan.declared_tools.end();
    return declared ? std::optional(std::move(name)) : std::nullopt;
}

bool may_be_tool(string_view beginning, const AnswerPlan& plan)
{
    const std::string written = lower_case(trim(beginning));
    string_view name = written;
    for (string_view space : { "functions.", "default_api.", "default_api:" }) {
        if (space.starts_with(name))
            return true;
        take(name, space);
    }
    const auto may_be = [&](string_view known) { return lower_case(known).starts_with(name); };
    return std::ranges::any_of(plan.declared_tools, may_be)
        || std::ranges::any_of(plan.client_tool_names, [&](const auto& pair) { return may_be(pair.first); });
}

bool may_be_tool_up_to(string_view text, char end, const AnswerPlan& plan)
{
    const auto at = text.find(end);
    return at == string_view::npos ? may_be_tool(text, plan)
                                   : tool_named(text.substr(0, at), plan).has_value();
}

Calls calls_in_json(string_view text, bool lenient, const AnswerPlan& plan)
{
    json::Document document;
    auto root = document.parse(text);
    std::optional<std::string> mended;
    if (!root && lenient) {
        string_view rest = text;
        mended = read_lenient_json(rest);
        if (!mended || !trim(rest).empty())
            return {};
        root = document.parse(*mended);
    }
    if (!root)
        return {};
    Calls calls;
    const auto add = [&](const json::Value& value) {
        auto object = value.object();
        auto call = object ? call_in(*object, plan) : std::nullopt;
        if (call)
            calls.push_back(std::move(*call));
        return call.has_value();
    };
    if (auto list = root->array()) {
        for (json::Value value : *list)
            if (!add(value))
                return {};
    } else {
        add(*root);
    }
    return calls;
}

bool may_be_json_call(string_view text, const AnswerPlan& plan)
{
    constexpr std::array keys = std::to_array<string_view>({ "name", "tool", "tool_name", "function",
        "arguments", "parameters", "input", "args", "id", "type" });
    text = trim_start(text);
    if (take(text, "["))
        text = trim_start(text);
    if (text.empty())
        return true;
    if (!take(text, "{"))
        return false;
    text = trim_start(text);
    if (text.empty())
        return true;
    const char quote = text.front();
    if (quote != '"' && quote != '\'')
        return false;
    text.remove_prefix(1);
    const auto end = text.find(quote);
    const string_view key = text.substr(0, end);
    if (end == string_view::npos)
        return std::ranges::any_of(keys, [&](string_view known) { return known.starts_with(key); });
    if (std::ranges::find(keys, key) == keys.end())
        return false;
    text = trim_start(text.substr(end + 1));
    if (key != "name" || !take(text, ":"))
        return true;
    text = trim_start(text);
    if (text.empty() || text.front() != quote)
        return text.empty();
    text.remove_prefix(1);
    const auto name_end = text.find(quote);
    return name_end == string_view::npos ? may_be_tool(text, plan)
                                         : tool_named(text.substr(0, name_end), plan).has_value();
}

} // namespace dragoman::translate::text_call
