#include "cli/statusline_install.h"

#include "base/files.h"
#include "base/limits.h"
#include "cli/own_files.h"
#include "cli/statusline_setting.h"
#include "cli/terminal.h"

#include <fmt/format.h>

#include <sys/stat.h>

namespace dragoman::cli {
namespace {

constexpr std::size_t file_max = 4 * limits::MiB;

Result<std::string> read_settings(const std::string& path)
{
    auto text = read_file(path, file_max);
    if (!text && text.error().kind == Error::Kind::not_found)
        return std::string();
    return text;
}

bool is_own(const std::string& command)
{
    return command.ends_with("dragoman statusline") || command.ends_with("dragoman' statusline");
}

mode_t mode_of(const std::string& path)
{
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0600U;
}

Result<void> write_settings(const std::string& path, const std::string& text)
{
    if (auto made = make_private_directory(path.substr(0, path.rfind('/'))); !made)
        return made;
    ASSIGN_OR_RETURN(copy, back_up_if_there(path));
    if (auto written = replace_atomically(path, text, mode_of(path)); !written)
        return written;
    print(copy.empty() ? fmt::format("  wrote {}\n", path)
                       : fmt::format("  changed statusLine in {}; the old file is {}\n", path, copy));
    return {};
}

// Whether the one that is set may go.
bool may_replace(const std::string& command, Consent consent)
{
    if (is_own(command) || consent == Consent::given)
        return true;
    const std::string what = command.empty() ? "one of another kind" : plain(command);
    if (consent == Consent::ask)
        return confirm(fmt::format("  Claude Code has a status line: {}. Replace it?", what), Answer::no);
    print(fmt::format("  Claude Code keeps its status line ({}); --yes replaces it\n", what));
    return false;
}

Result<void> install(const std::string& path, const std::string& command, Consent consent)
{
    ASSIGN_OR_RETURN(text, read_settings(path));
    ASSIGN_OR_RETURN(set, status_line_of(text));
    if (set == command) {
        print(fmt::format("  {} has it already\n", path));
        return {};
    }
    if (set && !may_replace(*set, consent))
        return {};
    ASSIGN_OR_RETURN(changed, with_status_line(text, command));
    return write_settings(path, changed);
}

} // namespace

std::string client_folder(const Environment& environment)
{
    if (const auto folder = lookup(environment, "CLAUDE_CONFIG_DIR"))
        return absolute_path(std::string(*folder));
    const auto home = lookup(environment, "HOME");
    return home ? std::string(*home) + "/.claude" : std::string();
}

bool has_status_line(const Environment& environment)
{
    const auto text = read_settings(client_folder(environment) + "/settings.json");
    const auto set = text ? status_line_of(*text) : Failure(text.error());
    return !set || set->has_value();
}

bool install_status_line(const Context& context, Consent consent)
{
    const std::string folder = client_folder(context.sources.environment);
    if (folder.empty()) {
        complain("the status line needs Claude Code's folder: set HOME or CLAUDE_CONFIG_DIR");
        return false;
    }
    const std::string path = folder + "/settings.json";
    auto done = install(path, shell_word(context.program) + " statusline", consent);
    if (!done)
        complain(fmt::format("{} was left as it is: {}", path, done.error().message));
    return done.has_value();
}

} // namespace dragoman::cli
