#include "gateway/instance.h"

#include "base/encoding.h"
#include "base/files.h"
#include "base/id_source.h"
#include "base/limits.h"
#include "json/entry.h"
#include "json/writer.h"
#include "net/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace dragoman::gateway {

namespace {

constexpr std::size_t file_max = 16 * limits::KiB;
constexpr std::size_t token_characters = 43; // more than 256 bits of base62

bool is_ours_alone(const std::string& path)
{
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid()
        && (status.st_mode & 077) == 0;
}

// A folder in which somebody else could put files, or take ours away, says nothing that can be relied on.
bool is_our_folder(const std::string& path)
{
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid()
        && (status.st_mode & 022) == 0;
}

bool lives(int pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

bool is_token(std::string_view text)
{
    return text.size() >= 16 && text.size() <= 128
        && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

} // namespace

std::string encode(const Instance& instance)
{
    std::string text;
    json::Writer json(text);
    json.begin_object().key("pid").integer(instance.pid).key("kind");
    json.text(instance.kind == Instance::Kind::serve ? "serve" : "code").key("url").text(instance.url);
    json.key("token").text(instance.token.reveal()).key("started").integer(instance.started);
    json.key("version").text(instance.version).key("demonstration").boolean(instance.demonstration);
    json.key("config").text(instance.config).end_object();
    text += '\n';
    return text;
}

Result<Instance> decode_instance(std::string_view text)
{
    json::Document document;
    auto root = document.parse(text);
    if (!root)
        return Failure(root.error());
    const json::Entry entry(root->object());
    const auto kind = entry.text("kind");
    const auto pid = entry.integer("pid");
    Instance instance { .pid = static_cast<int>(pid.value_or(0)),
        .kind = kind == "code" ? Instance::Kind::code : Instance::Kind::serve,
        .url = entry.text("url").value_or(""),
        .token = Secret(entry.text("token").value_or("")),
        .started = entry.integer("started").value_or(0),
        .version = entry.text("version").value_or(""),
        .demonstration = entry.boolean("demonstration").value_or(false),
        .config = entry.text("config").value_or("") };
    if (instance.pid <= 0 || instance.url.empty() || !is_token(instance.token.reveal()))
        return Failure(Error::bad_request("the file of an instance is not complete"));
    return instance;
}

Result<InstanceFile> InstanceFile::write(const std::string& directory, const Instance& instance)
{
    if (auto made = make_private_directory(directory); !made)
        return Failure(made.error());
    if (!is_our_folder(directory))
        return Failure(
            Error::internal(fmt::format("{} belongs to others, or they may write to it", directory)));
    InstanceFile file;
    file.path_ = fmt::format("{}/{}.json", directory, instance.pid);
    if (auto written = replace_for_now(file.path_, encode(instance)); !written) {
        file.path_.clear();
        return Failure(written.error());
    }
    return file;
}

InstanceFile::InstanceFile(InstanceFile&& other) noexcept
    : path_(std::exchange(other.path_, {}))
{
}

InstanceFile& InstanceFile::operator=(InstanceFile&& other) noexcept
{
    std::swap(path_, other.path_);
    return *this;
}

InstanceFile::~InstanceFile()
{
    if (!path_.empty())
        ::unlink(path_.c_str());
}

std::vector<Instance> find_instances(const std::string& directory)
{
    std::vector<Instance> found;
    if (!is_our_folder(directory))
        return found;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(directory, error)) {
        const std::string path = file.path().string();
        if (file.path().extension() != ".json" || !is_ours_alone(path))
            continue;
        auto text = read_file(path, file_max);
        auto instance = text ? decode_instance(*text) : Failure(text.error());
        if (instance && lives(instance->pid))
            found.push_back(std::move(*instance));
        else
            ::unlink(path.c_str());
    }
    std::ranges::sort(found, std::ranges::greater(), &Instance::started);
    return found;
}

bool proves_itself(const Instance& instance, std::chrono::milliseconds time)
{
    RandomIds ids;
    const std::string challenge = sha256_hex(ids.next(token_characters));
    net::FetchRequest request {
        .url = instance.url + "/api/hello?challenge=" + challenge, .time = time, .bytes_max = file_max
    };
    auto answer = net::fetch(request, {}); // always on this machine: no proxy has a part in it
    if (!answer || answer->status != 200)
        return false;
    json::Document document;
    auto root = document.parse(answer->body);
    if (!root)
        return false;
    const std::string proof = json::Entry(root->object()).text("proof").value_or("");
    return equal_in_constant_time(proof, proof_of(instance.token, challenge));
}

Secret fresh_instance_token()
{
    RandomIds ids;
    return Secret(ids.next(token_characters));
}

Secret lasting_instance_token(const std::string& state_directory)
{
    if (state_directory.empty())
        return fresh_instance_token();
    const std::string path = state_directory + "/instance-token";
    if (auto kept = read_file(path, file_max); kept && is_ours_alone(path)) {
        while (kept->ends_with('\n'))
            kept->pop_back();
        if (is_token(*kept))
            return Secret(std::move(*kept));
    }
    Secret token = fresh_instance_token();
    if (make_private_directory(state_directory))
        (void)replace_atomically(path, std::string(token.reveal()) + "\n");
    return token;
}

std::string_view challenge_in(std::string_view target)
{
    constexpr std::string_view name = "?challenge=";
    const std::size_t place = target.find(name);
    if (place == std::string_view::npos)
        return {};
    const std::string_view value = target.substr(place + name.size());
    const bool is_hex = value.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    return is_hex && value.size() >= 16 && value.size() <= 128 ? value : std::string_view();
}

std::string proof_of(const Secret& token, std::string_view challenge)
{
    if (challenge.empty() || token.empty())
        return {};
    return hmac_sha256_hex(token.reveal(), challenge);
}

} // namespace dragoman::gateway
