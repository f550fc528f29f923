// The sources that an answer cites, each once, and the two forms in which a client gets to see them.
#pragma once

#include "anthropic/message_output.h"
#include "base/id_source.h"
#include "openai/chat_chunk.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

class Citations {
public:
    void add(std::span<const openai::Citation> citations);

    // None that was not shown yet.
    bool empty() const { return shown_ == sources_.size(); }

    // server_tool_use and web_search_tool_result, as if a search tool of Anthropic's had run.
    void write_search(anthropic::MessageOutput& output, IdSource& ids, std::string_view query);

    // "\n\nSources:\n- [title](url)", the escaped inside of a string.
    std::string footer();

private:
    struct Source {
        std::string url; // escaped, as the title is
        std::string title;
    };
    std::vector<Source> sources_;
    std::size_t shown_ = 0;
};

// The same pair of blocks, when the search did not take place.
void write_failed_search(anthropic::MessageOutput& output, IdSource& ids, std::string_view query);

} // namespace dragoman::translate
