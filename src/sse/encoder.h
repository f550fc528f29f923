// One server-sent event as bytes. `data` must be one line, which compact JSON always is.
#pragma once

#include <string>
#include <string_view>

namespace dragoman::sse {

inline void append_event(std::string& out, std::string_view name, std::string_view data)
{
    out.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
}

} // namespace dragoman::sse
