#include "anthropic/decode_block.h"

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace dragoman::anthropic {

namespace {

// Content inside content: tool_result, document, text is what occurs; more than this stays undecoded and is
// treated like a block that nobody knows.
constexpr int nesting_max = 8;

// A block is large: no array of anything else makes room for more of them at once.
constexpr std::size_t blocks_reserved_max = 16;

using Name = std::pair<std::string_view, BlockType>;

constexpr std::array block_types = {
    Name { "text", BlockType::text },
    Name { "tool_use", BlockType::tool_use },
    Name { "tool_result", BlockType::tool_result },
    Name { "thinking", BlockType::thinking },
    Name { "redacted_thinking", BlockType::redacted_thinking },
    Name { "image", BlockType::image },
    Name { "document", BlockType::document },
    Name { "search_result", BlockType::search_result },
    Name { "server_tool_use", BlockType::server_tool_use },
    Name { "mcp_tool_use", BlockType::server_tool_use },
    Name { "mcp_tool_result", BlockType::server_tool_result },
    Name { "web_search_tool_result", BlockType::server_tool_result },
    Name { "web_fetch_tool_result", BlockType::server_tool_result },
    Name { "code_execution_tool_result", BlockType::server_tool_result },
    Name { "bash_code_execution_tool_result", BlockType::server_tool_result },
    Name { "text_editor_code_execution_tool_result", BlockType::server_tool_result },
    Name { "tool_search_tool_result", BlockType::server_tool_result },
    Name { "advisor_tool_result", BlockType::server_tool_result },
    Name { "web_search_result", BlockType::web_search_result },
    Name { "web_fetch_result", BlockType::web_fetch_result },
    Name { "code_execution_result", BlockType::execution_result },
    Name { "bash_code_execution_result", BlockType::execution_result },
    Name { "text_editor_code_execution_view_result", BlockType::execution_result },
    Name { "advisor_result", BlockType::text },
    Name { "tool_search_tool_search_result", BlockType::tool_search_result },
    Name { "tool_reference", BlockType::tool_reference },
    Name { "tool_addition", BlockType::tool_addition },
    Name { "tool_removal", BlockType::tool_removal },
    Name { "container_upload", BlockType::container_upload },
    Name { "compaction", BlockType::compaction },
    Name { "fallback", BlockType::fallback },
    Name { "web_search_result_location", BlockType::citation },
    Name { "search_result_location", BlockType::citation },
};

constexpr std::string_view error_suffix = "_tool_result_error";

// Of a size that the compiler knows: no call.
template <std::size_t place> bool is_spelled(std::string_view name)
{
    constexpr std::string_view text = block_types[place].first;
    return name.size() == text.size() && std::memcmp(name.data(), text.data(), text.size()) == 0;
}

template <std::size_t... places>
BlockType plain_block_type(std::string_view name, std::index_sequence<places...>)
{
    BlockType type = BlockType::other;
    (void)((is_spelled<places>(name) && (type = block_types[places].second, true)) || ...);
    return type;
}

BlockType block_type(RawString name)
{
    const BlockType type = plain_block_type(name.escaped, std::make_index_sequence<block_types.size()>());
    if (type != BlockType::other)
        return type;
    if (name.escaped.contains('\\'))
        for (const auto& [text, meant] : block_types)
            if (json::key_is(name, text))
                return meant;
    return name.escaped.ends_with(error_suffix) ? BlockType::server_tool_error : BlockType::other;
}

class BlockDecoder {
public:
    explicit BlockDecoder(Mistake& mistake)
        : mistake_(mistake)
    {
    }

    Blocks content(json::Value value, const Path& path);

private:
    void decode(Block& block, json::Object object, json::Value whole, const Path& path);
    void fields_of(Block& block, const Fields& fields);
    void tool_use(Block& block, const Fields& fields);
    void nested(Block& block, const Fields& fields, const json::Name& name);
    void source(Block& block, const Fields& fields);
    void search_result(Block& block, const Fields& fields);
    void text(Block& block, const Fields& fields);
    void tool_change(Block& block, const Fields& fields);

    Mistake& mistake_;
    int depth_ = 0;
};

void decode_text(Block& block, json::Value value)
{
    block.type = BlockType::text;
    block.raw = value.raw();
    block.text = *value.string();
}

Blocks BlockDecoder::content(json::Value value, const Path& path)
{
    Blocks blocks;
    if (value.is(json::Type::string)) {
        decode_text(blocks.emplace_back(), value);
        return blocks;
    }
    if (auto object = value.object()) {
        decode(blocks.emplace_back(), *object, value, path);
        return blocks;
    }
    auto array = value.array();
    if (!array) {
        mistake_.at(path, "expected a string or an array of content blocks");
        return blocks;
    }
    blocks.reserve(array->size_up_to(blocks_reserved_max));
    for (json::Value element : *array) {
        Path here(path, blocks.size());
        if (blocks.size() == limits::blocks)
            mistake_.at(path, "too many content blocks");
        auto object = element.object();
        if (!object)
            mistake_.at(here, "expected an object");
        if (mistake_)
            break;
        decode(blocks.emplace_back(), *object, element, here);
    }
    return blocks;
}

void BlockDecoder::decode(Block& block, json::Object object, json::Value whole, const Path& path)
{
    Fields fields(object, path, mistake_);
    block.raw = whole.raw();
    block.type_name = fields.required_string("type");
    block.type = depth_ < nesting_max ? block_type(block.type_name) : BlockType::other;
    if (block.type == BlockType::other)
        return;
    if (fields.value("cache_control"))
        block.cache_control = decode_cache_control(fields);
    ++depth_;
    fields_of(block, fields);
    --depth_;
}

void BlockDecoder::fields_of(Block& block, const Fields& fields)
{
    switch (block.type) {
    case BlockType::text:
        return text(block, fields);
    case BlockType::thinking:
        block.thinking = fields.string_or_empty("thinking");
        block.signature = fields.string_or_empty("signature");
        return;
    case BlockType::redacted_thinking:
        block.data = fields.string_or_empty("data");
        return;
    case BlockType::tool_use:
    case BlockType::server_tool_use:
        return tool_use(block, fields);
    case BlockType::tool_result:
    case BlockType::server_tool_result:
        block.id = fields.required_string("tool_use_id");
        block.is_error = fields.boolean("is_error").value_or(false);
        return nested(block, fields, "content");
    case BlockType::image:
    case BlockType::document:
        return source(block, fields);
    case BlockType::search_result:
        return search_result(block, fields);
    case BlockType::web_search_result:
    case BlockType::citation:
        block.details.make().title = fields.string_if_any("title");
        block.details.make().url = fields.string_if_any("url");
        return;
    case BlockType::web_fetch_result:
        block.details.make().url = fields.string_if_any("url");
        return nested(block, fields, "content");
    case BlockType::execution_result:
        block.details.make().output = fields.string_if_any("stdout");
        if (block.details->output.empty())
            block.details.make().output = fields.string_if_any("content");
        block.details.make().error_output = fields.string_if_any("stderr");
        return;
    case BlockType::server_tool_error:
        block.details.make().error_code = fields.string_if_any("error_code");
        return;
    case BlockType::tool_search_result:
        return nested(block, fields, "tool_references");
    case BlockType::tool_reference:
        block.name = fields.required_string("tool_name");
        return;
    case BlockType::tool_addition:
    case BlockType::tool_removal:
        return tool_change(block, fields);
    case BlockType::container_upload:
        block.details.make().source = { .type = SourceType::file,
            .file_id = fields.string_if_any("file_id") };
        return;
    case BlockType::compaction:
        block.text = fields.string_or_empty("content");
        return;
    case BlockType::fallback:
    case BlockType::other:
        return;
    }
}

void BlockDecoder::text(Block& block, const Fields& fields)
{
    block.text = fields.required_string("text");
    auto citations = fields.array("citations");
    if (!citations || citations->empty())
        return;
    block.has_citations = true;
    if (block.text.empty())
        nested(block, fields, "citations");
}

void BlockDecoder::tool_use(Block& block, const Fields& fields)
{
    block.id = fields.required_string("id");
    block.name = fields.required_string("name");
    block.input = fields.raw("input");
    auto input = fields.value("input");
    if (block.type != BlockType::server_tool_use || !input || !input->is(json::Type::object))
        return;
    Fields inside(*input->object(), fields.path(), mistake_);
    for (json::Name name : { json::Name("query"), json::Name("url"), json::Name("command"),
             json::Name("code"), json::Name("path") })
        if (block.details->query.empty())
            block.details.make().query = inside.string_if_any(name);
}

void BlockDecoder::nested(Block& block, const Fields& fields, const json::Name& name)
{
    if (auto value = fields.value(name))
        block.content = content(*value, Path(fields.path(), name.text()));
}

void BlockDecoder::source(Block& block, const Fields& fields)
{
    BlockDetails& details = block.details.make();
    details.title = fields.string_or_empty("title");
    details.context = fields.string_or_empty("context");
    block.has_citations = !fields.raw("citations").empty();
    auto object = fields.object("source");
    if (!object) {
        fields.complain("source", "this field is required");
        return;
    }
    Path path(fields.path(), "source");
    Fields inside(*object, path, mistake_);
    RawString type = inside.required_string("type");
    Source& source = details.source;
    source.media_type = inside.string_or_empty("media_type");
    if (json::key_is(type, "base64")) {
        source.type = SourceType::base64;
        source.data = inside.required_string("data");
    } else if (json::key_is(type, "text")) {
        source.type = SourceType::text;
        source.data = inside.required_string("data");
    } else if (json::key_is(type, "url")) {
        source.type = SourceType::url;
        source.url = inside.required_string("url");
    } else if (json::key_is(type, "file")) {
        source.type = SourceType::file;
        source.file_id = inside.required_string("file_id");
    } else if (json::key_is(type, "content")) {
        source.type = SourceType::content;
        nested(block, inside, "content");
    } else {
        source.type = SourceType::other;
    }
}

void BlockDecoder::search_result(Block& block, const Fields& fields)
{
    block.details.make().title = fields.string_or_empty("title");
    block.details.make().url = fields.string_or_empty("source");
    block.has_citations = !fields.raw("citations").empty();
    nested(block, fields, "content");
}

// {"type":"tool_addition","tool":{"type":"tool_reference","name":...}}, or a tool_definition instead.
void BlockDecoder::tool_change(Block& block, const Fields& fields)
{
    auto object = fields.object("tool");
    if (!object) {
        fields.complain("tool", "this field is required");
        return;
    }
    Path path(fields.path(), "tool");
    Fields tool(*object, path, mistake_);
    block.name = tool.string_if_any("name");
    if (block.name.empty())
        block.name = tool.string_if_any("tool_name");
    if (auto definition = tool.object("definition")) {
        std::vector<Tool>& brought = block.details.make().definition;
        decode_tool(brought.emplace_back(), *definition, Path(path, "definition"), mistake_);
        brought.back().raw = tool.raw("definition");
        block.name = brought.back().name;
    }
}

bool is_plain_schema(const json::Object& schema)
{
    const json::Members members(schema);
    const json::Value type = members.find("type");
    const auto name = type.is_there() ? type.string() : std::nullopt;
    const auto has = [&members](const json::Name& keyword) { return members.find(keyword).is_there(); };
    return name && json::key_is(*name, "object") && has("properties") && !has("anyOf") && !has("oneOf")
        && !has("allOf");
}

bool leaves_direct_out(const Fields& fields)
{
    auto callers = fields.array("allowed_callers");
    if (!callers || callers->empty())
        return false;
    for (json::Value caller : *callers)
        if (auto name = caller.string(); name && json::key_is(*name, "direct"))
            return false;
    return true;
}

void decode_server_tool(Tool& tool, const Fields& fields)
{
    tool.max_uses = fields.raw("max_uses");
    tool.allowed_domains = fields.raw("allowed_domains");
    tool.blocked_domains = fields.raw("blocked_domains");
    tool.user_location = fields.raw("user_location");
    tool.max_characters = fields.raw("max_characters");
    tool.display_width_px = fields.raw("display_width_px");
    tool.display_height_px = fields.raw("display_height_px");
    tool.mcp_server_name = fields.string_if_any("mcp_server_name");
}

} // namespace

Blocks decode_content(json::Value value, const Path& path, Mistake& mistake)
{
    return BlockDecoder(mistake).content(value, path);
}

CacheControl decode_cache_control(const Fields& fields)
{
    auto object = fields.object("cache_control");
    if (!object)
        return {};
    Path path(fields.path(), "cache_control");
    Fields inside(*object, path, fields.mistake());
    return { .raw = fields.raw("cache_control"), .ttl = inside.string_or_empty("ttl") };
}

void decode_tool(Tool& tool, json::Object object, const Path& path, Mistake& mistake)
{
    Fields fields(object, path, mistake);
    tool.type = fields.string_or_empty("type");
    tool.name = fields.string_or_empty("name");
    tool.description = fields.string_or_empty("description");
    if (auto schema = fields.object("input_schema")) {
        tool.input_schema = fields.raw("input_schema");
        tool.has_plain_schema = is_plain_schema(*schema);
    }
    tool.input_examples = fields.raw("input_examples");
    tool.strict = fields.boolean("strict");
    tool.defer_loading = fields.boolean("defer_loading").value_or(false);
    tool.callable_directly = !leaves_direct_out(fields);
    if (fields.value("cache_control"))
        tool.cache_control = decode_cache_control(fields);
    if (!tool.type.empty() && !json::key_is(tool.type, "custom"))
        return decode_server_tool(tool, fields);
    if (tool.name.empty())
        fields.complain("name", "this field is required and must be a string that is not empty");
}

} // namespace dragoman::anthropic
