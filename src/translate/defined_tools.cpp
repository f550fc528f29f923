#include "translate/defined_tools.h"

#include "json/document.h"
#include "json/escape.h"

#include <string_view>

namespace dragoman::translate {

namespace {

constexpr std::string_view bash_schema =
    R"({"type":"object","properties":{)"
    R"("command":{"type":"string","description":"The command to run. Required unless restart is true."},)"
    R"("restart":{"type":"boolean","description":"Set to true to start the shell anew."}}})";

constexpr std::string_view editor_head =
    R"({"type":"object","properties":{"command":{"type":"string","enum":[)";

constexpr std::string_view editor_fields =
    R"("path":{"type":"string","description":"Absolute path of the file or directory."},)"
    R"("file_text":{"type":"string","description":"For create: the content of the new file."},)"
    R"("old_str":{"type":"string","description":"For str_replace: the text to replace, which must )"
    R"(occur exactly once."},)"
    R"("insert_line":{"type":"integer","description":"For insert: the line after which to insert, )"
    R"(0 for the beginning."},)"
    R"("view_range":{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2,)"
    R"("description":"For view: first and last line, counted from 1; -1 as the last means the end."},)";

constexpr std::string_view editor_older_text =
    R"("new_str":{"type":"string","description":"For str_replace: the replacement. For insert: )"
    R"(the text to insert."})";

constexpr std::string_view editor_newer_text =
    R"("new_str":{"type":"string","description":"For str_replace: the replacement."},)"
    R"("insert_text":{"type":"string","description":"For insert: the text to insert."})";

constexpr std::string_view editor_tail = R"(},"required":["command","path"]})";

constexpr std::string_view memory_schema =
    R"({"type":"object","properties":{)"
    R"("command":{"type":"string","enum":["view","create","str_replace","insert","delete","rename"]},)"
    R"("path":{"type":"string","description":"Path below /memories; for every command but rename."},)"
    R"("view_range":{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2,)"
    R"("description":"For view: first and last line, counted from 1."},)"
    R"("file_text":{"type":"string","description":"For create: the content of the file."},)"
    R"("old_str":{"type":"string","description":"For str_replace: the text to replace."},)"
    R"("new_str":{"type":"string","description":"For str_replace: the replacement."},)"
    R"("insert_line":{"type":"integer","description":"For insert: the line after which to insert, )"
    R"(0 for the beginning."},)"
    R"("insert_text":{"type":"string","description":"For insert: the text to insert."},)"
    R"("old_path":{"type":"string","description":"For rename: the present path."},)"
    R"("new_path":{"type":"string","description":"For rename: the new path."}},"required":["command"]})";

constexpr std::string_view computer_actions_2024 =
    R"("key","type","mouse_move","left_click","left_click_drag","right_click","middle_click",)"
    R"("double_click","screenshot","cursor_position")";
constexpr std::string_view computer_actions_2025 =
    R"(,"left_mouse_down","left_mouse_up","scroll","hold_key","wait","triple_click")";
constexpr std::string_view computer_actions_zoom = R"(,"zoom")";

constexpr std::string_view computer_fields =
    R"("coordinate":{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2,)"
    R"("description":"x and y in pixels from the top left corner."},)"
    R"("text":{"type":"string","description":"The text to type, or the keys to press."})";

constexpr std::string_view computer_fields_2025 =
    R"(,"start_coordinate":{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2,)"
    R"("description":"For left_click_drag: where to begin."},)"
    R"("duration":{"type":"number","description":"For wait and hold_key: seconds."},)"
    R"("scroll_direction":{"type":"string","enum":["up","down","left","right"]},)"
    R"("scroll_amount":{"type":"integer","description":"For scroll: number of clicks of the wheel."})";

constexpr std::string_view computer_field_region =
    R"(,"region":{"type":"array","items":{"type":"integer"},"minItems":4,"maxItems":4,)"
    R"("description":"For zoom: x and y of the top left and the bottom right corner."})";

ToolDefinition bash()
{
    return { "bash", "Runs commands in a bash shell that keeps its state from call to call.",
        std::string(bash_schema) };
}

ToolDefinition text_editor(std::string_view version)
{
    const bool older = version == "20241022" || version == "20250124";
    std::string commands = R"("view","create","str_replace","insert")";
    if (older)
        commands += R"(,"undo_edit")";
    std::string schema(editor_head);
    schema.append(commands).append("]},").append(editor_fields);
    schema.append(older ? editor_older_text : editor_newer_text).append(editor_tail);
    return { older ? "str_replace_editor" : "str_replace_based_edit_tool",
        "Views, creates and edits text files.", std::move(schema) };
}

ToolDefinition memory()
{
    return { "memory", "Keeps notes for later conversations in files below /memories.",
        std::string(memory_schema) };
}

ToolDefinition computer(std::string_view version, const anthropic::Tool& tool)
{
    const bool newer = version != "20241022";
    const bool zooms = newer && version != "20250124";
    std::string schema = R"({"type":"object","properties":{"action":{"type":"string","enum":[)";
    schema += computer_actions_2024;
    schema.append(newer ? computer_actions_2025 : "").append(zooms ? computer_actions_zoom : "");
    schema.append("]},").append(computer_fields);
    schema.append(newer ? computer_fields_2025 : "").append(zooms ? computer_field_region : "");
    schema += R"(},"required":["action"]})";
    std::string description = "Uses a computer by its screen, mouse and keyboard.";
    if (!tool.display_width_px.empty() && !tool.display_height_px.empty())
        description.append(" The screen is ")
            .append(tool.display_width_px.text)
            .append(" pixels wide and ")
            .append(tool.display_height_px.text)
            .append(" pixels high.");
    return { "computer", std::move(description), std::move(schema) };
}

} // namespace

std::optional<ToolDefinition> defined_tool(const anthropic::Tool& tool)
{
    const std::string type = json::unescape(tool.type);
    const std::string version = type.substr(type.rfind('_') + 1);
    if (type.starts_with("bash_"))
        return bash();
    if (type.starts_with("text_editor_"))
        return text_editor(version);
    if (type.starts_with("memory_"))
        return memory();
    if (type.starts_with("computer_") && !type.starts_with("computer_toolset"))
        return computer(version, tool);
    return std::nullopt;
}

} // namespace dragoman::translate
