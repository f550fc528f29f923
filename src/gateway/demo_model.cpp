#include "gateway/demo_model.h"

#include "json/document.h"
#include "json/escape.h"
#include "json/writer.h"

#include <algorithm>

namespace dragoman::gateway {

namespace {

constexpr std::string_view model_id = "openai/gpt-oss-120b";
constexpr std::string_view hint = "This is dragoman's demonstration: no real model is behind it. Set "
                                  "OPENROUTER_API_KEY and start it again.";

// What the little model looks at.
struct Question {
    bool stream = false;
    bool has_bash = false;
    bool wants_json = false;
    std::vector<std::string> json_fields {};
    std::string last_role {};
    std::string last_text {};
    std::size_t bytes = 0;
};

struct Reply {
    std::string thought {};
    std::vector<std::string> words {};
    std::string command {}; // of a Bash call; empty: none
};

std::string text_of(const json::Value& content)
{
    if (auto string = content.string())
        return json::unescape(*string);
    std::string text;
    if (auto parts = content.array())
        for (json::Value part : *parts)
            if (auto object = part.object())
                if (auto piece = object->find("text"); piece && piece->string())
                    text += json::unescape(*piece->string()) + "\n";
    return text;
}

void read_messages(const json::Array& messages, Question& question)
{
    for (json::Value message : messages) {
        auto object = message.object();
        auto role = object ? object->find("role") : std::nullopt;
        auto content = object ? object->find("content") : std::nullopt;
        if (!role || !role->string() || !content)
            continue;
        std::string_view name = role->string()->escaped;
        if (name != "user" && name != "tool")
            continue;
        question.last_role = name;
        question.last_text = text_of(*content);
    }
}

bool names_bash(const json::Value& tool)
{
    auto object = tool.object();
    auto function = object ? object->find("function") : std::nullopt;
    auto inner = function ? function->object() : std::nullopt;
    auto name = inner ? inner->find("name") : std::nullopt;
    return name && name->string() && name->string()->escaped == "Bash";
}

bool offers_bash(const json::Array& tools)
{
    for (json::Value tool : tools)
        if (names_bash(tool))
            return true;
    return false;
}

void read_required_fields(const json::Value& format, Question& question)
{
    question.wants_json = true;
    auto object = format.object();
    for (std::string_view step : { "json_schema", "schema" }) {
        auto next = object ? object->find(step) : std::nullopt;
        object = next ? next->object() : std::nullopt;
    }
    auto required = object ? object->find("required") : std::nullopt;
    if (!required || !required->array())
        return;
    for (json::Value name : json::Array(*required->array()))
        if (auto text = name.string())
            question.json_fields.push_back(json::unescape(*text));
}

Result<Question> read(std::string_view body)
{
    json::Document document;
    auto root = document.parse(body);
    if (!root)
        return Failure(root.error());
    auto object = root->object();
    if (!object)
        return Failure(Error::bad_request("the body must be an object"));
    Question question { .bytes = body.size() };
    for (json::Field field : *object) {
        if (field.key.escaped == "stream")
            question.stream = field.value.boolean().value_or(false);
        else if (field.key.escaped == "messages" && field.value.array())
            read_messages(*field.value.array(), question);
        else if (field.key.escaped == "tools" && field.value.array())
            question.has_bash = offers_bash(*field.value.array());
        else if (field.key.escaped == "response_format")
            read_required_fields(field.value, question);
    }
    return question;
}

bool asks_about_files(std::string_view text)
{
    for (std::string_view word : { "file", "folder", "director", "list", "tool", "run", "shell", "command" })
        if (text.find(word) != text.npos)
            return true;
    return false;
}

std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        std::size_t end = std::min(text.find(' '), text.size() - 1) + 1;
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

Reply think(const Question& question)
{
    if (question.wants_json) {
        std::string text;
        json::Writer json(text);
        json.begin_object();
        for (const std::string& field : question.json_fields)
            json.key(json::RawString { json::escape(field) }).text("A demonstration");
        json.end_object();
        return { .words = { text } };
    }
    if (question.last_role == "tool")
        return { .thought = "The tool has answered. I only have to pass it on.",
            .words = words_of(
                "The tool answered:\n\n" + question.last_text.substr(0, 600) + "\n\n" + std::string(hint)) };
    if (question.has_bash && asks_about_files(question.last_text))
        return { .thought = "They ask about files. I had better look.",
            .words = words_of("Let me look."),
            .command = "ls" };
    return { .thought = "Somebody is trying me out. I will say what I am.", .words = words_of(hint) };
}

class ChunkWriter {
public:
    explicit ChunkWriter(std::vector<std::string>& parts)
        : parts_(parts)
    {
    }

    // Calls write(json) for the inside of the delta.
    template <class Write> void delta(Write write, std::string_view finish_reason = "")
    {
        std::string part;
        json::Writer json(part);
        begin(json);
        json.key("choices").begin_array().begin_object().key("index").integer(0).key("delta").begin_object();
        json.key("role").text("assistant");
        write(json);
        json.end_object().key("finish_reason");
        finish_reason.empty() ? json.null() : json.text(finish_reason);
        json.end_object().end_array().end_object();
        parts_.push_back(std::move(part));
    }

    void usage(std::size_t prompt, std::size_t completion)
    {
        std::string part;
        json::Writer json(part);
        begin(json);
        json.key("choices").begin_array().end_array().key("usage");
        write_usage(json, prompt, completion);
        json.end_object();
        parts_.push_back(std::move(part));
    }

    static void write_usage(json::Writer& json, std::size_t prompt, std::size_t completion)
    {
        json.begin_object().key("prompt_tokens").integer(static_cast<std::int64_t>(prompt));
        json.key("completion_tokens").integer(static_cast<std::int64_t>(completion));
        json.key("total_tokens")
            .integer(static_cast<std::int64_t>(prompt + completion))
            .key("cost")
            .integer(0)
            .end_object();
    }

    static void begin(json::Writer& json)
    {
        json.begin_object().key("id").text("gen-demonstration").key("object").text("chat.completion.chunk");
        json.key("model").text(model_id).key("provider").text("Demonstration");
    }

private:
    std::vector<std::string>& parts_;
};

void write_call(json::Writer& json, std::string_view command)
{
    std::string arguments;
    json::Writer(arguments)
        .begin_object()
        .key("command")
        .text(command)
        .key("description")
        .text("List files")
        .end_object();
    json.key("tool_calls").begin_array().begin_object().key("index").integer(0);
    // The id is drawn from the call itself; dragoman makes it unique when a conversation repeats it.
    json.key("id").text("call_demo").key("type").text("function").key("function").begin_object();
    json.key("name").text("Bash").key("arguments").text(arguments).end_object().end_object().end_array();
}

std::size_t tokens_of(const Reply& reply) { return reply.words.size() + words_of(reply.thought).size() + 8; }

DemoAnswer streamed(const Question& question, const Reply& reply)
{
    DemoAnswer answer { .stream = true };
    ChunkWriter chunks(answer.parts);
    for (const std::string& word : words_of(reply.thought))
        chunks.delta([&](json::Writer& json) { json.key("reasoning").text(word); });
    for (const std::string& word : reply.words)
        chunks.delta([&](json::Writer& json) { json.key("content").text(word); });
    if (!reply.command.empty())
        chunks.delta([&](json::Writer& json) { write_call(json, reply.command); });
    chunks.delta([](json::Writer&) { }, reply.command.empty() ? "stop" : "tool_calls");
    chunks.usage(question.bytes / 4, tokens_of(reply));
    answer.parts.emplace_back("[DONE]");
    return answer;
}

DemoAnswer whole(const Question& question, const Reply& reply)
{
    std::string text;
    for (const std::string& word : reply.words)
        text += word;
    DemoAnswer answer { .parts = { "" } };
    json::Writer json(answer.parts.front());
    ChunkWriter::begin(json);
    json.key("choices").begin_array().begin_object().key("index").integer(0).key("message").begin_object();
    json.key("role").text("assistant").key("content").text(text);
    if (!reply.thought.empty())
        json.key("reasoning").text(reply.thought);
    if (!reply.command.empty())
        write_call(json, reply.command);
    json.end_object().key("finish_reason").text(reply.command.empty() ? "stop" : "tool_calls");
    json.end_object().end_array().key("usage");
    ChunkWriter::write_usage(json, question.bytes / 4, tokens_of(reply));
    json.end_object();
    return answer;
}

} // namespace

Result<DemoAnswer> demo_answer(std::string_view body)
{
    ASSIGN_OR_RETURN(question, read(body));
    Reply reply = think(question);
    return question.stream ? streamed(question, reply) : whole(question, reply);
}

std::string_view demo_models()
{
    return R"({"data":[{"id":"openai/gpt-oss-120b","name":"Demonstration","created":1754414231,)"
           R"("context_length":131072,"architecture":{"input_modalities":["text"],)"
           R"("output_modalities":["text"]},)"
           R"("pricing":{"prompt":"0","completion":"0"},"top_provider":{"context_length":131072,)"
           R"("max_completion_tokens":32768},"supported_parameters":["tools","tool_choice","max_tokens",)"
           R"("reasoning",)"
           R"("include_reasoning","temperature","top_p","stop","response_format","structured_outputs"]}]})";
}

} // namespace dragoman::gateway
