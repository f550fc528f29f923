#include "cli/statusline_setting.h"

#include "config/values.h"
#include "json/entry.h"
#include "json/writer.h"

#include <algorithm>

namespace dragoman::cli {
namespace {

constexpr std::string_view name = "statusLine";
constexpr std::string_view mark = "\xEF\xBB\xBF"; // a byte-order mark

std::string value_of(std::string_view command)
{
    std::string out;
    json::Writer(out).begin_object().key("type").text("command").key("command").text(command).end_object();
    return out;
}

std::string_view without_mark(std::string_view settings)
{
    return settings.starts_with(mark) ? settings.substr(mark.size()) : settings;
}

Result<json::Object> object_of(json::Document& document, std::string_view settings)
{
    auto root = document.parse(settings);
    if (!root)
        return Failure(root.error());
    auto object = root->object();
    if (!object)
        return Failure(Error::bad_request("it holds no JSON object"));
    return *object;
}

// In front of the first field, spaced as that one is.
std::string with_new_field(
    std::string_view settings, std::size_t brace, const json::Object& all, std::string_view value)
{
    std::string out(settings);
    const std::string field = "\"statusLine\": " + std::string(value);
    if (all.empty()) {
        const std::size_t close = settings.find('}', brace);
        return out.replace(brace, close - brace, "\n  " + field + "\n");
    }
    const std::size_t first = settings.find('"', brace);
    return out.insert(brace, std::string(settings.substr(brace, first - brace)) + field + ",");
}

} // namespace

Result<std::optional<std::string>> status_line_of(std::string_view settings)
{
    settings = without_mark(settings);
    if (config::trim(settings).empty())
        return std::nullopt;
    json::Document document;
    auto all = object_of(document, settings);
    if (!all)
        return Failure(all.error());
    const auto set = all->find(name);
    if (!set || set->is(json::Type::null))
        return std::nullopt;
    return json::Entry(set->object()).text("command").value_or("");
}

Result<std::string> with_status_line(std::string_view settings, std::string_view command)
{
    const std::string value = value_of(command);
    if (settings.starts_with(mark)) {
        ASSIGN_OR_RETURN(rest, with_status_line(without_mark(settings), command));
        return std::string(mark) + rest;
    }
    if (config::trim(settings).empty())
        return "{\n  \"statusLine\": " + value + "\n}\n";
    json::Document document;
    auto all = object_of(document, settings);
    if (!all)
        return Failure(all.error());
    std::string out(settings);
    if (const auto set = all->find(name))
        return out.replace(set->offset(), set->raw().text.size(), value);
    return with_new_field(settings, document.root().offset() + 1, *all, value);
}

std::string shell_word(std::string_view text)
{
    constexpr std::string_view harmless =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+=:,@%";
    if (!text.empty() && text.find_first_not_of(harmless) == std::string_view::npos)
        return std::string(text);
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

} // namespace dragoman::cli
