#include "anthropic/fields.h"

#include <fmt/format.h>

namespace dragoman::anthropic {

std::string Path::text() const
{
    if (!parent_)
        return {};
    std::string own = name_.empty() ? std::to_string(position_) : std::string(name_);
    std::string before = parent_->text();
    return before.empty() ? own : before + "." + own;
}

void Mistake::at(const Path& path, std::string_view complaint)
{
    if (error_)
        return;
    std::string where = path.text();
    error_ = Error::bad_request(fmt::format("{}: {}", where.empty() ? "request body" : where, complaint));
}

std::optional<json::Value> Fields::value(std::string_view name) const
{
    if (mistake_ || !letters_.may_begin(name))
        return std::nullopt;
    auto found = object_.find(name);
    if (found && found->is(json::Type::null))
        return std::nullopt;
    return found;
}

void Fields::complain(std::string_view name, std::string_view complaint) const
{
    mistake_.at(Path(path_, name), complaint);
}

json::RawValue Fields::raw(std::string_view name) const
{
    auto found = value(name);
    return found ? found->raw() : json::RawValue {};
}

std::optional<json::RawString> Fields::string(std::string_view name) const
{
    auto found = value(name);
    if (!found)
        return std::nullopt;
    auto result = found->string();
    if (!result)
        complain(name, "expected a string");
    return result;
}

json::RawString Fields::string_or_empty(std::string_view name) const
{
    return string(name).value_or(json::RawString {});
}

std::optional<bool> Fields::boolean(std::string_view name) const
{
    auto found = value(name);
    if (!found)
        return std::nullopt;
    auto result = found->boolean();
    if (!result)
        complain(name, "expected true or false");
    return result;
}

std::optional<std::int64_t> Fields::integer(std::string_view name) const
{
    auto found = value(name);
    if (!found)
        return std::nullopt;
    auto result = found->integer();
    if (!result)
        complain(name, "expected an integer");
    return result;
}

json::RawValue Fields::number(std::string_view name) const
{
    auto found = value(name);
    if (!found)
        return {};
    if (found->is(json::Type::number))
        return found->raw();
    complain(name, "expected a number");
    return {};
}

std::optional<json::Object> Fields::object(std::string_view name) const
{
    auto found = value(name);
    if (!found)
        return std::nullopt;
    auto result = found->object();
    if (!result)
        complain(name, "expected an object");
    return result;
}

std::optional<json::Array> Fields::array(std::string_view name) const
{
    auto found = value(name);
    if (!found)
        return std::nullopt;
    auto result = found->array();
    if (!result)
        complain(name, "expected an array");
    return result;
}

json::RawString Fields::required_string(std::string_view name) const
{
    auto result = string(name);
    if (!result)
        complain(name, "this field is required and must be a string");
    return result.value_or(json::RawString {});
}

json::RawString Fields::string_if_any(std::string_view name) const
{
    auto found = value(name);
    return found ? found->string().value_or(json::RawString {}) : json::RawString {};
}

} // namespace dragoman::anthropic
