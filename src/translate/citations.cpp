#include "translate/citations.h"

#include <algorithm>

namespace dragoman::translate {

namespace {

constexpr std::size_t query_bytes = 200;

// At a boundary between characters.
std::string_view clip(std::string_view text, std::size_t bytes)
{
    if (text.size() <= bytes)
        return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80)
        --bytes;
    return text.substr(0, bytes);
}

} // namespace

void Citations::add(std::span<const openai::Citation> citations)
{
    for (const openai::Citation& citation : citations) {
        auto same = std::find_if(sources_.begin(), sources_.end(),
            [&](const Source& source) { return source.url == citation.url.escaped; });
        if (same == sources_.end())
            sources_.push_back({ std::string(citation.url.escaped), std::string(citation.title.escaped) });
        else if (same->title.empty())
            same->title = citation.title.escaped;
    }
}

void Citations::write_search(anthropic::MessageOutput& output, IdSource& ids, std::string_view query)
{
    std::vector<anthropic::WebSearchResult> results;
    for (; shown_ < sources_.size(); ++shown_) {
        const Source& source = sources_[shown_];
        results.push_back({ { source.url }, { source.title.empty() ? source.url : source.title } });
    }
    std::string id = ids.with_prefix("srvtoolu_");
    output.web_search(id, clip(query, query_bytes));
    output.web_search_results(id, results);
}

std::string Citations::footer()
{
    std::string text = R"(\n\nSources:)";
    for (; shown_ < sources_.size(); ++shown_) {
        const Source& source = sources_[shown_];
        text.append(R"(\n- [)").append(source.title.empty() ? source.url : source.title);
        text.append("](").append(source.url).append(")");
    }
    return text;
}

void write_failed_search(anthropic::MessageOutput& output, IdSource& ids, std::string_view query)
{
    std::string id = ids.with_prefix("srvtoolu_");
    output.web_search(id, clip(query, query_bytes));
    output.web_search_failed(id, "unavailable");
}

} // namespace dragoman::translate
