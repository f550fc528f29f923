// The forms in which models write tool calls into their text when nobody parses them.
//
//   <tool_call>{"name":"Read","arguments":{"path":"a"}}</tool_call>
//   <tool_call>Read <arg_key>path</arg_key><arg_value>a</arg_value></tool_call>
//   <function=Read><parameter=path>a</parameter></function>          also inside <tool_call>
//   <invoke name="Read"><parameter name="path">a</parameter></invoke>
//   ```json {"name":"Read","arguments":{"path":"a"}} ```
//   [TOOL_CALLS][{"name":"Read","arguments":{}}]                     or [TOOL_CALLS]Read[ARGS]{}
//   <|tool_calls_section_begin|><|tool_call_begin|>functions.Read:0<|tool_call_argument_begin|>{}...
//   <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>Read<｜tool▁sep｜>{}<｜tool▁call▁end｜>...
#pragma once

#include "translate/answer_plan.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

struct TextCall {
    std::string name {}; // the client's
    std::string arguments {}; // JSON
};

enum class TextCallForm : std::uint8_t { tool_call, function, invoke, fence, list, section, deepest };

struct TextCallOpening {
    std::string_view words;
    TextCallForm form;
};

// No opening is the beginning of another, but for the fence.
std::span<const TextCallOpening> text_call_openings();

enum class TextCallVerdict : std::uint8_t { no, not_yet, yes };

struct TextCallReading {
    TextCallVerdict verdict = TextCallVerdict::not_yet;
    std::size_t size = 0; // of what was read, when it is a call
    std::vector<TextCall> calls {};
};

// What `text`, which stands behind an opening of that form, says so far. `last`: nothing more will come, so
// that an end that was never written is no obstacle. Only names of declared tools make a call.
TextCallReading read_text_call(std::string_view text, TextCallForm form, bool last, const AnswerPlan& plan);

} // namespace dragoman::translate
