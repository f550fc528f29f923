#include "cli/client_settings.h"

#include "base/files.h"
#include "base/limits.h"
#include "json/entry.h"
#include "json/writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <set>
#include <unistd.h>

namespace dragoman::cli {
namespace {

using std::string_view;
using Rank = SettingsFile::Rank;

constexpr std::size_t file_max = 16 * limits::MiB; // .claude.json keeps a history of projects

#ifdef __APPLE__
constexpr string_view managed_folder = "/Library/Application Support/ClaudeCode";
#else
constexpr string_view managed_folder = "/etc/claude-code";
#endif

std::size_t line_of(string_view text, std::size_t offset)
{
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n'));
}

std::string text_of(const json::Value& value)
{
    if (const auto string = value.string())
        return json::unescape(*string);
    return std::string(value.raw().text); // numbers and switches become text
}

std::optional<SettingsFile> parsed(Rank rank, std::string path, std::string text)
{
    json::Document document;
    const auto root = document.parse(text);
    const auto object = root ? root->object() : std::nullopt;
    if (!object)
        return std::nullopt;
    SettingsFile file { .path = std::move(path), .rank = rank, .text = text };
    const auto env = object->find("env");
    if (const auto entries = env ? env->object() : std::nullopt)
        for (const json::Field field : *entries)
            file.environment.insert_or_assign(json::unescape(field.key),
                SettingsFile::Entry { text_of(field.value), line_of(text, field.value.offset()) });
    const auto helper = object->find("apiKeyHelper");
    if (const auto command = helper ? helper->string() : std::nullopt; command && !command->empty())
        file.key_helper = line_of(text, helper->offset());
    const auto models = object->find("availableModels");
    if (models && models->array())
        file.allowed_models = line_of(text, models->offset());
    return file;
}

class Reader {
public:
    void read(Rank rank, const std::string& path)
    {
        auto text = path.empty() ? Failure(Error::internal("")) : read_file(path, file_max);
        if (text)
            take(rank, path, std::move(*text));
    }
    // A file, or JSON.
    void read_argument(const std::string& value)
    {
        const auto first = value.find_first_not_of(" \t\r\n");
        if (first != std::string::npos && value[first] == '{')
            take(Rank::argument, "--settings", value);
        else
            read(Rank::argument, value);
    }
    void read_managed(const std::string& folder)
    {
        if (folder.empty())
            return;
        read(Rank::managed, folder + "/managed-settings.json");
        std::vector<std::string> names;
        std::error_code error;
        for (const auto& file : std::filesystem::directory_iterator(folder + "/managed-settings.d", error))
            if (file.path().extension() == ".json")
                names.push_back(file.path().string());
        std::ranges::sort(names);
        for (const std::string& name : names)
            read(Rank::managed, name);
    }
    std::vector<SettingsFile> result() { return std::move(files_); }

private:
    void take(Rank rank, std::string path, std::string text)
    {
        if (auto file = parsed(rank, std::move(path), std::move(text)))
            files_.push_back(std::move(*file));
    }
    std::vector<SettingsFile> files_ {};
};

// The value of `--name V` or `--name=V`, the last one.
std::optional<std::string> argument(const std::vector<std::string>& arguments, string_view name)
{
    std::optional<std::string> value;
    for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
        const string_view one = arguments[i];
        if (one == name && i + 1 < arguments.size())
            value = arguments[++i];
        else if (one.starts_with(name) && one.substr(name.size()).starts_with('='))
            value = one.substr(name.size() + 1);
    }
    return value;
}

// What would lead the client elsewhere, or make it show another key: not to be lived with.
bool is_essential(string_view name)
{
    static constexpr std::array<string_view, 5> names { "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_API_KEY", "ANTHROPIC_UNIX_SOCKET", "ANTHROPIC_CUSTOM_HEADERS" };
    return std::ranges::find(names, name) != names.end() || name.starts_with("CLAUDE_CODE_USE_");
}

bool is_yes(string_view value) { return value == "1" || value == "true" || value == "yes" || value == "on"; }

// What the variable has to be; nullopt when dragoman has no opinion, or the file says the same.
std::optional<std::string> wanted(
    const std::string& name, const std::string& value, const EnvironmentChange& change)
{
    const auto set = change.set.find(name);
    if (set != change.set.end()) {
        const bool same = set->second == value || (set->second == "1" && is_yes(value));
        return same ? std::nullopt : std::optional(set->second);
    }
    return change.unset.contains(name) && !value.empty() ? std::optional(std::string()) : std::nullopt;
}

class Judge {
public:
    Judge(const std::vector<SettingsFile>& files, const EnvironmentChange& change, const ClientModels& models)
        : files_(files)
        , change_(change)
        , models_(models)
    {
    }

    SettingsVerdict verdict()
    {
        for (const SettingsFile& file : files_) {
            judge_environment(file);
            if (file.key_helper)
                judge_other(file, *file.key_helper, "apiKeyHelper", helper_);
            if (file.allowed_models && file.rank != Rank::managed)
                widen_ = true;
        }
        if (!override_.empty() || helper_ || widen_)
            verdict_.settings = settings();
        return std::move(verdict_);
    }

private:
    void judge_environment(const SettingsFile& file)
    {
        std::vector<std::string> names;
        std::size_t line = 0;
        for (const auto& [name, entry] : file.environment) {
            const auto value = wanted(name, entry.value, change_);
            if (!value)
                continue;
            if (file.rank != Rank::managed && file.rank != Rank::argument
                && name == "ANTHROPIC_UNIX_SOCKET") {
                socket(file, entry.line);
                continue;
            }
            if (file.rank != Rank::managed)
                override_.insert_or_assign(name, *value);
            else if (is_essential(name)) {
                obstacle(file, entry.line, name);
                continue;
            }
            names.push_back(name);
            line = line == 0 ? entry.line : std::min(line, entry.line);
        }
        if (names.empty())
            return;
        const bool managed = file.rank == Rank::managed;
        verdict_.overridden.push_back(fmt::format("{}:{} sets {}; {}", file.path, line,
            fmt::join(names, ", "),
            managed ? "managed settings count more than dragoman's" : "this session uses dragoman's own"));
    }

    void judge_other(const SettingsFile& file, std::size_t line, string_view name, bool& overridden)
    {
        if (file.rank == Rank::managed)
            return obstacle(file, line, name);
        overridden = true;
        verdict_.overridden.push_back(
            fmt::format("{}:{} sets {}; this session goes without", file.path, line, name));
    }

    void obstacle(const SettingsFile& file, std::size_t line, string_view name)
    {
        verdict_.in_the_way.push_back(
            fmt::format("{}:{} sets {}, and managed settings win over everything: Claude Code would not use "
                        "dragoman. Take that line out, or ask whoever manages this machine to",
                file.path, line, name));
    }

    // Claude Code 2.1.197 takes it from the first file that has it, and lets no later one change that.
    void socket(const SettingsFile& file, std::size_t line)
    {
        verdict_.in_the_way.push_back(
            fmt::format("{}:{} sets ANTHROPIC_UNIX_SOCKET, which cannot be overruled: Claude Code would send "
                        "everything to that socket. Take that line out",
                file.path, line));
    }

    // The person's own --settings with what has to be different.
    std::string settings() const
    {
        const auto own =
            std::ranges::find(files_, Rank::argument, [](const SettingsFile& file) { return file.rank; });
        json::Document document;
        const auto root = document.parse(own == files_.end() ? string_view("{}") : string_view(own->text));
        std::string out;
        json::Writer json(out);
        json.begin_object();
        const auto object = root ? root->object() : std::nullopt;
        for (const json::Field field : json::Object(*object)) {
            const bool replaced = json::key_is(field.key, "env")
                || (helper_ && json::key_is(field.key, "apiKeyHelper"))
                || (widen_ && json::key_is(field.key, "availableModels"));
            if (!replaced)
                json.key(field.key).raw(field.value.raw());
        }
        write_environment(json, own == files_.end() ? nullptr : &*own);
        if (helper_)
            json.key("apiKeyHelper").text("");
        if (widen_)
            write_models(json, json::Entry(object).texts("availableModels"));
        json.end_object();
        return out;
    }

    void write_environment(json::Writer& json, const SettingsFile* own) const
    {
        std::map<std::string, std::string> all(override_.begin(), override_.end());
        if (own != nullptr)
            for (const auto& [name, entry] : own->environment)
                all.emplace(name, entry.value);
        json.key("env").begin_object();
        for (const auto& [name, value] : all) {
            std::string escaped;
            json::append_escaped(escaped, name);
            json.key(json::RawString { escaped }).text(value);
        }
        json.end_object();
    }

    // Lists of several files are put together, so that these models come in addition.
    void write_models(json::Writer& json, const std::optional<std::vector<std::string>>& own) const
    {
        std::set<std::string> all;
        if (own)
            all.insert(own->begin(), own->end());
        for (const ClientModel* model :
            { &models_.main, &models_.opus, &models_.sonnet, &models_.haiku, &models_.fable })
            all.insert(model->id);
        json.key("availableModels").begin_array();
        for (const std::string& model : all)
            json.text(model);
        json.end_array();
    }

    const std::vector<SettingsFile>& files_;
    const EnvironmentChange& change_;
    const ClientModels& models_;
    SettingsVerdict verdict_ {};
    std::map<std::string, std::string> override_ {};
    bool helper_ = false;
    bool widen_ = false;
};

} // namespace

SettingsPlaces settings_places(const Environment& environment, const std::string& isolated)
{
    const std::string home(lookup(environment, "HOME").value_or(""));
    SettingsPlaces places { .managed = std::string(managed_folder) };
    places.config_directory = isolated;
    if (isolated.empty())
        places.config_directory = lookup(environment, "CLAUDE_CONFIG_DIR").value_or("");
    places.state_file = (places.config_directory.empty() ? home : places.config_directory) + "/.claude.json";
    if (places.config_directory.empty())
        places.config_directory = home + "/.claude";
    return places;
}

std::vector<SettingsFile> read_settings(
    const SettingsPlaces& places, const std::vector<std::string>& client_arguments)
{
    const auto sources = argument(client_arguments, "--setting-sources");
    const auto counts = [&](string_view source) { return !sources || sources->contains(source); };
    Reader reader;
    reader.read(Rank::state, places.state_file);
    if (counts("user"))
        reader.read(Rank::user, places.config_directory + "/settings.json");
    if (counts("project"))
        reader.read(Rank::project, places.project + "/.claude/settings.json");
    if (counts("local"))
        reader.read(Rank::local, places.project + "/.claude/settings.local.json");
    if (const auto own = argument(client_arguments, "--settings"))
        reader.read_argument(*own);
    reader.read_managed(places.managed);
    return reader.result();
}

Environment with_settings(Environment environment, const std::vector<SettingsFile>& files)
{
    for (const SettingsFile& file : files)
        for (const auto& [name, entry] : file.environment)
            environment.insert_or_assign(name, entry.value);
    return environment;
}

SettingsVerdict judge_settings(
    const std::vector<SettingsFile>& files, const EnvironmentChange& change, const ClientModels& models)
{
    return Judge(files, change, models).verdict();
}

std::vector<std::string> with_settings_argument(
    const std::vector<std::string>& client_arguments, const std::string& path)
{
    std::vector<std::string> arguments { "--settings", path };
    bool ended = false; // what follows "--" is the prompt
    for (std::size_t i = 0; i < client_arguments.size(); ++i) {
        const std::string& one = client_arguments[i];
        ended |= one == "--";
        if (!ended && one == "--settings" && i + 1 < client_arguments.size())
            ++i;
        else if (ended || !one.starts_with("--settings="))
            arguments.push_back(one);
    }
    return arguments;
}

Result<std::string> write_settings(const std::string& state_directory, const std::string& text)
{
    if (state_directory.empty())
        return Failure(Error::internal("there is no folder for settings: set HOME or XDG_STATE_HOME"));
    const std::string folder = state_directory + "/code-settings";
    if (auto made = make_private_directory(folder); !made)
        return Failure(made.error());
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
        const std::string name = file.path().stem().string();
        int pid = 0;
        std::from_chars(name.data(), name.data() + name.size(), pid);
        if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH)
            ::unlink(file.path().c_str());
    }
    std::string path = fmt::format("{}/{}.json", folder, ::getpid());
    if (auto written = replace_atomically(path, text); !written)
        return Failure(written.error());
    return path;
}

} // namespace dragoman::cli
