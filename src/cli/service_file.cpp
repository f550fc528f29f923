#include "cli/service_file.h"

#include "base/files.h"
#include "base/limits.h"
#include "cli/service_text.h"

#include <fmt/format.h>

#include <filesystem>
#include <unistd.h>

namespace dragoman::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t unit_max = limits::MiB;

std::string free_backup_name(const std::string& path)
{
    std::error_code ignored;
    std::string name = path + ".bak";
    for (int number = 2; fs::exists(fs::symlink_status(name, ignored)); ++number)
        name = fmt::format("{}.bak{}", path, number);
    return name;
}

Result<void> refuse_link(const std::string& path)
{
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (error)
        return {};
    return Failure(
        Error::internal(fmt::format("{} is a link to {}: something else looks after it, such as "
                                    "home-manager or `systemctl mask`; change it there, or remove the link",
            path, target.string())));
}

// The parents of a unit's folder are everybody's to read, as that of others.
Result<void> make_folder_of(const std::string& path)
{
    std::error_code error;
    fs::create_directories(fs::path(path).parent_path(), error);
    if (error)
        return Failure(
            Error::internal(fmt::format("cannot make the folder of {}: {}", path, error.message())));
    return {};
}

} // namespace

Result<PlacedFile> place_file(const std::string& path, std::string_view text, mode_t mode)
{
    if (auto own = refuse_link(path); !own)
        return Failure(own.error());
    PlacedFile placed;
    const auto before = read_file(path, unit_max);
    if (before && *before == text)
        return placed;
    if (!before && before.error().kind != Error::Kind::not_found)
        return Failure(before.error());
    if (before && !is_as_signed(*before)) {
        placed.backup = free_backup_name(path);
        if (auto saved = replace_atomically(placed.backup, *before); !saved)
            return Failure(saved.error());
    }
    if (auto made = make_folder_of(path); !made)
        return Failure(made.error());
    if (auto written = replace_atomically(path, text, mode); !written)
        return Failure(written.error());
    placed.how = PlacedFile::How::written;
    return placed;
}

Result<Removed> remove_file(const std::string& path)
{
    std::error_code error;
    if (fs::is_symlink(path, error))
        return Removed::kept;
    const auto text = read_file(path, unit_max);
    if (!text && text.error().kind == Error::Kind::not_found)
        return Removed::was_absent;
    if (!text)
        return Failure(text.error());
    if (!is_as_signed(*text))
        return Removed::kept;
    if (!fs::remove(path, error))
        return Failure(Error::internal(fmt::format("cannot remove {}: {}", path, error.message())));
    return Removed::gone;
}

} // namespace dragoman::cli
