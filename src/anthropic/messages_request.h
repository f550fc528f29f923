// A request to POST /v1/messages (or /v1/messages/count_tokens) as its author wrote it.
//
// Everything is a view into the body: strings stay escaped, and what is only carried stays a RawValue. The
// views live as long as the body; the json::Document that was used for decoding may go. A plain string as
// content and an array with one text block mean the same and look the same here.
//
// Absent and null are one: an empty RawString or RawValue, an empty optional, an empty vector.
// https://docs.anthropic.com/en/api/messages
#pragma once

#include "base/recycled_memory.h"
#include "json/raw.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace dragoman::anthropic {

using json::RawString;
using json::RawValue;

struct CacheControl {
    RawValue raw {}; // the object; empty when there is none
    RawString ttl {}; // "5m", "1h", or empty

    explicit operator bool() const { return !raw.empty(); }
};

enum class BlockType : std::uint8_t {
    text,
    image,
    document,
    search_result,
    thinking,
    redacted_thinking,
    tool_use,
    tool_result,
    server_tool_use, // also mcp_tool_use
    server_tool_result, // *_tool_result of a tool that ran at the server; type_name tells which
    web_search_result, // inside a server_tool_result: title, url
    web_fetch_result, // inside a server_tool_result: url, content
    execution_result, // inside a server_tool_result: output, error_output
    server_tool_error, // inside a server_tool_result: error_code
    tool_search_result, // inside a server_tool_result: tool references in content
    tool_reference, // name
    tool_addition, // name
    tool_removal, // name
    container_upload, // file_id in source
    compaction, // text
    fallback,
    citation, // inside a text block that says nothing but where it is from: title, url
    other, // anything newer than this program
};

enum class SourceType : std::uint8_t { none, base64, url, file, text, content, other };

// Where the bytes of an image or a document are.
struct Source {
    SourceType type = SourceType::none;
    RawString media_type {};
    RawString data {}; // base64, or for SourceType::text the text itself
    RawString url {};
    RawString file_id {};
};

struct Tool {
    RawValue raw {};
    RawString type {}; // empty or "custom" for the client's own tools
    RawString name {};
    RawString description {};
    RawValue input_schema {};
    bool has_plain_schema = false; // input_schema: type "object", properties, and no alternatives at its root
    RawValue input_examples {};
    std::optional<bool> strict {};
    bool defer_loading = false;
    bool callable_directly = true; // false when allowed_callers leaves "direct" out
    CacheControl cache_control {};

    // Of the tools that a server runs; empty when not given.
    RawValue max_uses {};
    RawValue allowed_domains {};
    RawValue blocked_domains {};
    RawValue user_location {};
    RawValue max_characters {};
    RawValue display_width_px {};
    RawValue display_height_px {};
    RawString mcp_server_name {};
};

// What few kinds of blocks have.
struct BlockDetails {
    Source source {}; // image, document, container_upload
    RawString title {}; // document, search_result, web_search_result, citation
    RawString context {}; // document
    RawString url {}; // web_search_result, web_fetch_result, citation; search_result: its source
    RawString query {}; // server_tool_use: input.query, .url, .command or .code, the first that is there
    RawString output {}; // execution_result: stdout, or the content of a file
    RawString error_output {}; // execution_result: stderr
    RawString error_code {}; // server_tool_error
    std::vector<Tool> definition {}; // tool_addition that brings a new tool along: one, otherwise none
};

// A part that is there when somebody has written to it, and reads as empty before. A history has thousands of
// blocks, and what they do not have shall cost no memory.
template <class Part> class Rare {
public:
    Rare() = default;
    Rare(const Rare& other)
        : part_(other.part_ ? std::make_unique<Part>(*other.part_) : nullptr)
    {
    }
    Rare& operator=(const Rare& other)
    {
        part_ = other.part_ ? std::make_unique<Part>(*other.part_) : nullptr;
        return *this;
    }
    Rare(Rare&&) noexcept = default;
    Rare& operator=(Rare&&) noexcept = default;
    ~Rare() = default;

    const Part* operator->() const
    {
        static const Part empty {};
        return part_ ? part_.get() : &empty;
    }
    Part& make()
    {
        if (!part_)
            part_ = std::make_unique<Part>();
        return *part_;
    }

private:
    std::unique_ptr<Part> part_ {};
};

struct Block;
using Blocks = std::vector<Block, RecycledMemory<Block>>;

struct Block {
    BlockType type = BlockType::other;
    bool is_error = false; // tool_result
    bool has_citations = false; // text: was cited; document, search_result: citations were asked for
    Rare<BlockDetails> details {};

    // tool_result and relatives, search_result, and documents whose source is content. A plain string counts
    // as one text block.
    Blocks content {};

    RawString type_name {}; // as written; empty for a plain string
    RawValue raw {}; // the whole block

    RawString text {}; // text; compaction: the summary
    RawString id {}; // tool_use and relatives: id; tool_result and relatives: tool_use_id
    RawString name {}; // tool_use: name; tool_reference and relatives: the tool
    RawValue input {}; // tool_use: as written, whatever its type

    RawString thinking {};
    RawString signature {}; // thinking
    RawString data {}; // redacted_thinking

    CacheControl cache_control {};
};

enum class Role : std::uint8_t { user, assistant, system };

struct Message {
    Role role = Role::user;
    bool clear_at_next_user_message = false; // role system: void once a later user text exists
    bool has_beta_fields = false; // output_config or clear_at, whatever their value
    RawString effort {}; // output_config.effort of this message
    Blocks blocks {};
};

enum class ToolChoiceType : std::uint8_t { absent, automatic, any, tool, none, other };

struct ToolChoice {
    ToolChoiceType type = ToolChoiceType::absent;
    RawString name {}; // ToolChoiceType::tool
    bool disable_parallel_tool_use = false;
};

enum class ThinkingType : std::uint8_t { absent, enabled, adaptive, disabled, between_tools, other };
enum class ThinkingDisplay : std::uint8_t { absent, summarized, omitted, updates, other };

struct Thinking {
    ThinkingType type = ThinkingType::absent;
    ThinkingDisplay display = ThinkingDisplay::absent;
    std::optional<std::int64_t> budget_tokens {};
};

struct OutputConfig {
    RawString effort {};
    RawString format_type {}; // "json_schema"; also from the older output_format
    RawValue format_schema {};
    RawValue task_budget {};
};

struct ContextEdit {
    RawString type {}; // clear_thinking_20251015, clear_tool_uses_20250919, compact_20260112 ...
    bool keep_all = false; // keep: "all"
    std::optional<std::int64_t> keep_thinking_turns {}; // keep: {"type":"thinking_turns","value":N}
    RawValue raw {};
};

struct UnknownField {
    RawString name {};
    RawValue value {};
};

struct MessagesRequest {
    RawString model {};
    std::optional<std::int64_t> max_tokens {};
    Blocks system {};
    std::vector<Message> messages {};
    std::vector<Tool> tools {};
    ToolChoice tool_choice {};
    Thinking thinking {};
    OutputConfig output_config {};
    std::vector<ContextEdit> context_edits {};
    RawString metadata_user_id {};
    std::vector<RawString> stop_sequences {};
    bool stream = false;
    RawValue temperature {}; // numbers, as written
    RawValue top_p {};
    RawValue top_k {};
    RawString speed {};
    RawString service_tier {};
    CacheControl cache_control {}; // top level: the server places the breakpoint itself
    std::vector<RawString> fallback_models {};

    // Raw, because only their presence matters. Empty objects and arrays count as absent.
    RawValue container {};
    RawValue mcp_servers {};
    RawValue thread {};
    RawString thread_type {}; // "create", "continue"
    RawValue compaction {};
    RawValue safeguards {};

    // Top-level fields that have no member here, in the order of the body, each name once.
    std::vector<UnknownField> unknown {};

    // Some string of the body holds a \uD8xx to \uDFxx escape, so strings need json::append_mended().
    bool has_surrogate_escapes = false;
};

} // namespace dragoman::anthropic
