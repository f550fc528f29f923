#include "cli/client_program.h"

#include "base/files.h"

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace dragoman::cli {
namespace {

bool is_program(const std::string& path)
{
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

// A script of the person's own that starts `dragoman code` under the client's name: not the client.
bool leads_back(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string beginning(4096, '\0');
    file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
    return beginning.starts_with("#!") && beginning.contains("dragoman code");
}

// Past the choice of colours and the login; the folder is still asked about.
constexpr std::string_view first_state = R"({"hasCompletedOnboarding":true,"theme":"dark"})";

} // namespace

std::optional<std::string> find_client(const Environment& environment)
{
    std::string_view path = lookup(environment, "PATH").value_or("");
    while (!path.empty()) {
        const auto folder = path.substr(0, path.find(':'));
        path.remove_prefix(std::min(path.size(), folder.size() + 1));
        std::string candidate = (folder.empty() ? "." : std::string(folder)) + "/claude";
        if (is_program(candidate) && !leads_back(candidate))
            return candidate;
    }
    const auto home = lookup(environment, "HOME");
    if (!home)
        return std::nullopt;
    for (const std::string_view place : { "/.local/bin/claude", "/.claude/local/claude" })
        if (std::string candidate = std::string(*home).append(place);
            is_program(candidate) && !leads_back(candidate))
            return candidate;
    return std::nullopt;
}

const char* how_to_install_client()
{
    return "Install it with one of these, and try again:\n"
           "  curl -fsSL https://claude.ai/install.sh | bash\n"
           "  npm install -g @anthropic-ai/claude-code\n";
}

Result<std::string> isolated_directory(const std::string& state_directory)
{
    if (state_directory.empty())
        return Failure(Error::internal("--isolated needs a folder: set HOME or XDG_STATE_HOME"));
    std::string directory = state_directory + "/claude";
    if (auto made = make_private_directory(directory); !made)
        return Failure(made.error());
    const std::string state = directory + "/.claude.json";
    if (::access(state.c_str(), F_OK) != 0)
        if (auto written = replace_atomically(state, first_state); !written)
            return Failure(written.error());
    return directory;
}

} // namespace dragoman::cli
