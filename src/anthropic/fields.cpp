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

void Fields::complain(std::string_view name, std::string_view complaint) const
{
    mistake_.at(Path(path_, name), complaint);
}

json::RawString Fields::string_in(json::Value value, std::string_view name) const
{
    if (value.is(json::Type::string))
        return *value.string();
    complain(name, "expected a string");
    return {};
}

void Fields::complain_of_string(json::Value value, std::string_view name) const
{
    const bool is_given = value.is_there() && !value.is(json::Type::null);
    complain(name, is_given ? "expected a string" : "this field is required and must be a string");
}

std::optional<json::RawString> Fields::string(const json::Name& name) const
{
    const json::Value found = find(name);
    if (!found.is_there())
        return std::nullopt;
    if (!found.is(json::Type::string))
        complain(name.text(), "expected a string");
    return found.string();
}

std::optional<json::Object> Fields::object_in(json::Value value, std::string_view name) const
{
    auto result = value.object();
    if (!result)
        complain(name, "expected an object");
    return result;
}

std::optional<json::Array> Fields::array_in(json::Value value, std::string_view name) const
{
    auto result = value.array();
    if (!result)
        complain(name, "expected an array");
    return result;
}

std::optional<bool> Fields::boolean(const json::Name& name) const
{
    auto found = value(name);
    if (!found)
        return std::nullopt;
    auto result = found->boolean();
    if (!result)
        complain(name.text(), "expected true or false");
    return result;
}

std::optional<std::int64_t> Fields::integer(const json::Name& name) const
{
    auto found = value(name);
    if (!found)
        return std::nullopt;
    auto result = found->integer();
    if (!result)
        complain(name.text(), "expected an integer");
    return result;
}

json::RawValue Fields::number(const json::Name& name) const
{
    auto found = value(name);
    if (!found)
        return {};
    if (found->is(json::Type::number))
        return found->raw();
    complain(name.text(), "expected a number");
    return {};
}

} // namespace dragoman::anthropic
