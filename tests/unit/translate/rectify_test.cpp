#include "support/vendor_errors.h"
#include "translate/rectify.h"
#include "translate/refused_parameter.h"
#include "translate/sent_request.h"

#include <gtest/gtest.h>

namespace dragoman::translate {

namespace {

// Whatever a request may have that can be given up.
const SentRequest everything { .parameters = { "temperature", "top_p", "stop", "user", "reasoning",
                                   "reasoning_effort", "parallel_tool_calls", "stream_options", "metadata",
                                   "context_management", "thinking", "store", "top_k", "output_config" },
    .thinking = true,
    .tool_calls = true,
    .tools = true,
    .forced_tool = true,
    .images = true,
    .system_role = true,
    .strict = true,
    .cache_control = true,
    .max_tokens = 32000 };

const ErrorContext context { .requested_model = "claude-sonnet-5-5",
    .upstream_name = "somewhere",
    .context_length = 200000,
    .max_tokens = 32000,
    .estimated_input = 50000 };

std::string described(const std::optional<Rectification>& found)
{
    if (!found)
        return "";
    std::string text(name_of(found->remedy));
    if (!found->parameter.empty())
        text += " " + found->parameter;
    if (found->max_tokens != 0)
        text += " " + std::to_string(found->max_tokens);
    return text;
}

std::string remedy(int status, std::string_view body, const SentRequest& sent = everything)
{
    const UpstreamFailure failure { .status = status, .body = body };
    return described(rectify(read_failure(failure, context), sent));
}

std::string remedy_for(const std::string& sentence, const SentRequest& sent = everything)
{
    std::string quoted;
    for (char c : sentence)
        quoted += c == '"' ? std::string("\\\"") : std::string(1, c);
    return remedy(400, R"({"error":{"message":")" + quoted + R"(","type":"invalid_request_error"}})", sent);
}

} // namespace

// What stands beneath the top level, or beside something else.
TEST(Rectify, KnowsWhatHasNoFieldOfItsOwn)
{
    const SentRequest summary =
        sent_request(R"({"reasoning":{"effort":"high","summary":"auto"},"input":[]})");
    EXPECT_EQ(remedy_for("Your organization must be verified to generate reasoning summaries. Please go to: "
                         "https://platform.openai.com/settings/organization/general",
                  summary),
        "drop_parameter reasoning.summary");
    EXPECT_EQ(
        remedy(400,
            R"({"error":{"message":"Unsupported parameter: 'reasoning.summary' is not supported with this )"
            R"(model.","type":"invalid_request_error","param":"reasoning.summary"}})",
            summary),
        "drop_parameter reasoning.summary");
    const SentRequest tools = sent_request(
        R"({"reasoning_effort":"high","tools":[{"type":"function"}],"messages":[{"role":"user","content":"hi"}]})");
    EXPECT_EQ(remedy_for(
                  "Function tools with reasoning_effort are not supported for gpt-5.6 in "
                  "/v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to "
                  "'none'.",
                  tools),
        "drop_parameter reasoning_effort.with_tools");
    const std::string prefill = "This model does not support assistant message prefill. The conversation "
                                "must end with a user message.";
    EXPECT_EQ(remedy_for(prefill, sent_request(R"({"messages":[{"role":"assistant","content":"{"}]})")),
        "drop_parameter messages.prefill");
    EXPECT_EQ(remedy_for(prefill, sent_request(R"({"messages":[{"role":"user","content":"{"}]})")), "");
}

TEST(Rectify, KnowsMoreOfTheirWords)
{
    struct {
        std::string_view said, remedy;
    } table[] = {
        { "Argument not supported on this model: stop", "drop_parameter stop" }, // xAI
        { "2 validation errors for ChatCompletionRequest\\ntemperature\\n  Extra inputs are not permitted "
          "[type=extra_forbidden, input_value=0.3, input_type=float]",
            "drop_parameter temperature" }, // vLLM
        { "litellm.UnsupportedParamsError: gpt-5 models don't support temperature=0.3. Only temperature=1 is "
          "supported.",
            "drop_parameter temperature" },
        { "temperature must be in (0, 1]", "drop_parameter temperature" },
        { "Invalid top_p value, the valid range of top_p is (0, 1.0]", "drop_parameter top_p" }, // DeepSeek
        { "tool_choice 'specified' is incompatible with thinking enabled", "weaken_tool_choice" }, // Moonshot
        { "Invalid tool_choice type: 'object'. Supported string values: none, auto, required",
            "weaken_tool_choice" }, // LM Studio
        { "The model is not a VLM (Vision Language Model). Please use text-only prompts.",
            "drop_images" }, // SiliconFlow
        { "messages[0].content: invalid type: sequence, expected a string at line 1 column 99",
            "drop_images" }, // DeepSeek
        { "body.messages.0.user.content.1.type: Input should be 'text'", "drop_images" }, // Cerebras
        { "Only user and assistant roles are supported!", "fold_system" }, // LM Studio
        { "The provided JSON schema contains features not supported by xgrammar.",
            "simplify_schemas" }, // vLLM
        { "messages.3.role: Input should be 'user' or 'assistant'", "fold_system" },
        { "thinking.type: Input should be 'enabled' or 'disabled'", "drop_parameter thinking" },
        { "`top_k` must be unset when thinking is enabled", "drop_parameter top_k" },
        { "This model does not support effort level \"xhigh\". Supported levels: high, low, max, medium.",
            "drop_parameter output_config" },
        { "tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top "
          "level",
            "simplify_schemas" },
        { "invalid params, max_tokens should be in range [1, 8192] (2013)", "lower_max_tokens 8192" },
    };
    for (const auto& row : table)
        EXPECT_EQ(remedy_for(std::string(row.said)), row.remedy) << row.said;
    const SentRequest developer = sent_request(R"({"messages":[{"role":"developer","content":"be"}]})");
    EXPECT_EQ(remedy_for(
                  "'developer' is not one of ['system', 'assistant', 'user'] - 'messages.0.role'", developer),
        "fold_all_system");
}

// What a model's template refuses is a failure of the server's, in its own words.
TEST(Rectify, ATemplatesWordsCountUnder500)
{
    EXPECT_EQ(
        remedy(500,
            R"({"error":{"code":500,"message":"Jinja Exception: System message must be at the beginning.","type":"server_error"}})"),
        "fold_system");
    EXPECT_EQ(
        remedy(500,
            R"({"error":{"code":500,"message":"image input is not supported - hint: you may need to provide the mmproj","type":"server_error"}})"),
        "drop_images");
    EXPECT_EQ(
        remedy(500, R"({"error":{"message":"Unsupported parameter: 'temperature'","type":"server_error"}})"),
        "")
        << "no parameter is blamed for a failure";
}

TEST(Rectify, KnowsWhatVendorsRefuse)
{
    struct {
        std::string_view vendor;
        int status;
        std::string_view body;
        std::string_view remedy;
    } table[] = {
        // Thinking that somebody else signed.
        { "Anthropic", 400,
            R"j({"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: Invalid `signature` in `thinking` block"}})j",
            "drop_thinking" },
        { "Vertex", 400,
            R"j({"error":{"code":400,"message":"{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"messages.3.content.13: Invalid signature in thinking block\"},\"request_id\":\"req_vrtx_011\"}","status":"INVALID_ARGUMENT"}})j",
            "drop_thinking" },
        { "Bedrock", 400,
            R"j({"type":"error","error":{"type":"ValidationException","message":"The model returned the following errors: messages.369.content.0.thinking.signature: Field required"}})j",
            "drop_thinking" },
        { "Bedrock behind OpenRouter", 400,
            R"j({"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"message\":\"messages.7.content.2: Invalid signature in thinking block\"}","provider_name":"Amazon Bedrock","is_byok":false}}})j",
            "drop_thinking" },
        { "Anthropic, changed", 400,
            R"j({"type":"error","error":{"type":"invalid_request_error","message":"messages.5.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response."}})j",
            "drop_thinking" },
        { "Anthropic, missing", 400,
            R"j({"type":"error","error":{"type":"invalid_request_error","message":"messages.129.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`. When `thinking` is enabled, a final `assistant` message must start with a thinking block."}})j",
            "drop_thinking" },
        { "OpenAI Responses", 400,
            R"j({"error":{"message":"The encrypted content for item rs_0123 could not be verified.","type":"invalid_request_error","param":null,"code":"invalid_encrypted_content"}})j",
            "drop_thinking" },
        { "Mistral", 422,
            R"j({"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","messages",31,"assistant","reasoning_content"],"msg":"Extra inputs are not permitted","input":"x"}]},"type":"invalid_request_error","param":null,"code":null})j",
            "drop_thinking" },
        { "Groq", 400,
            R"j({"error":{"message":"'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]","type":"invalid_request_error"}})j",
            "drop_thinking" },
        // Thinking that has to come back.
        { "DeepSeek", 400,
            R"j({"error":{"message":"Missing `reasoning_content` field in the assistant message at message index 2. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls","type":"invalid_request_error","param":null,"code":"invalid_request_error"}})j",
            "add_reasoning_content" },
        { "DeepSeek, newer", 400,
            R"j({"error":{"message":"The `reasoning_content` in the thinking mode must be passed back to the API.","type":"invalid_request_error","param":null,"code":"invalid_request_error"}})j",
            "add_reasoning_content" },
        { "DeepSeek, Messages", 400,
            R"j({"error":{"message":"The `content[].thinking` in the thinking mode must be passed back to the API.","type":"invalid_request_error"}})j",
            "add_reasoning_content" },
        { "Moonshot", 400,
            R"j({"error":{"message":"thinking is enabled but reasoning_content is missing in assistant tool call message at index 2","type":"invalid_request_error"}})j",
            "add_reasoning_content" },
        // Parameters.
        { "OpenAI", 400,
            R"j({"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model.","type":"invalid_request_error","param":"temperature","code":"unsupported_parameter"}})j",
            "drop_parameter temperature" },
        { "OpenAI, value", 400,
            R"j({"error":{"message":"Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}})j",
            "drop_parameter temperature" },
        { "OpenAI Responses, nested", 400,
            R"j({"error":{"message":"Unsupported parameter: 'reasoning.effort' is not supported with this model.","type":"invalid_request_error","param":"reasoning.effort","code":"unsupported_parameter"}})j",
            "drop_parameter reasoning" },
        { "OpenAI, the other name", 400,
            R"j({"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}})j",
            "rename_max_tokens" },
        { "Mistral, the other name", 422,
            R"j({"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted","input":32000}]},"type":"invalid_request_error","param":null,"code":null})j",
            "rename_max_tokens" },
        { "vLLM, the other name", 400,
            R"j({"object":"error","message":"[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), 'msg': 'Extra inputs are not permitted', 'input': 800}]","type":"BadRequestError","param":null,"code":400})j",
            "rename_max_tokens" },
        { "vLLM", 400,
            R"j({"object":"error","message":"[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted', 'input': {'include_usage': True}}]","type":"BadRequestError","param":null,"code":400})j",
            "drop_parameter stream_options" },
        { "Mistral", 422,
            R"j({"detail":[{"type":"extra_forbidden","loc":["body","user"],"msg":"Extra inputs are not permitted","input":"x"}]})j",
            "drop_parameter user" },
        { "Kimi", 400,
            R"j({"error":{"message":"Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'minimal', 'low', 'medium', and 'high'.","type":"invalid_request_error"}})j",
            "drop_parameter reasoning_effort" },
        { "LiteLLM", 400,
            R"j({"error":{"message":"litellm.UnsupportedParamsError: together_ai does not support parameters: ['reasoning_effort'], for model=Qwen/Qwen3.5-9B. To drop these, set `litellm.drop_params=True`","type":"None","param":null,"code":"400"}})j",
            "drop_parameter reasoning_effort" },
        { "Moonshot", 400,
            R"j({"error":{"message":"invalid temperature: only 1 is allowed for this model","type":"invalid_request_error"}})j",
            "drop_parameter temperature" },
        { "Moonshot, a model that always thinks", 400,
            R"j({"error":{"message":"invalid thinking: only type=enabled is allowed for this model","type":"invalid_request_error"}})j",
            "drop_parameter thinking" },
        { "xAI", 400,
            R"j({"code":"Client specified an invalid argument","error":"Model grok-4-0709 does not support parameter reasoningEffort."})j",
            "drop_parameter reasoning_effort" },
        { "Groq", 400,
            R"j({"error":{"message":"property 'store' is unsupported","type":"invalid_request_error"}})j",
            "drop_parameter store" },
        { "Anthropic", 400,
            R"j({"type":"error","error":{"type":"invalid_request_error","message":"`temperature` and `top_p` cannot both be specified for this model. Please use only one."}})j",
            "drop_parameter temperature" },
        { "Anthropic, beta field", 400,
            R"j({"type":"error","error":{"type":"invalid_request_error","message":"context_management: Extra inputs are not permitted"}})j",
            "drop_parameter context_management" },
        { "Gemini", 400,
            R"j([{"error":{"code":400,"message":"Invalid JSON payload received. Unknown name \"metadata\": Cannot find field.","status":"INVALID_ARGUMENT"}}])j",
            "drop_parameter metadata" },
        { "Ollama", 400,
            R"j({"error":{"message":"\"qwen2.5:7b\" does not support thinking","type":"invalid_request_error"}})j",
            "drop_parameter thinking" },
        { "NVIDIA", 400,
            R"j({"object":"error","message":"This model only supports single tool-calls at once! This model only supports single tool-calls at once!","type":"BadRequestError","param":null,"code":400})j",
            "drop_parameter parallel_tool_calls" },
        // A tool that must be used.
        { "DeepSeek", 400,
            R"j({"error":{"message":"Thinking mode does not support this tool_choice","type":"invalid_request_error","param":null,"code":"invalid_request_error"}})j",
            "weaken_tool_choice" },
        { "OpenRouter", 404,
            R"j({"error":{"message":"No endpoints found that support the provided 'tool_choice' value. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing","code":404}})j",
            "weaken_tool_choice" },
        { "Anthropic", 400,
            R"j({"type":"error","error":{"type":"invalid_request_error","message":"Thinking may not be enabled when tool_choice forces tool use."}})j",
            "weaken_tool_choice" },
        { "Qwen", 400,
            R"j({"error":{"message":"<400> InternalError.Algo.InvalidParameter: The tool_choice parameter does not support being set to required or object in thinking mode","type":"invalid_request_error","param":null,"code":"invalid_parameter_error"}})j",
            "weaken_tool_choice" },
        // Pictures.
        { "DeepSeek", 400,
            "Failed to deserialize the JSON body into the target type: messages[1]: unknown variant "
            "`image_url`, "
            "expected `text` at line 1 column 679289",
            "drop_images" },
        { "OpenRouter", 404,
            R"j({"error":{"message":"No endpoints found that support image input","code":404}})j",
            "drop_images" },
        { "vLLM", 400,
            R"j({"error":{"message":"Qwen/Qwen3-Coder-30B is not a multimodal model None","type":"BadRequestError","param":null,"code":400}})j",
            "drop_images" },
        { "Ollama", 400,
            R"j({"error":{"message":"this model does not support image input (ref: b8bd)","type":"invalid_request_error"}})j",
            "drop_images" },
        { "LM Studio", 400, R"j({"error":"Model does not support images. Please use a model that does."})j",
            "drop_images" },
        { "Ark", 400, R"j({"error":{"message":"Model do not support image input.\nRequest id: 0217"}})j",
            "drop_images" },
        // max_tokens.
        { "DeepSeek", 400,
            R"j({"error":{"message":"Invalid max_tokens value, the valid range of max_tokens is [1, 8192]","type":"invalid_request_error"}})j",
            "lower_max_tokens 8192" },
        { "Bedrock", 400,
            R"j({"message":"The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096."})j",
            "lower_max_tokens 4096" },
        { "OpenAI", 400,
            R"j({"error":{"message":"This model's maximum context length is 128000 tokens. However, you requested 140000 tokens (108000 in the messages, 32000 in the completion). Please reduce the length of the messages or completion.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}})j",
            "lower_max_tokens 19936" },
        // Roles.
        { "OpenAI", 400,
            R"j({"error":{"message":"Unsupported value: 'messages[0].role' does not support 'system' with this model.","type":"invalid_request_error","param":"messages[0].role","code":"unsupported_value"}})j",
            "fold_system" },
        { "vLLM", 400,
            R"j({"object":"error","message":"Conversation roles must alternate user/assistant/user/assistant/... Conversation roles must alternate user/assistant/user/assistant/...","type":"BadRequestError","param":null,"code":400})j",
            "fold_system" },
        { "vLLM, Qwen", 400,
            R"j({"error":{"message":"System message must be at the beginning.","type":"BadRequestError","param":null,"code":400}})j",
            "fold_system" },
        { "Anthropic", 400,
            R"j({"type":"error","error":{"type":"invalid_request_error","message":"messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \"system\" as an input message role."}})j",
            "fold_system" },
        // Schemas.
        { "OpenAI, strict", 400,
            R"j({"error":{"message":"Invalid schema for function 'Bash': In context=(), 'additionalProperties' is required to be supplied and to be false.","type":"invalid_request_error","param":"tools[0].function.parameters","code":"invalid_function_parameters"}})j",
            "drop_strict" },
        { "OpenAI", 400,
            R"j({"error":{"message":"Invalid schema for function 'mcp__x': array schema missing items.","type":"invalid_request_error","param":"tools[12].function.parameters","code":"invalid_function_parameters"}})j",
            "simplify_schemas" },
        { "Gemini", 400,
            R"j([{"error":{"code":400,"message":"Invalid JSON payload received. Unknown name \"additionalProperties\" at 'tools[0].function_declarations[0].parameters': Cannot find field.","status":"INVALID_ARGUMENT"}}])j",
            "simplify_schemas" },
        { "Gemini, items", 400,
            R"j([{"error":{"code":400,"message":"* GenerateContentRequest.tools[0].function_declarations[16].parameters.properties[includeTags].items: missing field.","status":"INVALID_ARGUMENT"}}])j", "simplify_schemas" },
        { "Moonshot", 400,
            R"j({"error":{"message":"Invalid request: tools.function.parameters is not a valid moonshot flavored json schema, details: <At path 'properties.x': type should be defined in anyOf items instead of the parent schema>","type":"invalid_request_error"}})j",
            "simplify_schemas" },
        { "Groq, strict", 400,
            R"j({"error":{"message":"'tools.0.function' : property 'strict' is unsupported","type":"invalid_request_error"}})j",
            "drop_strict" },
        // Marks for caches.
        { "Vertex", 400,
            R"j({"type":"error","error":{"type":"invalid_request_error","message":"messages.0.content.0.text.cache_control: Extra inputs are not permitted"}})j",
            "drop_cache_control" },
        { "Groq", 400,
            R"j({"error":{"message":"'messages.0' : for 'role:system' the following must be satisfied[('messages.0' : property 'cache_control' is unsupported)]","type":"invalid_request_error"}})j",
            "drop_cache_control" },
        { "Anthropic, thinking", 400,
            R"j({"type":"error","error":{"type":"invalid_request_error","message":"messages.13.content.0.thinking.cache_control: Extra inputs are not permitted"}})j",
            "drop_cache_control" },
        // What nothing in the request can be given up for.
        { "Anthropic, tools", 400,
            R"j({"type":"error","error":{"type":"invalid_request_error","message":"messages.2: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_01."}})j",
            "" },
        { "Ollama, tools", 400,
            R"j({"error":{"message":"registry.ollama.ai/library/gemma3:4b does not support tools","type":"api_error","param":null,"code":null}})j",
            "" },
        { "OpenRouter, tools", 404,
            R"j({"error":{"message":"No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing","code":404}})j",
            "" },
        { "anyone", 400, R"j({"error":{"message":"Bad Request"}})j", "" },
        { "anyone", 400, "", "" },
    };
    for (const auto& row : table)
        EXPECT_EQ(remedy(row.status, row.body), row.remedy) << row.vendor << '\n' << row.body;
}

TEST(Rectify, TellsForWhomTheSameWouldBeRefused)
{
    struct {
        std::string_view sentence;
        std::string_view remedy;
        Reach reach;
    } table[] = {
        { "messages.1.content.0: Invalid `signature` in `thinking` block", "drop_thinking", Reach::session },
        { "property 'reasoning_content' is unsupported", "drop_thinking", Reach::model },
        { "messages.0.content.0.text.cache_control: Extra inputs are not permitted", "drop_cache_control",
            Reach::model },
        { "messages.13.content.0.thinking.cache_control: Extra inputs are not permitted",
            "drop_cache_control", Reach::session },
        { "A maximum of 4 blocks with cache_control may be provided. Found 5.", "drop_cache_control",
            Reach::session },
        { "Unsupported parameter: 'temperature' is not supported with this model.",
            "drop_parameter temperature", Reach::model },
        { "`temperature` may only be set to 1 when thinking is enabled.", "drop_parameter temperature",
            Reach::session },
        { "`temperature` and `top_p` cannot both be specified for this model.", "drop_parameter temperature",
            Reach::session },
        { "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values "
          "are: 'minimal', 'low', 'medium', and 'high'.",
            "drop_parameter reasoning_effort", Reach::request },
        { "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value "
          "is supported.",
            "drop_parameter temperature", Reach::model },
        { "Invalid schema for function 'mcp__x': array schema missing items.", "simplify_schemas",
            Reach::session },
        { "tools.function.parameters is not a valid moonshot flavored json schema", "simplify_schemas",
            Reach::model },
        { "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", "lower_max_tokens 8192",
            Reach::model },
        { "This model's maximum context length is 128000 tokens. However, you requested 140000 tokens "
          "(108000 in the messages, 32000 in the completion).",
            "lower_max_tokens 19936", Reach::request },
    };
    for (const auto& row : table) {
        const std::string body = R"({"error":{"message":")" + std::string(row.sentence) + R"("}})";
        const UpstreamFailure failure { .status = 400, .body = body };
        const auto found = rectify(read_failure(failure, context), everything);
        ASSERT_TRUE(found) << row.sentence;
        EXPECT_EQ(describe(*found), row.remedy) << row.sentence;
        EXPECT_EQ(found->reach, row.reach) << row.sentence;
    }
}

TEST(Rectify, GivesUpAPartOfAParameterWhereThatIsAllThatIsRefused)
{
    SentRequest sent = everything;
    sent.parameters.emplace_back("reasoning.summary");
    EXPECT_EQ(
        remedy(400,
            R"j({"error":{"message":"Your organization must be verified to generate reasoning summaries. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization.","type":"invalid_request_error","param":"reasoning.summary","code":"unsupported_value"}})j",
            sent),
        "drop_parameter reasoning.summary");
    EXPECT_EQ(
        remedy(400,
            R"j({"error":{"message":"Unsupported parameter: 'reasoning.effort' is not supported with this model.","type":"invalid_request_error","param":"reasoning.effort","code":"unsupported_parameter"}})j",
            sent),
        "drop_parameter reasoning");
}

TEST(Rectify, TakesTheSystemMessageInFrontOnlyWhereThereIsNoOther)
{
    SentRequest sent { .system_role = true, .system_first = true };
    EXPECT_EQ(remedy_for("System role not supported", sent), "fold_system");
    sent.system_role = false;
    EXPECT_EQ(remedy_for("System role not supported", sent), "fold_all_system");
    sent.system_first = false;
    EXPECT_EQ(remedy_for("System role not supported", sent), "");
}

TEST(Rectify, TellsAForceThatIsRefusedWhileThinkingFromOneThatAlwaysIs)
{
    for (const auto& [sentence, thinking] :
        { std::pair<std::string, bool>("Thinking mode does not support this tool_choice", true),
            std::pair<std::string, bool>("tool_choice must be auto", false) }) {
        const std::string body = R"({"error":{"message":")" + sentence + R"("}})";
        const UpstreamFailure failure { .status = 400, .body = body };
        const auto found = rectify(read_failure(failure, context), everything);
        ASSERT_TRUE(found) << sentence;
        EXPECT_EQ(found->remedy, Remedy::weaken_tool_choice);
        EXPECT_EQ(found->while_thinking, thinking) << sentence;
    }
}

TEST(Rectify, OffersNothingForWhatWasNotSent)
{
    const SentRequest nothing;
    for (std::string sentence : { "messages.1.content.0: Invalid `signature` in `thinking` block",
             "Missing `reasoning_content` field in the assistant message",
             "Unsupported parameter: 'temperature' is not supported with this model.",
             "Thinking mode does not support this tool_choice", "this model does not support image input",
             "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
             "System message must be at the beginning.", "Invalid schema for function 'x': bad",
             "cache_control: Extra inputs are not permitted" }) {
        EXPECT_NE(remedy_for(sentence), "") << sentence;
        EXPECT_EQ(remedy_for(sentence, nothing), "") << sentence;
    }
}

TEST(Rectify, ActsOnRefusalsOfTheRequestOnly)
{
    const std::string_view body =
        R"j({"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model."}})j";
    for (int status : { 0, 200, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 529 })
        EXPECT_EQ(remedy(status, body), "") << status;
    EXPECT_EQ(remedy(400, body), "drop_parameter temperature");
    EXPECT_EQ(remedy(422, body), "drop_parameter temperature");
}

// Over all recorded answers: what is a limit, a quota, a key or a full window has no remedy.
TEST(Rectify, SeesNoRemedyInLimitsQuotasAndFullWindows)
{
    for (const testing::VendorError& row : testing::read_vendor_errors()) {
        ErrorContext known = context;
        known.context_length = row.fact("window", 200000);
        known.max_tokens = row.fact("max_tokens", 32000);
        known.estimated_input = row.fact("estimate", 50000);
        SentRequest sent = everything;
        sent.max_tokens = known.max_tokens;
        const UpstreamFailure failure { .status = row.status, .body = row.body };
        const auto found = rectify(read_failure(failure, known), sent);
        if (row.message.starts_with("input length and")) {
            ASSERT_TRUE(found) << row.name;
            EXPECT_EQ(found->remedy, Remedy::lower_max_tokens) << row.name;
            EXPECT_GE(found->max_tokens, 700U) << row.name;
            EXPECT_LT(found->max_tokens, sent.max_tokens) << row.name;
        } else if (row.expected.at("status") != "400" || row.message.starts_with("prompt is too long")) {
            EXPECT_EQ(described(found), "") << row.name;
        }
    }
}

TEST(RefusedParameter, TakesAnEnglishWordForAParameterOnlyWhereItIsMarked)
{
    const std::vector<std::string> sent { "user", "stop", "top_p" };
    EXPECT_FALSE(refused_parameter("this user is not allowed to stop", "", sent));
    EXPECT_EQ(refused_parameter("body.user: extra inputs are not permitted", "", sent), "user");
    EXPECT_EQ(refused_parameter("unrecognized request argument supplied: stop", "", sent), "stop");
    EXPECT_EQ(refused_parameter("top_p is not supported", "", sent), "top_p");
    EXPECT_FALSE(refused_parameter("top_p must be at most 1", "", sent)) << "a value, not the parameter";
    EXPECT_FALSE(refused_parameter("my_top_p is not supported", "", sent));
    EXPECT_EQ(refused_parameter("not supported", "stop", sent), "stop");
}

} // namespace dragoman::translate
