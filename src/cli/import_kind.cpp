#include "cli/import_kind.h"

#include "cli/json5_text.h"
#include "cli/yaml_text.h"
#include "config/values.h"
#include "json/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dragoman::cli {
namespace {

constexpr std::array<std::string_view, 4> litellm_sections { "model_list", "litellm_settings",
    "router_settings", "general_settings" };

bool has_any(const json::Object& object, std::initializer_list<std::string_view> names)
{
    return std::ranges::any_of(names, [&](std::string_view name) { return object.find(name).has_value(); });
}

// The first character that is neither blank nor of a comment.
char first_character(std::string_view text)
{
    while (!text.empty()) {
        text = config::trim(text);
        if (text.starts_with("\xef\xbb\xbf"))
            text.remove_prefix(3);
        else if (text.starts_with("//"))
            text.remove_prefix(std::min(text.find('\n'), text.size()));
        else if (text.starts_with("/*"))
            text.remove_prefix(std::min(text.find("*/") + 2, text.size()));
        else
            break;
    }
    return text.empty() ? '\0' : text.front();
}

// Whether a line begins with one of LiteLLM's sections.
bool looks_like_litellm(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        for (const std::string_view section : litellm_sections)
            if (line.starts_with(section) && config::trim(line.substr(section.size())).starts_with(':'))
                return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

Error not_readable(std::string_view kind, const Error& why)
{
    return Error::bad_request(fmt::format("it looks like {} and cannot be read: {}", kind, why.message));
}

Result<ForeignFile> of_json(std::string text)
{
    json::Document document;
    const auto root = document.parse(text);
    const auto object = root ? root->object() : std::nullopt;
    if (!object)
        return Failure(Error::bad_request("it is JSON, but no object with settings in it"));
    const bool litellm = has_any(*object, { "model_list" });
    const bool router = has_any(*object, { "Providers", "providers", "Router" });
    if (!litellm && !router)
        return Failure(
            Error::bad_request("it is JSON, but neither claude-code-router's (Providers, Router) nor "
                               "LiteLLM's (model_list)"));
    return ForeignFile { router ? ForeignFile::Kind::router : ForeignFile::Kind::litellm, std::move(text) };
}

} // namespace

Result<ForeignFile> recognise(std::string_view text)
{
    if (first_character(text) == '{') {
        auto json = json_of_json5(text);
        return json ? of_json(std::move(*json)) : Failure(not_readable("JSON", json.error()));
    }
    if (!looks_like_litellm(text))
        return ForeignFile {};
    auto json = json_of_yaml(text);
    if (!json)
        return Failure(not_readable("LiteLLM's config.yaml", json.error()));
    return ForeignFile { ForeignFile::Kind::litellm, std::move(*json) };
}

} // namespace dragoman::cli
