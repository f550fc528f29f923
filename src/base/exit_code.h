// What the program ends with; `dragoman code` ends with the client's own code instead.
#pragma once

namespace dragoman {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1; // could not run, or a check failed
inline constexpr int exit_usage = 2; // the arguments or the configuration are wrong

} // namespace dragoman
