// What each vendor refuses although its neighbours take it, one entry for each preset, dialect and kind of model.
// Written from the vendors' references and from the errors that people were shown, not from what the program does.
//
//   upstream, preset, dialect   a table of the configuration
//   model, list                 what is asked, and what GET /models says of it
//   shape, rules                the body's shape, and what no shape can say
//   roots                       false: tools with alternatives at the root of a schema are not tried
//   family                      whose signatures are good here, too
//   blind                       a model that its list does not call blind: it has to be said, unless it is 'known'
//   back                        how a thought goes back
//   thinks, id                  how an answer carries thoughts, and what ids of calls look like

import { any, array, boolean, integer, literal, map, number, object, string } from './shapes.mjs';
import {
    closedSchemas,
    detailsBack,
    endsWithUser,
    everyCallAnswered,
    geminiSchemas,
    instructionsFirst,
    moonshotSchemas,
    noEffortBesideTools,
    noUserAfterTool,
    ownIds,
    partsBack,
    plainRoots,
    reasoningBack,
    rolesAlternate,
    signaturesBack,
    spokenJson,
} from './vendor_checks.mjs';
import { kimiId } from './openrouter_schema.mjs';
import { anthropic, imitations, openrouter, responding } from './vendor_rules_others.mjs';
import { chatShape, letterFirst, thinkingPart } from './vendor_shapes.mjs';

const text = string({ min: 1 });
const efforts = (...values) => ({ reasoning_effort: literal(...values) });
const switched = object({ type: literal('enabled', 'disabled') });
const templates = { chat_template_kwargs: map(boolean) };
const thought = { reasoning_content: string() };

const first = [everyCallAnswered, endsWithUser, instructionsFirst];
const template = [...first, rolesAlternate]; // a chat template raises an exception

// How a thought goes back; no word of it: not at all.
const ways = {
    always: reasoningBack({ always: true }),
    content: reasoningBack({}),
    details: detailsBack,
    parts: partsBack,
    signatures: signaturesBack,
};

const chat = (upstream, preset, model, { shape, rules = first, back, ...rest }) => ({
    upstream,
    preset,
    dialect: 'chat',
    model,
    shape: chatShape({ ...(rest.blind ? { user: ['text'] } : {}), ...shape }),
    rules: back ? [...rules, ways[back]] : rules,
    back,
    limit: shape.limit ?? 'max_tokens',
    ...rest,
});

// https://platform.openai.com/docs/api-reference/chat/create
const ofOpenai = {
    limit: 'max_completion_tokens',
    user: ['text', 'image_url', 'file'],
    roles: ['developer', 'system'],
    ids: /^[a-zA-Z0-9_-]{1,40}$/,
    strict: true,
    fields: {
        store: literal(false),
        prompt_cache_key: string({ min: 1, max: 64 }),
        safety_identifier: string({ min: 1, max: 64 }),
        service_tier: literal('auto', 'default', 'flex', 'priority'),
    },
};
const never = (value, path, problems) => problems.push(`${path}: not supported with this model`);
const reasons = { temperature: never, top_p: never, stop: never };
const ofGpt5 = {
    shape: {
        ...ofOpenai,
        fields: { ...ofOpenai.fields, ...reasons, ...efforts('none', 'low', 'medium', 'high') },
    },
    rules: [everyCallAnswered, plainRoots],
    thinks: 'secretly',
    id: 'call_24',
};

const openai = [
    chat('openai_chat', 'openai', 'gpt-5.1', ofGpt5),
    chat('openai_chat', 'openai', 'gpt-4.1-mini', {
        shape: ofOpenai,
        rules: [everyCallAnswered, plainRoots],
        thinks: 'never',
        id: 'call_24',
    }),
    // "Function tools with reasoning_effort are not supported for gpt-5.6-terra in /v1/chat/completions. To use function
    // tools, use /v1/responses or set reasoning_effort to 'none'."
    chat('openai_chat', 'openai', 'gpt-5.6-terra', {
        ...ofGpt5,
        rules: [...ofGpt5.rules, noEffortBesideTools],
    }),
    chat('azure_chat', 'azure', 'gpt-5.1', ofGpt5),
    chat('github', 'github', 'openai/gpt-5', {
        shape: {
            limit: 'max_completion_tokens',
            ids: /^[a-zA-Z0-9_-]{1,40}$/,
            roles: ['system', 'developer'],
            fields: { ...reasons, ...efforts('minimal', 'low', 'medium', 'high') },
        },
        rules: [everyCallAnswered, plainRoots],
        thinks: 'secretly',
        id: 'call_24',
    }),
];

// https://api-docs.deepseek.com/guides/thinking_mode: 400 "The `reasoning_content` in the thinking mode must be passed
// back to the API." and, for pictures, "unknown variant `image_url`, expected `text`".
const deepseek = chat('deepseek', 'deepseek', 'deepseek-v4-pro', {
    blind: true,
    shape: {
        fields: { thinking: switched, ...efforts('low', 'medium', 'high', 'xhigh', 'max') },
        assistant: thought,
        choices: ['auto', 'none'],
        formats: ['text', 'json_object'],
    },
    rules: [everyCallAnswered, endsWithUser, spokenJson],
    back: 'always',
    thinks: 'reasoning_content',
    id: 'call_00',
});

// https://docs.z.ai/api-reference/llm/chat-completion: code 1210 "Invalid API parameter".
const ofZai = (thinking) => ({
    shape: {
        fields: {
            ...thinking,
            tool_stream: literal(true),
            temperature: number({ min: 0, max: 1 }),
            stop: array(text, { min: 1, max: 1 }),
        },
        assistant: thought,
        choices: ['auto'],
        formats: ['text', 'json_object'],
    },
    rules: [...first, spokenJson],
    back: 'content',
    thinks: 'reasoning_content',
    id: 'negative',
});
const thinkingAtZai = (...types) => object({ type: literal(...types) }, { clear_thinking: boolean });
const zai = chat('zai', 'zai', 'glm-5', {
    blind: 'known',
    ...ofZai({ thinking: thinkingAtZai('enabled', 'disabled') }),
});
// https://docs.bigmodel.cn/cn/guide/models/text/glm-5.3: always thinks, in three efforts.
const zaiThinks = chat(
    'zai_thinks',
    'zai',
    'glm-5.3',
    ofZai({ thinking: thinkingAtZai('enabled'), ...efforts('low', 'high', 'max') }),
);

// https://platform.moonshot.ai/docs/guide/kimi-k2-5-quickstart: "invalid temperature: only 1 is allowed for this model";
// "is not a valid moonshot flavored json schema"; names of tools that begin with a digit are refused.
const moonshot = chat('moonshot', 'moonshot', 'kimi-k2.5', {
    shape: {
        names: letterFirst,
        ids: new RegExp(`^[a-zA-Z0-9_.:|-]{1,64}$|${kimiId.source}`),
        fields: { thinking: switched, temperature: never, top_p: never },
        assistant: thought,
        choices: ['auto', 'none'],
        schema: any,
    },
    rules: [everyCallAnswered, endsWithUser, ownIds, moonshotSchemas],
    back: 'always',
    thinks: 'reasoning_content',
    id: 'kimi',
});

// https://platform.minimax.io/docs/api-reference/text-openai-api: more than one system message is 2013 "invalid chat
// setting".
const ofMinimax = {
    family: 'minimax',
    shape: {
        fields: {
            thinking: object({ type: literal('adaptive', 'disabled') }),
            reasoning_split: literal(true),
        },
        assistant: { reasoning_details: array(map(any), { min: 1 }), ...thought },
    },
    back: 'details',
    thinks: 'details',
    id: 'minimax',
};
const minimax = [
    chat('minimax', 'minimax', 'MiniMax-M3', ofMinimax),
    chat('minimax', 'minimax', 'MiniMax-M2.7', { ...ofMinimax, blind: 'known' }),
];

// https://docs.mistral.ai/api: 422 "Extra inputs are not permitted", 400 "Unexpected role 'user' after role 'tool'",
// "Tool call id was ... but must be a-z, A-Z, 0-9, with a length of 9."
const ofMistral = { ids: /^[a-zA-Z0-9]{9}$/, choices: ['auto', 'none', 'any', 'required'] };
const mistral = [
    chat('mistral', 'mistral', 'mistral-large-latest', {
        shape: ofMistral,
        rules: [...template, noUserAfterTool],
        thinks: 'never',
        id: 'nine',
    }),
    chat('mistral', 'mistral', 'magistral-medium-latest', {
        shape: {
            ...ofMistral,
            fields: { prompt_mode: literal('reasoning') },
            parts: { thinking: thinkingPart },
        },
        rules: [...template, noUserAfterTool],
        back: 'parts',
        thinks: 'parts',
        id: 'nine',
    }),
];

// https://console.groq.com/docs/reasoning: "property 'reasoning_content' is unsupported".
const groq = [
    chat('groq', 'groq', 'openai/gpt-oss-120b', {
        blind: 'known',
        shape: { limit: 'max_completion_tokens', fields: efforts('low', 'medium', 'high') },
        thinks: 'reasoning',
        id: 'groq',
    }),
    chat('groq', 'groq', 'qwen/qwen3-32b', {
        blind: true,
        shape: {
            limit: 'max_completion_tokens',

            fields: { ...efforts('none', 'default'), reasoning_format: literal('parsed') },
        },
        thinks: 'reasoning',
        id: 'call_24',
    }),
];

// https://docs.x.ai/docs/guides/reasoning: "Model grok-4 does not support parameter reasoningEffort", nor stop.
const xai = chat('xai', 'xai', 'grok-4', {
    shape: { limit: 'max_completion_tokens', fields: { stop: never, prompt_cache_key: text } },
    thinks: 'reasoning_content',
    id: 'xai',
});

// https://inference-docs.cerebras.ai: "property 'messages.2.assistant.reasoning_content' is unsupported"; 422 for an
// object that is not closed; "tools" is incompatible with "response_format".
const cerebras = chat('cerebras', 'cerebras', 'gpt-oss-120b', {
    blind: 'known',
    shape: { limit: 'max_completion_tokens', fields: efforts('low', 'medium', 'high') },
    rules: [...first, closedSchemas],
    thinks: 'reasoning',
    id: 'nine',
});

const hosts = [
    // https://docs.together.ai/docs/openai-api-compatibility
    chat('together', 'together', 'openai/gpt-oss-120b', {
        blind: 'known',
        shape: { fields: efforts('low', 'medium', 'high') },
        thinks: 'reasoning',
        id: 'call_24',
    }),
    chat('together', 'together', 'deepseek-ai/DeepSeek-V3.1', {
        blind: 'known',
        shape: { fields: { reasoning: object({ enabled: boolean }) } },
        thinks: 'reasoning',
        id: 'call_24',
    }),
    // https://docs.fireworks.ai/guides/reasoning: "Extra inputs are not permitted, field: ..."
    chat('fireworks', 'fireworks', 'accounts/fireworks/models/gpt-oss-120b', {
        blind: 'known',
        shape: { fields: efforts('low', 'medium', 'high'), assistant: thought },
        back: 'content',
        thinks: 'reasoning_content',
        id: 'call_24',
    }),
    // https://docs.api.nvidia.com/nim/reference: a closed schema, and content is a string.
    chat('nvidia', 'nvidia', 'openai/gpt-oss-120b', {
        shape: { user: [], fields: { ...templates, ...efforts('low', 'medium', 'high') } },
        rules: template,
        thinks: 'reasoning_content',
        id: 'tool_32',
    }),
];

// https://ai.google.dev/gemini-api/docs/openai: "Invalid JSON payload received. Unknown name ..."; "Function call is
// missing a thought_signature in functionCall parts."; "function_response.name: Name cannot be empty."
const signed = { extra_content: object({ google: object({ thought_signature: text }) }) };
const gemini = [
    chat('gemini', 'gemini', 'gemini-2.5-pro', {
        shape: { names: letterFirst, fields: efforts('low', 'medium', 'high'), result: { name: text } },
        rules: [...first, geminiSchemas],
        thinks: 'secretly',
        id: 'none',
    }),
    chat('gemini', 'gemini', 'gemini-3-pro-preview', {
        shape: {
            names: letterFirst,
            fields: efforts('low', 'medium', 'high'),
            call: signed,
            result: { name: text },
        },
        rules: [...first, geminiSchemas],
        back: 'signatures',
        thinks: 'signed',
        family: 'gemini',
        id: 'google',
    }),
];

// Servers of one's own: chat templates decide. https://docs.vllm.ai, https://docs.sglang.ai,
// https://github.com/ggml-org/llama.cpp/tree/master/tools/server, https://docs.ollama.com/api/openai-compatibility,
// https://lmstudio.ai/docs/developer/openai-compat, https://docs.litellm.ai/docs/proxy/user_keys
const topK = { top_k: integer({ min: 0 }) };
const home = {
    shape: { fields: { ...templates, ...topK }, assistant: thought },
    rules: template,
    back: 'content',
};
const local = [
    chat('vllm', 'vllm', 'qwen3-32b', { ...home, thinks: 'reasoning', id: 'tool_32' }),
    chat('sglang', 'sglang', 'qwen3-32b', { ...home, thinks: 'reasoning_content', id: 'zero' }),
    chat('llamacpp', 'llamacpp', 'qwen3-32b', { ...home, thinks: 'reasoning_content', id: 'plain_32' }),
    chat('ollama', 'ollama', 'gpt-oss:20b', {
        shape: { fields: efforts('low', 'medium', 'high'), choices: [] },
        rules: template,
        thinks: 'reasoning',
        id: 'call_8',
    }),
    chat('lmstudio', 'lmstudio', 'qwen/qwen3-coder-30b', {
        shape: { fields: topK },
        rules: template,
        thinks: 'never',
        id: 'digits',
    }),
    chat('litellm', 'litellm', 'my-model', {
        shape: { fields: topK, assistant: thought },
        back: 'content',
        thinks: 'reasoning_content',
        id: 'call_24',
    }),
];

export const vendors = [
    ...openrouter,
    ...openai,
    deepseek,
    zai,
    zaiThinks,
    moonshot,
    ...minimax,
    ...mistral,
    ...groq,
    xai,
    cerebras,
    ...hosts,
    ...gemini,
    ...local,
    ...responding,
    ...imitations,
    anthropic,
];
