#include "cli/init_plan.h"

#include "base/files.h"
#include "cli/own_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <unistd.h>

namespace dragoman::cli {
namespace {

constexpr std::size_t file_max = limits::MiB;

class TemporaryFile {
public:
    explicit TemporaryFile(std::string path)
        : path_(std::move(path))
    {
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

bool is_loadable(
    const std::string& path, std::string_view text, const Choices& choices, const Environment& environment)
{
    // The key file is not there yet.
    const std::string table = "upstreams." + choices.upstream;
    const std::string without =
        without_setting(without_setting(text, table, "key_file"), "server", "client_tokens_file");
    const auto loaded = load_text(path, without, environment);
    if (!loaded || loaded->config.main().name != choices.upstream)
        return false;
    const auto holds = [&](std::string_view key, const std::string& value) {
        const std::string* wanted = choices.find("models", key);
        return wanted == nullptr || *wanted == toml_string(value);
    };
    const config::Models& models = loaded->config.models;
    return holds("big", models.big) && holds("middle", models.middle) && holds("small", models.small);
}

Result<std::string> write_secret(const SecretFile& file)
{
    const std::string content = std::string(file.content.reveal()) + "\n";
    const auto old = read_file(file.path, file_max);
    if (old && *old == content)
        return std::string();
    ASSIGN_OR_RETURN(copy, back_up_if_there(file.path));
    if (auto written = replace_atomically(file.path, content); !written)
        return Failure(written.error());
    return copy.empty() ? fmt::format("wrote {}", file.path)
                        : fmt::format("wrote {}; the old one is {}", file.path, copy);
}

} // namespace

std::expected<config::Loaded, config::LoadFailure> load_text(
    const std::string& path, std::string_view text, const Environment& environment)
{
    const TemporaryFile beside(fmt::format("{}.{}.new", path, ::getpid()));
    if (auto written = replace_atomically(beside.path(), text); !written)
        return std::unexpected(config::LoadFailure { .mistakes = { written.error().message } });
    config::Sources sources { .environment = environment, .dotenv = false };
    sources.flags.config = beside.path();
    return config::load(sources);
}

Environment directories_of(const Environment& environment)
{
    Environment kept;
    for (const auto& [name, value] : environment)
        if (name == "HOME" || name.starts_with("XDG_"))
            kept.emplace(name, value);
    return kept;
}

Result<InitPlan> plan_for(const std::string& path, const Choices& choices, const Environment& environment)
{
    const Environment directories = directories_of(environment);
    InitPlan plan { .path = path };
    const auto old = read_file(path, file_max);
    if (!old && old.error().kind != Error::Kind::not_found)
        return Failure(old.error());
    if (old) {
        const auto edited = edited_config_text(*old, choices);
        if (edited && is_loadable(path, *edited, choices, directories)) {
            plan.kind = *edited == *old ? InitPlan::Kind::unchanged : InitPlan::Kind::edit;
            plan.text = *edited;
            return plan;
        }
        plan.kind = InitPlan::Kind::replace;
    }
    plan.text = new_config_text(choices);
    if (!is_loadable(path, plan.text, choices, directories))
        return Failure(Error::internal("these settings do not go together; nothing was written"));
    return plan;
}

Result<std::vector<std::string>> carry_out(const InitPlan& plan)
{
    std::vector<std::string> done;
    for (const SecretFile& file : plan.secrets) {
        ASSIGN_OR_RETURN(line, write_secret(file));
        if (!line.empty())
            done.push_back(line);
    }
    if (plan.kind == InitPlan::Kind::unchanged)
        return done;
    ASSIGN_OR_RETURN(copy, back_up_if_there(plan.path));
    if (auto written = replace_atomically(plan.path, plan.text); !written)
        return Failure(written.error());
    done.push_back(copy.empty() ? fmt::format("wrote {}", plan.path)
                                : fmt::format("wrote {}; the old one is {}", plan.path, copy));
    return done;
}

} // namespace dragoman::cli
