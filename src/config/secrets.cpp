#include "config/secrets.h"

#include "base/files.h"
#include "config/dotenv.h"
#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace dragoman::config {
namespace {

struct KeyPath {
    std::string path;
    std::string place;
    KeySource source;
};

std::optional<FoundSecret> from_file(const KeyPath& where, Mistakes& mistakes)
{
    const auto file = read_secret_file(where.path, where.place, mistakes);
    if (!file)
        return std::nullopt;
    return FoundSecret { file->content, where.source };
}

// Not there, or without content: systemd refuses an empty SetCredential=, so that what a unit gives for a
// file that does not exist is an empty line. What cannot be read is left to the one who needs it.
bool is_blank(const std::string& path)
{
    auto text = read_file(path, secret_file_max);
    if (!text)
        return text.error().kind == Error::Kind::not_found;
    const Secret content(std::move(*text));
    return trim(content.reveal()).empty();
}

} // namespace

std::string_view bare_value(std::string_view value) { return trim(without_quotes(trim(value))); }

std::optional<std::string> credential_path(const Environment& environment, std::string_view name)
{
    const auto directory = lookup(environment, "CREDENTIALS_DIRECTORY");
    if (!directory)
        return std::nullopt;
    std::string credential(name);
    std::ranges::transform(
        credential, credential.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string path = fmt::format("{}/{}", *directory, credential);
    return is_blank(path) ? std::nullopt : std::optional(std::move(path));
}

std::optional<KeyFile> read_secret_file(const std::string& path, std::string_view place, Mistakes& mistakes)
{
    auto file = read_key_file(path);
    if (!file) {
        mistakes.add(place, file.error().message);
        return std::nullopt;
    }
    if (!file->warning.empty())
        mistakes.warn(place, file->warning);
    return std::move(*file);
}

std::optional<FoundSecret> find_secret(
    const Environment& environment, std::string_view name, Mistakes& mistakes)
{
    const auto value = lookup(environment, name);
    if (value && !bare_value(*value).empty())
        return FoundSecret { Secret(std::string(bare_value(*value))),
            { KeySource::Kind::environment, std::string(name), {} } };
    const std::string file_name = fmt::format("{}_FILE", name);
    if (const auto path = lookup(environment, file_name); path && !bare_value(*path).empty()) {
        const std::string file(bare_value(*path));
        return from_file({ file, file_name, { KeySource::Kind::file, file, file } }, mistakes);
    }
    const auto credential = credential_path(environment, name);
    if (!credential)
        return std::nullopt;
    const KeySource source { KeySource::Kind::credential, credential->substr(credential->rfind('/') + 1),
        *credential };
    return from_file({ *credential, to_string(source), source }, mistakes);
}

} // namespace dragoman::config
