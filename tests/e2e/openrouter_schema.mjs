// The body of POST /api/v1/chat/completions as OpenRouter's API reference describes it
// (https://openrouter.ai/docs/api-reference/chat-completion, and the guides on reasoning tokens, tools,
// prompt caching and PDFs): every field it names, nothing else, and the limits it states.

import {
    any,
    array,
    boolean,
    either,
    integer,
    isObject,
    literal,
    map,
    nullable,
    number,
    object,
    string,
    stringOr,
    tagged,
} from './shapes.mjs';

export const toolName = string({ pattern: /^[a-zA-Z0-9_-]{1,64}$/ });
// Kimi's ids have the tool's name in them. Who else gets one is for chat_rules.mjs to find.
export const kimiId = /^functions\.[a-zA-Z0-9_-]{1,64}:\d+$/;
const toolId = string({ pattern: new RegExp(`^[a-zA-Z0-9_.:|-]{1,64}$|${kimiId.source}`) });
const cacheControl = object({ type: literal('ephemeral') }, { ttl: literal('5m', '1h') });

const textPart = object({ type: literal('text'), text: string({ min: 1 }) }, { cache_control: cacheControl });
const imageUrl = string({
    pattern: /^(https?:\/\/|data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$)/,
});
const imagePart = object({
    type: literal('image_url'),
    image_url: object({ url: imageUrl }, { detail: literal('auto', 'low', 'high') }),
});
const filePart = object({
    type: literal('file'),
    file: object(
        {
            file_data: string({
                pattern: /^(https?:\/\/|data:[a-z]+\/[a-z0-9.+-]+;base64,[A-Za-z0-9+/]+=*$)/,
            }),
        },
        { filename: string({ min: 1 }) },
    ),
});

const userContent = stringOr(
    array(tagged('type', { text: textPart, image_url: imagePart, file: filePart }), { min: 1 }),
    { min: 1 },
);
const textContent = stringOr(array(textPart, { min: 1 }), { min: 1 });

const format = literal(
    'unknown',
    'openai-responses-v1',
    'azure-openai-responses-v1',
    'xai-responses-v1',
    'anthropic-claude-v1',
    'google-gemini-v1',
    null,
);
const detailCommon = { format, id: nullable(string({ min: 1 })), index: integer({ min: 0 }) };
const reasoningDetail = tagged('type', {
    'reasoning.text': object(
        { type: any },
        { ...detailCommon, text: nullable(string()), signature: nullable(string()) },
    ),
    'reasoning.summary': object({ type: any, summary: string() }, detailCommon),
    'reasoning.encrypted': object({ type: any, data: string({ min: 1 }) }, detailCommon),
});

const toolCall = object({
    id: toolId,
    type: literal('function'),
    function: object({ name: toolName, arguments: string({ min: 2 }) }),
});

const effort = literal('max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none');
const name = { name: string({ min: 1 }) };

export const message = tagged('role', {
    system: object({ role: any, content: textContent }, name),
    developer: object({ role: any, content: textContent }, name),
    user: object({ role: any, content: userContent }, name),
    assistant: object(
        { role: any },
        {
            ...name,
            content: nullable(stringOr(array(textPart, { min: 1 }))),
            reasoning: nullable(string({ min: 1 })),
            reasoning_details: array(reasoningDetail, { min: 1 }),
            refusal: nullable(string()),
            tool_calls: array(toolCall, { min: 1 }),
        },
    ),
    tool: object({ role: any, tool_call_id: toolId, content: textContent }),
});

const parameters = (value, path, problems) => {
    if (!isObject(value)) problems.push(`${path}: expected object`);
    else if (value.type !== 'object') problems.push(`${path}: schema must have type 'object'`);
    else if (!isObject(value.properties)) problems.push(`${path}: object schema missing properties`);
    for (const word of ['oneOf', 'anyOf', 'allOf', 'enum', 'not']) {
        if (isObject(value) && Object.hasOwn(value, word)) {
            problems.push(`${path}: schema must not have '${word}' at the top level`);
        }
    }
};

const domains = array(string({ min: 1 }), { min: 1 });
const userLocation = object(
    { type: literal('approximate') },
    {
        city: nullable(string()),
        country: nullable(string()),
        region: nullable(string()),
        timezone: nullable(string()),
    },
);
const webSearch = object(
    { type: any },
    {
        parameters: object(
            {},
            {
                allowed_domains: domains,
                engine: literal('auto', 'native', 'exa', 'firecrawl', 'parallel'),
                excluded_domains: domains,
                max_characters: integer({ min: 1 }),
                max_results: integer({ min: 1, max: 25 }),
                max_total_results: integer({ min: 1 }),
                max_uses: integer({ min: 1 }),
                search_context_size: literal('low', 'medium', 'high'),
                user_location: userLocation,
            },
        ),
    },
);

const tool = tagged('type', {
    function: object(
        {
            type: any,
            function: object(
                { name: toolName },
                { description: string(), parameters, strict: nullable(boolean) },
            ),
        },
        { cache_control: cacheControl },
    ),
    'openrouter:web_search': webSearch,
    'openrouter:web_fetch': object({ type: any }, { parameters: map(any) }),
    'openrouter:datetime': object({ type: any }, { parameters: map(any) }),
});

const toolChoice = either((value) => {
    if (typeof value === 'string') return literal('auto', 'none', 'required');
    if (!isObject(value)) return undefined;
    if (value.type === 'function') return object({ type: any, function: object({ name: toolName }) });
    return object({ type: literal('openrouter:web_search', 'openrouter:web_fetch') });
});

const reasoning = object(
    {},
    {
        effort,
        max_tokens: integer({ min: 1 }),
        enabled: boolean,
        exclude: boolean,
        summary: literal('auto', 'concise', 'detailed'),
    },
);

const plugin = tagged('id', {
    web: object(
        { id: any },
        {
            enabled: boolean,
            engine: string(),
            exclude_domains: domains,
            include_domains: domains,
            max_results: integer({ min: 1 }),
            max_uses: integer({ min: 1 }),
            search_prompt: string({ min: 1 }),
            user_location: nullable(userLocation),
        },
    ),
    'file-parser': object(
        { id: any },
        { enabled: boolean, pdf: object({}, { engine: literal('mistral-ocr', 'native', 'cloudflare-ai') }) },
    ),
    'response-healing': object({ id: any }, { enabled: boolean }),
    'context-compression': object({ id: any }, { enabled: boolean, engine: string() }),
    moderation: object({ id: any }),
});

const responseFormat = tagged('type', {
    text: object({ type: any }),
    json_object: object({ type: any }),
    json_schema: object({
        type: any,
        json_schema: object(
            { name: toolName },
            { description: string(), schema: map(any), strict: nullable(boolean) },
        ),
    }),
});

const penalty = number({ min: -2, max: 2 });
const fraction = number({ min: 0, max: 1 });

export const chatRequest = object(
    {
        model: string({ pattern: /^~?[a-z0-9._-]+\/[a-zA-Z0-9._:-]+$/ }),
        messages: array(message, { min: 1 }),
    },
    {
        cache_control: cacheControl,
        frequency_penalty: penalty,
        logit_bias: nullable(map(number())),
        logprobs: nullable(boolean),
        max_completion_tokens: integer({ min: 1 }),
        max_tokens: integer({ min: 1 }),
        metadata: map(string({ max: 512 })),
        min_p: fraction,
        modalities: array(literal('text', 'image', 'audio'), { min: 1 }),
        models: array(string({ min: 1 }), { min: 1, max: 3 }),
        parallel_tool_calls: boolean,
        plugins: array(plugin, { min: 1 }),
        presence_penalty: penalty,
        prompt_cache_key: string({ min: 1, max: 64 }),
        provider: map(any),
        reasoning,
        reasoning_effort: effort,
        repetition_penalty: number({ min: 0, max: 2 }),
        response_format: responseFormat,
        seed: integer(),
        service_tier: literal('auto', 'default', 'fast', 'flex', 'priority', 'scale'),
        session_id: string({ min: 1, max: 256 }),
        stop: stringOr(array(string({ min: 1 }), { min: 1, max: 4 }), { min: 1 }),
        stream: boolean,
        stream_options: object({}, { include_usage: boolean }),
        temperature: number({ min: 0, max: 2 }),
        tool_choice: toolChoice,
        tools: array(tool, { min: 1, max: 128 }),
        top_a: fraction,
        top_k: integer({ min: 0 }),
        top_logprobs: integer({ min: 0, max: 20 }),
        top_p: fraction,
        trace: map(any),
        user: string({ min: 1, max: 256 }),
    },
);
