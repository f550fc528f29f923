// What a translation did to a request or an answer that its author may want to know: for the debug log and
// the x-dragoman-dropped header. Field names and counts only, never content.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

struct Notes {
    std::vector<std::string> dropped {}; // fields and block types that have no counterpart upstream
    std::vector<std::string> repaired {}; // what was mended, such as "tool_result missing"

    void drop(std::string_view name) { add(dropped, name); }
    void repair(std::string_view name) { add(repaired, name); }

private:
    static void add(std::vector<std::string>& names, std::string_view name)
    {
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.emplace_back(name);
    }
};

} // namespace dragoman::translate
