// Ports, running instances, directories.
#include "base/files.h"
#include "cli/doctor_checks.h"
#include "cli/own_files.h"
#include "gateway/instance.h"
#include "net/listeners.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sys/statvfs.h>

namespace dragoman::cli {
namespace {

constexpr std::uint64_t little_room = 16 * limits::MiB;

std::string name_of_process(int pid)
{
    auto name = read_file(fmt::format("/proc/{}/comm", pid), limits::KiB);
    if (!name)
        return fmt::format("pid {}", pid);
    while (name->ends_with('\n'))
        name->pop_back();
    return fmt::format("{}, pid {}", *name, pid);
}

bool is_instance(const Examined& examined, int pid)
{
    const auto all = gateway::find_instances(runtime_directory(examined.environment()));
    const auto found = std::ranges::find(all, pid, &gateway::Instance::pid);
    return found != all.end() && gateway::proves_itself(*found);
}

void check_endpoint(const Examined& examined, const config::Endpoint& endpoint)
{
    Findings& findings = examined.findings;
    const std::string address = config::to_string(endpoint);
    const auto listening =
        net::listen_on(net::Endpoint { endpoint.host, endpoint.port, endpoint.optional }, 1);
    if (listening && !listening->sockets.empty())
        return findings.ok("port", fmt::format("{} is free", address));
    if (listening)
        return findings.note("port", fmt::format("this machine has no {}", endpoint.host));
    const auto pid = net::listening_process(endpoint.port);
    if (pid && is_instance(examined, *pid))
        return findings.ok("port", fmt::format("dragoman (pid {}) serves at {}", *pid, address));
    const std::string owner = pid ? fmt::format("; it is {}", name_of_process(*pid)) : "";
    const std::string& why = listening.error().message;
    const bool taken = why.contains("address in use");
    findings.warning("port", taken ? fmt::format("{} is taken by another program{}", address, owner) : why,
        "`dragoman code` needs no port of its own choice; for `dragoman serve` take another one with PORT, "
        "or end that program");
}

void check_directory(Findings& findings, std::string_view what, const std::string& path)
{
    if (path.empty())
        return findings.warning("disk", fmt::format("there is no place for the {} directory", what),
            "set HOME, or the XDG directories");
    if (auto writable = make_writable_directory(path); !writable)
        return findings.warning("disk", fmt::format("{} directory: {}", what, writable.error().message),
            "give it back to yourself (chown, chmod u+rwx), or name another place in the environment");
    struct statvfs room {};
    if (::statvfs(path.c_str(), &room) == 0 && room.f_bavail * room.f_frsize < little_room)
        return findings.warning("disk", fmt::format("next to no room is left below {}", path), "make some");
    findings.ok("disk", fmt::format("{} directory {}", what, path));
}

} // namespace

void check_port(const Examined& examined)
{
    for (const config::Endpoint& endpoint : examined.config.server.listen)
        if (endpoint.port != 0)
            check_endpoint(examined, endpoint);
}

void check_instances(const Examined& examined)
{
    const auto all = gateway::find_instances(runtime_directory(examined.environment()));
    if (all.empty())
        examined.findings.ok("running", "no dragoman of yours is running");
    for (const gateway::Instance& one : all) {
        const std::string kind = one.kind == gateway::Instance::Kind::code ? "code" : "serve";
        const std::string text = fmt::format("{} (pid {}, version {}) at {}{}", kind, one.pid, one.version,
            one.url, one.demonstration ? ", a demonstration" : "");
        if (!gateway::proves_itself(one))
            examined.findings.warning("running", text + " does not answer as itself",
                fmt::format("end it if it hangs: kill {}", one.pid));
        else if (one.version != examined.context.version)
            examined.findings.note("running",
                fmt::format("{}; this program is {}", text, examined.context.version),
                "start it again to have the same everywhere");
        else
            examined.findings.ok("running", text);
    }
}

void check_directories(const Examined& examined)
{
    const config::Config& config = examined.config;
    check_directory(examined.findings, "state", config.state_directory);
    check_directory(
        examined.findings, "cache", std::filesystem::path(config.catalogue.file).parent_path().string());
    check_directory(examined.findings, "runtime", runtime_directory(examined.environment()));
}

} // namespace dragoman::cli
