#include "cli/service_text.h"

#include "base/encoding.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace dragoman::cli {
namespace {

constexpr std::string_view signature = "Written by `dragoman service install`: ";
constexpr std::size_t digest_digits = 16;

// systemd.service(5), "Command lines". A dollar sign is one only in arguments.
enum class Place : std::uint8_t { program, argument };
std::string quoted(std::string_view word, Place place)
{
    std::string out;
    bool plain = true;
    for (const char c : word) {
        plain = plain
            && (std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("/._-+@:").contains(c));
        if (c == '"' || c == '\\')
            out += '\\';
        if (c == '%' || (c == '$' && place == Place::argument))
            out += c;
        out += c;
    }
    return plain ? out : fmt::format("\"{}\"", out);
}

std::string xml(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

std::string digest_of(std::string_view text) { return sha256_hex(text).substr(0, digest_digits); }

// The digest that a text claims, and the text without the line that claims it.
struct Claim {
    std::string digest;
    std::string rest;
};
std::optional<Claim> claim_of(std::string_view text)
{
    const std::size_t place = text.find(signature);
    if (place == std::string_view::npos)
        return std::nullopt;
    const std::size_t before = text.rfind('\n', place);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = std::min(text.find('\n', place), text.size() - 1) + 1;
    return Claim { std::string(text.substr(place + signature.size(), digest_digits)),
        std::string(text.substr(0, begin)) + std::string(text.substr(end)) };
}

} // namespace

std::string unit_text(std::string_view packaged, const Started& started)
{
    constexpr std::string_view command = "ExecStart=/usr/bin/dragoman serve\n";
    const std::size_t place = packaged.find(command);
    std::string line = fmt::format("ExecStart={} serve", quoted(started.program, Place::program));
    if (!started.config.empty())
        line += fmt::format(" --config {}", quoted(started.config, Place::argument));
    return fmt::format("{}{}\n{}", packaged.substr(0, place), line, packaged.substr(place + command.size()));
}

// Started at login and again when it fails; what it says goes to a file, since launchd keeps nothing.
std::string launchd_text(const Started& started, std::string_view home)
{
    std::string arguments =
        fmt::format("        <string>{}</string>\n        <string>serve</string>\n", xml(started.program));
    if (!started.config.empty())
        arguments += fmt::format(
            "        <string>--config</string>\n        <string>{}</string>\n", xml(started.config));
    return fmt::format(R"(<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
    <key>Label</key>
    <string>{0}</string>
    <key>ProgramArguments</key>
    <array>
{1}    </array>
    <key>RunAtLoad</key>
    <true/>
    <key>KeepAlive</key>
    <dict>
        <key>SuccessfulExit</key>
        <false/>
    </dict>
    <key>ThrottleInterval</key>
    <integer>10</integer>
    <key>ExitTimeOut</key>
    <integer>45</integer>
    <key>ProcessType</key>
    <string>Background</string>
    <key>Umask</key>
    <integer>63</integer>
    <key>SoftResourceLimits</key>
    <dict>
        <key>NumberOfFiles</key>
        <integer>65536</integer>
    </dict>
    <key>WorkingDirectory</key>
    <string>{2}</string>
    <key>StandardErrorPath</key>
    <string>{2}/Library/Logs/dragoman.log</string>
</dict>
</plist>
)",
        launchd_label, arguments, xml(home));
}

std::string signed_unit(std::string_view text)
{
    return fmt::format("# {}{}\n{}", signature, digest_of(text), text);
}

std::string signed_plist(std::string_view text)
{
    return fmt::format("{}<!-- {}{} -->\n", text, signature, digest_of(text));
}

bool is_as_signed(std::string_view text)
{
    const auto claim = claim_of(text);
    return claim && claim->digest == digest_of(claim->rest);
}

} // namespace dragoman::cli
