#include "cli/running.h"

#include "base/files.h"
#include "json/entry.h"
#include "net/fetch.h"

namespace dragoman::cli {
namespace {

// One without a key answers, but cannot work.
bool is_healthy(const gateway::Instance& instance)
{
    const net::FetchRequest request { .url = instance.url + "/health", .time = std::chrono::seconds(1) };
    const auto answer = net::fetch(request, {});
    if (!answer || answer->status != 200)
        return false;
    json::Document document;
    const auto root = document.parse(answer->body);
    const json::Entry entry(root ? root->object() : std::nullopt);
    return entry.text("status") == "healthy" && !entry.boolean("demonstration").value_or(false);
}

} // namespace

std::optional<gateway::Instance> find_running(const Environment& environment, Health wanted)
{
    const std::string directory = runtime_directory(environment);
    if (directory.empty())
        return std::nullopt;
    for (gateway::Instance& instance : gateway::find_instances(directory)) {
        const bool usable = instance.kind == gateway::Instance::Kind::serve && !instance.demonstration;
        if (usable && gateway::proves_itself(instance) && (wanted == Health::any || is_healthy(instance)))
            return std::move(instance);
    }
    return std::nullopt;
}

} // namespace dragoman::cli
