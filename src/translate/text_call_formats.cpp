#include "translate/text_call_formats.h"

#include "json/document.h"
#include "json/escape.h"
#include "json/writer.h"
#include "translate/argument_schema.h"
#include "translate/text_call_parts.h"

#include <algorithm>
#include <array>
#include <optional>

namespace dragoman::translate {

namespace {

using namespace text_call;
using std::string_view;
using Form = TextCallForm;
using Verdict = TextCallVerdict;
using Calls = std::vector<TextCall>;

constexpr std::array openings = std::to_array<TextCallOpening>({
    { "<tool_call>", Form::tool_call },
    { "<function=", Form::function },
    { "<invoke name=\"", Form::invoke },
    { "<function_calls>\n<invoke name=\"", Form::invoke },
    { "<minimax:tool_call>\n<invoke name=\"", Form::invoke },
    { "```json", Form::fence },
    { "```tool_call", Form::fence },
    { "[TOOL_CALLS]", Form::list },
    { "<|tool_calls_section_begin|>", Form::section },
    { "<｜tool▁calls▁begin｜>", Form::deepest },
});

constexpr string_view section_call = "<|tool_call_begin|>";
constexpr string_view deepest_call = "<｜tool▁call▁begin｜>";

string_view schema_of(const std::string& name, const AnswerPlan& plan)
{
    const auto found = plan.tool_schemas.find(name);
    return found == plan.tool_schemas.end() ? string_view {} : string_view(found->second);
}

// Whether what there is begins with the word, or may yet.
bool may_begin(string_view text, string_view word)
{
    text = trim_start(text);
    return text.starts_with(word) || word.starts_with(text);
}

bool is_json(string_view text) { return json::Document().parse(trim(text)).has_value(); }

class Members {
public:
    explicit Members(string_view schema)
        : schema_(schema)
    {
        json_.begin_object();
    }

    // One line end on either side of a value belongs to the form, not to the value.
    void add(string_view name, string_view value)
    {
        if (!take(value, "\r\n"))
            take(value, "\n");
        if (value.ends_with('\n'))
            value.remove_suffix(1);
        json_.key(json::RawString { json::escape(trim(name)) });
        json_.raw({ bare_argument(value, trim(name), schema_) });
    }

    std::string finish()
    {
        json_.end_object();
        return std::move(text_);
    }

private:
    string_view schema_;
    std::string text_ {};
    json::Writer json_ { text_ };
};

struct Tags {
    string_view open; // in front of a member's name
    string_view named; // behind it
    string_view close;
};

// The members up to the end; nullopt when something else stands between them.
std::optional<std::string> read_members(string_view text, const Tags& tags, string_view schema)
{
    Members members(schema);
    for (text = trim(text); !text.empty(); text = trim(text)) {
        if (!take(text, tags.open))
            return std::nullopt;
        const auto name = up_to(text, tags.named);
        const auto value = name ? up_to(text, tags.close) : std::nullopt;
        if (!value)
            return std::nullopt;
        members.add(*name, *value);
    }
    return members.finish();
}

constexpr Tags function_tags { "<parameter=", ">", "</parameter>" };
constexpr Tags invoke_tags { "<parameter name=\"", "\">", "</parameter>" };

// Read><parameter=path>a</parameter>, or Read>{"path":"a"}
std::optional<TextCall> call_by_tags(
    string_view text, string_view name_end, const Tags& tags, const AnswerPlan& plan)
{
    const auto written = up_to(text, name_end);
    auto name = written ? tool_named(*written, plan) : std::nullopt;
    if (!name)
        return std::nullopt;
    const string_view schema = schema_of(*name, plan);
    auto arguments = trim(text).starts_with('{') ? std::optional(std::string(trim(text)))
                                                 : read_members(text, tags, schema);
    if (!arguments)
        return std::nullopt;
    return TextCall { std::move(*name), std::move(*arguments) };
}

// Read\n<arg_key>path</arg_key><arg_value>a</arg_value>
std::optional<TextCall> call_by_keys(string_view text, const AnswerPlan& plan)
{
    const auto key = text.find("<arg_key>");
    auto name = tool_named(text.substr(0, key), plan);
    if (!name)
        return std::nullopt;
    text = key == string_view::npos ? string_view {} : text.substr(key);
    Members members(schema_of(*name, plan));
    for (text = trim(text); !text.empty(); text = trim(text)) {
        const auto member = take(text, "<arg_key>") ? up_to(text, "</arg_key>") : std::nullopt;
        text = trim_start(text);
        const auto value = member && take(text, "<arg_value>") ? up_to(text, "</arg_value>") : std::nullopt;
        if (!value)
            return std::nullopt;
        members.add(*member, *value);
    }
    return TextCall { std::move(*name), members.finish() };
}

Calls calls_in_tag(string_view text, bool lenient, const AnswerPlan& plan)
{
    text = trim(text);
    if (text.starts_with('{') || text.starts_with('['))
        return calls_in_json(text, lenient, plan);
    std::optional<TextCall> call;
    if (take(text, "<function=")) {
        const auto end = text.rfind("</function>");
        call = call_by_tags(text.substr(0, end), ">", function_tags, plan);
    } else {
        call = call_by_keys(text, plan);
    }
    return call ? Calls { std::move(*call) } : Calls {};
}

bool may_be_tagged(string_view text, const AnswerPlan& plan)
{
    text = trim_start(text);
    constexpr string_view function = "<function=";
    if (text.starts_with('{') || text.starts_with('['))
        return may_be_json_call(text, plan);
    if (take(text, function))
        return may_be_tool_up_to(text, '>', plan);
    return function.starts_with(text) || may_be_tool(text.substr(0, text.find_first_of("<\n")), plan);
}

// Up to the first closing words behind which there is a call: an argument may hold such words, too. What is
// only almost a call counts when nothing more will come.
TextCallReading read_closed(string_view text, string_view close, bool last, auto read)
{
    for (bool lenient : { false, true }) {
        if (lenient && !last)
            break;
        for (auto end = text.find(close); end != string_view::npos; end = text.find(close, end + 1)) {
            const string_view body = text.substr(0, end);
            if (Calls calls = read(body, lenient); !calls.empty())
                return { Verdict::yes, end + close.size(), std::move(calls) };
            if (is_json(body))
                return { .verdict = Verdict::no };
        }
    }
    if (!last)
        return {};
    Calls calls = read(text, true);
    const Verdict verdict = calls.empty() ? Verdict::no : Verdict::yes;
    return { verdict, text.size(), std::move(calls) };
}

// Nothing in JSON looks like the end of a fence.
TextCallReading read_fence(string_view text, bool last, const AnswerPlan& plan)
{
    constexpr string_view close = "\n```";
    if (!may_be_json_call(text, plan))
        return { .verdict = Verdict::no };
    const auto end = text.find(close);
    if (end == string_view::npos && !last)
        return {};
    Calls calls = calls_in_json(trim(text.substr(0, end)), true, plan);
    if (calls.empty())
        return { .verdict = Verdict::no };
    return { Verdict::yes, end == string_view::npos ? text.size() : end + close.size(), std::move(calls) };
}

// functions.Read:0, of which only the name counts.
string_view without_count(string_view name)
{
    const auto colon = name.rfind(':');
    return name.substr(0, colon);
}

Calls calls_in_section(string_view text, const AnswerPlan& plan)
{
    Calls calls;
    while (up_to(text, section_call)) {
        const auto name = up_to(text, "<|tool_call_argument_begin|>");
        const auto arguments = name ? up_to(text, "<|tool_call_end|>") : std::nullopt;
        auto known = arguments ? tool_named(without_count(trim(*name)), plan) : std::nullopt;
        if (!known)
            return {};
        calls.push_back({ std::move(*known), std::string(trim(*arguments)) });
    }
    return calls;
}

// Read<｜tool▁sep｜>{…}, or function<｜tool▁sep｜>Read with the arguments between fences.
Calls calls_in_deepest(string_view text, const AnswerPlan& plan)
{
    Calls calls;
    while (up_to(text, deepest_call)) {
        auto name = up_to(text, "<｜tool▁sep｜>");
        auto body = name ? up_to(text, "<｜tool▁call▁end｜>") : std::nullopt;
        if (!body)
            return {};
        string_view arguments = *body;
        if (const auto fence = arguments.find("```json");
            trim(*name) == "function" && fence != string_view::npos) {
            name = arguments.substr(0, fence);
            arguments = arguments.substr(fence + 7);
            arguments = arguments.substr(0, arguments.rfind("```"));
        }
        auto known = tool_named(*name, plan);
        if (!known)
            return {};
        calls.push_back({ std::move(*known), std::string(trim(arguments)) });
    }
    return calls;
}

// The end of the JSON value that `text` begins with; npos while it is open.
std::size_t end_of_json(string_view text)
{
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth <= 0) {
            return i + 1;
        }
    }
    return string_view::npos;
}

// Nothing closes these but the JSON itself.
TextCallReading read_list(string_view text, bool last, const AnswerPlan& plan)
{
    const string_view begin = trim_start(text);
    const std::size_t skipped = text.size() - begin.size();
    string_view name;
    string_view body = begin;
    if (!begin.empty() && begin.front() != '[' && begin.front() != '{') {
        const auto end = begin.find_first_of("[{");
        if (!may_be_tool(begin.substr(0, end), plan))
            return { .verdict = Verdict::no };
        name = begin.substr(0, end);
        body = end == string_view::npos ? string_view {} : begin.substr(end);
        for (string_view mark : { "[CALL_ID]", "[ARGS]" }) {
            take(body, mark);
            if (mark == "[CALL_ID]" && body.find('[') != string_view::npos && !body.starts_with('['))
                body.remove_prefix(body.find('['));
        }
    } else if (!may_be_json_call(begin, plan)) {
        return { .verdict = Verdict::no };
    }
    const auto end = body.starts_with('{') || body.starts_with('[') ? end_of_json(body) : string_view::npos;
    if (end == string_view::npos)
        return { .verdict = last ? Verdict::no : Verdict::not_yet };
    TextCallReading reading { .size = skipped + static_cast<std::size_t>(body.data() - begin.data()) + end };
    if (name.empty())
        reading.calls = calls_in_json(body.substr(0, end), true, plan);
    else if (auto known = tool_named(name, plan))
        reading.calls.push_back({ std::move(*known), std::string(body.substr(0, end)) });
    reading.verdict = reading.calls.empty() ? Verdict::no : Verdict::yes;
    return reading;
}

} // namespace

std::span<const TextCallOpening> text_call_openings() { return openings; }

TextCallReading read_text_call(string_view text, TextCallForm form, bool last, const AnswerPlan& plan)
{
    const auto one = [&](string_view name_end, const Tags& tags) {
        return [&plan, name_end, &tags](string_view body, bool) {
            auto call = call_by_tags(body, name_end, tags, plan);
            return call ? Calls { std::move(*call) } : Calls {};
        };
    };
    switch (form) {
    case Form::tool_call:
        if (!may_be_tagged(text, plan))
            return { .verdict = Verdict::no };
        return read_closed(text, "</tool_call>", last,
            [&](string_view body, bool lenient) { return calls_in_tag(body, lenient, plan); });
    case Form::function:
        if (!may_be_tool_up_to(text, '>', plan))
            return { .verdict = Verdict::no };
        return read_closed(text, "</function>", last, one(">", function_tags));
    case Form::invoke:
        if (!may_be_tool_up_to(text, '"', plan))
            return { .verdict = Verdict::no };
        return read_closed(text, "</invoke>", last, one("\">", invoke_tags));
    case Form::fence:
        return read_fence(text, last, plan);
    case Form::list:
        return read_list(text, last, plan);
    case Form::section:
        if (!may_begin(text, section_call))
            return { .verdict = Verdict::no };
        return read_closed(text, "<|tool_calls_section_end|>", last,
            [&](string_view body, bool) { return calls_in_section(body, plan); });
    case Form::deepest:
        if (!may_begin(text, deepest_call))
            return { .verdict = Verdict::no };
        return read_closed(text, "<｜tool▁calls▁end｜>", last,
            [&](string_view body, bool) { return calls_in_deepest(body, plan); });
    }
    return { .verdict = Verdict::no };
}

} // namespace dragoman::translate
