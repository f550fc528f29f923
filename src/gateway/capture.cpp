#include "gateway/capture.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "json/writer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace dragoman::gateway {

namespace {

namespace fs = std::filesystem;

constexpr std::array secret_fields { "authorization", "x-api-key", "proxy-authorization", "cookie",
    "set-cookie" };

bool is_secret(std::string_view name)
{
    return std::ranges::any_of(
        secret_fields, [&](std::string_view secret) { return net::same_name(secret, name); });
}

// Replaces what is not UTF-8, since a JSON file must be.
std::string as_utf8(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size();) {
        auto lead = static_cast<unsigned char>(bytes[i]);
        std::size_t length = lead < 0x80  ? 1
            : lead >= 0xC2 && lead < 0xE0 ? 2
            : (lead & 0xF0) == 0xE0       ? 3
            : lead >= 0xF0 && lead < 0xF5 ? 4
                                          : 0;
        bool whole = length > 0 && i + length <= bytes.size();
        for (std::size_t k = 1; whole && k < length; ++k)
            whole = (static_cast<unsigned char>(bytes[i + k]) & 0xC0) == 0x80;
        text += whole ? bytes.substr(i, length) : std::string_view("\xEF\xBF\xBD");
        i += whole ? length : 1;
    }
    return text;
}

std::string masked(std::string text, std::span<const Secret> secrets)
{
    for (const Secret& secret : secrets) {
        if (secret.reveal().size() < 4)
            continue;
        for (std::size_t at = 0; (at = text.find(secret.reveal(), at)) != text.npos;)
            text.replace(at, secret.reveal().size(), "[key]");
    }
    return text;
}

void write_message(json::Writer& json, std::string_view name, const CapturedMessage& message,
    std::span<const Secret> secrets)
{
    json.key(name)
        .begin_object()
        .key("start")
        .text(masked(as_utf8(message.start), secrets))
        .key("fields")
        .begin_array();
    for (const auto& [field, value] : message.fields)
        json.begin_array().text(as_utf8(field)).text(masked(as_utf8(value), secrets)).end_array();
    json.end_array().key("body").text(masked(as_utf8(message.body), secrets)).end_object();
}

// Named by capture_name(): whatever else somebody keeps in that folder is not ours to remove.
bool is_capture(std::string_view name)
{
    constexpr std::string_view form = "ddddddddTdddddd.dddddd-req_";
    if (name.size() < form.size() || !name.ends_with(".json"))
        return false;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == 'd' ? name[i] < '0' || name[i] > '9' : name[i] != form[i])
            return false;
    return true;
}

void remove_oldest(const std::string& folder, std::size_t bytes_max)
{
    std::error_code ignored;
    std::vector<std::pair<std::string, std::uintmax_t>> files;
    std::uintmax_t total = 0;
    for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
        std::error_code gone;
        std::uintmax_t bytes = entry->file_size(gone);
        if (gone || !is_capture(entry->path().filename().string()))
            continue;
        files.emplace_back(entry->path().string(), bytes);
        total += bytes;
    }
    std::ranges::sort(files); // names begin with the time
    for (const auto& [path, bytes] : files) {
        if (total <= bytes_max)
            return;
        fs::remove(path, ignored);
        total -= bytes;
    }
}

} // namespace

void add_fields(CapturedMessage& message, std::span<const net::Field> fields)
{
    for (const net::Field& field : fields)
        if (!is_secret(field.name))
            message.fields.emplace_back(field.name, field.value);
}

std::string encode_capture(const CapturedExchange& exchange, std::span<const Secret> secrets)
{
    std::string text;
    json::Writer json(text);
    json.begin_object().key("request_id").text(exchange.request_id);
    write_message(json, "client_request", exchange.client_request, secrets);
    write_message(json, "upstream_request", exchange.upstream_request, secrets);
    write_message(json, "upstream_answer", exchange.upstream_answer, secrets);
    write_message(json, "client_answer", exchange.client_answer, secrets);
    if (!exchange.error.empty())
        json.key("error").text(masked(as_utf8(exchange.error), secrets));
    json.end_object();
    text += '\n';
    return text;
}

std::string capture_name(const CapturedExchange& exchange)
{
    auto since_1970 =
        std::chrono::duration_cast<std::chrono::microseconds>(exchange.begun.time_since_epoch());
    return fmt::format("{:%Y%m%dT%H%M%S}.{:06}-{}.json", fmt::gmtime(WallClock::to_time_t(exchange.begun)),
        since_1970.count() % 1'000'000, exchange.request_id);
}

void Captures::write(
    const std::string& folder, std::size_t bytes_max, const std::string& name, std::string_view text)
{
    std::lock_guard lock(mutex_);
    if (auto made = make_private_directory(folder); !made) {
        log::warning("the exchange was not captured", { { "reason", made.error().message } });
        return;
    }
    if (auto written = replace_atomically(folder + "/" + name, text, 0600); !written)
        log::warning("the exchange was not captured", { { "reason", written.error().message } });
    remove_oldest(folder, bytes_max);
}

} // namespace dragoman::gateway
