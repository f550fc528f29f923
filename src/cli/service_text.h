// The files that make a service of dragoman, as text: no file is read or written here.
#pragma once

#include <string>
#include <string_view>

namespace dragoman::cli {

// What a service starts.
struct Started {
    std::string program {}; // absolute
    std::string config {}; // absolute; empty: where it is looked for anyway
};

// packaging/systemd, for /usr/bin/dragoman.
std::string_view packaged_user_unit();
std::string_view packaged_system_unit();

// The same for another program and configuration. Neither may hold a line end.
std::string unit_text(std::string_view packaged, const Started& started);

// A launchd agent:
// https://developer.apple.com/library/archive/documentation/MacOSX/Conceptual/BPSystemStartup
inline constexpr std::string_view launchd_label = "dragoman";
std::string launchd_text(const Started& started, std::string_view home);

// Marked as ours by a first comment that holds a digest of the rest.
std::string signed_unit(std::string_view text);
std::string signed_plist(std::string_view text);

// Whether it was signed here, and nobody has changed it since.
bool is_as_signed(std::string_view text);

} // namespace dragoman::cli
