// What vendors refuse, in their own words, and what of a request has to be given up for it. `refuse` sees the
// body that went upstream, `mended` the one that was taken.

import assert from 'node:assert/strict';

import { anthropic, extraForbidden, openai } from './refusing_upstream.mjs';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } };
const read = {
    name: 'Read',
    description: 'Reads a file.',
    input_schema: {
        type: 'object',
        properties: { path: { type: 'string', pattern: '^/' } },
        required: ['path'],
        additionalProperties: false,
    },
};
const call = { type: 'tool_use', id: 'toolu_0123456789abcdef01', name: 'Read', input: { path: '/a' } };
const result = { type: 'tool_result', tool_use_id: call.id, content: 'alpha' };
const called = [
    { role: 'user', content: 'Read it.' },
    { role: 'assistant', content: [call] },
    { role: 'user', content: [result] },
];
const mark = { type: 'ephemeral' };

const holds = (value, found) =>
    found(value) || (value !== null && typeof value === 'object' && Object.values(value).some((one) => holds(one, found)));
const has = (body, key) => holds(body, (value) => value !== null && typeof value === 'object' && key in value);
const ofType = (body, type) => holds(body, (value) => value?.type === type);
const lackingReasoning = (body) =>
    body.messages.findIndex((one) => one.role === 'assistant' && one.tool_calls && one.reasoning_content === undefined);
const systemAt = (body) =>
    body.messages.findIndex((one, i) => ['system', 'developer'].includes(one.role) && i > 0);

export const cases = [
    {
        name: 'a parameter, in OpenAI\'s words',
        request: { temperature: 0.5 },
        refuse: (body) =>
            body.temperature !== undefined &&
            openai("Unsupported parameter: 'temperature' is not supported with this model.", {
                param: 'temperature',
                code: 'unsupported_parameter',
            }),
        repaired: 'drop_parameter temperature',
        learned: /refuses temperature/,
        mended: (body) => assert.equal(body.max_tokens, 100),
    },
    {
        name: 'a parameter that nobody asked for, in vLLM\'s words',
        request: { stream: true },
        refuse: (body) =>
            body.stream_options !== undefined && {
                status: 400,
                body: {
                    object: 'error',
                    message:
                        "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted', 'input': {'include_usage': True}}]",
                    type: 'BadRequestError',
                    param: null,
                    code: 400,
                },
            },
        repaired: 'drop_parameter stream_options',
        learned: /refuses stream_options/,
    },
    {
        name: 'an effort beside tools, where even the model\'s own is one',
        quirks: ['reasoning_effort'],
        request: { tools: [read], thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
        refuse: (body) =>
            body.reasoning_effort !== 'none' &&
            openai(
                "Function tools with reasoning_effort are not supported for gpt-5.6 in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
                { param: 'reasoning_effort' },
            ),
        repaired: 'drop_parameter reasoning_effort.with_tools',
        learned: /refuses reasoning_effort.with_tools/,
        mended: (body) => assert.equal(body.reasoning_effort, 'none'),
    },
    {
        name: 'a summary of thoughts that the organisation may not see',
        dialect: 'responses',
        request: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
        refuse: (body) =>
            body.reasoning?.summary !== undefined &&
            openai('Your organization must be verified to generate reasoning summaries. Please go to: https://x.example', {
                param: 'reasoning.summary',
                code: 'unsupported_value',
            }),
        repaired: 'drop_parameter reasoning.summary',
        learned: /refuses reasoning.summary/,
        mended: (body) => assert.equal(body.reasoning.effort, 'high'),
    },
    {
        name: 'two parameters, one after the other',
        request: { temperature: 0.5, top_p: 0.9 },
        refuse: (body) =>
            (body.temperature !== undefined && extraForbidden(['body', 'temperature'])) ||
            (body.top_p !== undefined && extraForbidden(['body', 'top_p'])),
        refusals: 2,
        repaired: 'drop_parameter top_p',
        learned: /refuses temperature and top_p/,
    },
    {
        name: 'the name of max_tokens',
        refuse: (body) =>
            body.max_tokens !== undefined &&
            openai(
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                { param: 'max_tokens', code: 'unsupported_parameter' },
            ),
        repaired: 'rename_max_tokens',
        learned: /calls max_tokens max_completion_tokens/,
        mended: (body) => assert.equal(body.max_completion_tokens, 100),
    },
    {
        name: 'the newer name of max_tokens',
        quirks: ['max_completion_tokens'],
        refuse: (body) =>
            body.max_completion_tokens !== undefined && extraForbidden(['body', 'max_completion_tokens']),
        repaired: 'rename_max_tokens',
        learned: /calls max_completion_tokens max_tokens/,
        mended: (body) => assert.equal(body.max_tokens, 100),
    },
    {
        name: 'more output than the model gives',
        request: { max_tokens: 64000 },
        refuse: (body) =>
            body.max_tokens > 8192 && openai('Invalid max_tokens value, the valid range of max_tokens is [1, 8192]'),
        repaired: 'lower_max_tokens 8192',
        learned: /at most 8192 tokens of output/,
        mended: (body) => assert.equal(body.max_tokens, 8192),
    },
    {
        name: 'a tool that must be called, by a model that thinks',
        request: { tools: [read], tool_choice: { type: 'tool', name: 'Read' }, thinking: { type: 'adaptive' } },
        refuse: (body) =>
            typeof body.tool_choice === 'object' && openai('Thinking mode does not support this tool_choice'),
        repaired: 'weaken_tool_choice',
        learned: /no forced tool while it thinks/,
        mended: (body) => assert.match(JSON.stringify(body.messages[0]), /call of the tool Read/),
    },
    {
        name: 'a tool that must be called, by a router that finds nobody',
        request: { tools: [read], tool_choice: { type: 'any' }, thinking: { type: 'disabled' } },
        refuse: (body) =>
            body.tool_choice === 'required' && {
                status: 404,
                body: {
                    error: {
                        message:
                            "No endpoints found that support the provided 'tool_choice' value. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing",
                        code: 404,
                    },
                },
            },
        repaired: 'weaken_tool_choice',
        learned: /no forced tool at all/,
    },
    {
        name: 'a picture',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Look.' }, picture] }],
        refuse: (body) =>
            ofType(body, 'image_url') && {
                status: 400,
                body: 'Failed to deserialize the JSON body into the target type: messages[0]: unknown variant `image_url`, expected `text` at line 1 column 679',
            },
        repaired: 'drop_images',
        learned: /no pictures/,
        mended: (body) => assert.match(JSON.stringify(body.messages), /image omitted: model some-model accepts text only/),
    },
    {
        name: 'a system message in mid-conversation',
        quirks: ['system_anywhere'],
        request: { system: 'You help.' },
        messages: [
            { role: 'user', content: 'Hello.' },
            { role: 'assistant', content: 'Hello.' },
            { role: 'user', content: 'Go on.' },
            { role: 'system', content: 'Mind the time.' },
        ],
        refuse: (body) => systemAt(body) > 0 && openai('System message must be at the beginning.'),
        repaired: 'fold_system',
        learned: /no system message in mid-conversation/,
        mended: (body) => {
            assert.equal(body.messages[0].role, 'system');
            assert.match(JSON.stringify(body.messages), /<system-reminder>/);
        },
    },
    {
        name: 'any system message',
        request: { system: 'You help.' },
        refuse: (body) => body.messages[0].role === 'system' && openai('System role not supported'),
        repaired: 'fold_all_system',
        learned: /no system message at all/,
        mended: (body) => {
            assert.deepEqual([...new Set(body.messages.map((one) => one.role))].includes('system'), false);
            assert.equal(body.messages[0].role, 'user');
            assert.match(JSON.stringify(body.messages[0].content), /You help\..*Hello/);
        },
    },
    {
        name: 'strict tools',
        quirks: ['strict_tools', 'any_strict'],
        request: {
            tools: [{ ...read, strict: true, input_schema: { type: 'object', properties: { a: { type: 'string' } } } }],
        },
        refuse: (body) =>
            has(body.tools, 'strict') &&
            openai(
                "Invalid schema for function 'Read': In context=(), 'additionalProperties' is required to be supplied and to be false.",
                { param: 'tools[0].function.parameters', code: 'invalid_function_parameters' },
            ),
        repaired: 'drop_strict',
        learned: /no strict tools/,
    },
    {
        name: 'a keyword of a schema',
        request: { tools: [read] },
        refuse: (body) =>
            has(body.tools, 'additionalProperties') && {
                status: 400,
                body: [
                    {
                        error: {
                            code: 400,
                            message:
                                'Invalid JSON payload received. Unknown name "additionalProperties" at \'tools[0].function_declarations[0].parameters\': Cannot find field.',
                            status: 'INVALID_ARGUMENT',
                        },
                    },
                ],
            },
        repaired: 'simplify_schemas',
        learned: /simple schemas only/,
        mended: (body) => assert.deepEqual(body.tools[0].function.parameters.required, ['path']),
    },
    {
        name: 'marks for caches',
        quirks: ['cache_marks'],
        request: { system: [{ type: 'text', text: 'You help.', cache_control: mark }] },
        refuse: (body) =>
            has(body, 'cache_control') &&
            openai(
                "'messages.0' : for 'role:system' the following must be satisfied[('messages.0' : property 'cache_control' is unsupported)]",
            ),
        repaired: 'drop_cache_control',
        learned: /no marks for caches/,
    },
    {
        name: 'calls without the thought that led there',
        messages: called,
        request: { tools: [read] },
        refuse: (body) =>
            lackingReasoning(body) >= 0 &&
            openai(
                `Missing \`reasoning_content\` field in the assistant message at message index ${lackingReasoning(body)}. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls`,
            ),
        repaired: 'add_reasoning_content',
        learned: /wants its thinking back/,
    },
    {
        name: 'a parameter, as the first event of a stream',
        request: { temperature: 0.5, stream: true },
        refuse: (body) =>
            body.temperature !== undefined && {
                first: {
                    id: 'gen-1',
                    object: 'chat.completion.chunk',
                    model: body.model,
                    choices: [],
                    error: { code: 400, message: "Unsupported parameter: 'temperature' is not supported with this model." },
                },
            },
        repaired: 'drop_parameter temperature',
        learned: /refuses temperature/,
    },
    {
        name: 'a parameter of the Responses API',
        dialect: 'responses',
        request: { temperature: 0.5 },
        refuse: (body) =>
            body.temperature !== undefined &&
            openai("Unsupported parameter: 'temperature' is not supported with this model.", { param: 'temperature' }),
        repaired: 'drop_parameter temperature',
        learned: /refuses temperature/,
    },
    {
        name: 'marks for caches, in the Messages dialect',
        dialect: 'messages',
        request: {
            system: [{ type: 'text', text: 'You help.', cache_control: mark }],
            tools: [{ ...read, cache_control: mark }],
        },
        refuse: (body) =>
            has(body, 'cache_control') &&
            anthropic('system.0.cache_control: Extra inputs are not permitted'),
        repaired: 'drop_cache_control',
        learned: /no marks for caches/,
        mended: (body) => assert.equal(body.system[0].text, 'You help.'),
    },
    {
        name: 'a system message in mid-conversation, in the Messages dialect',
        dialect: 'messages',
        quirks: ['-vendor_messages'],
        messages: [
            { role: 'user', content: 'Hello.' },
            { role: 'system', content: 'Mind the time.' },
        ],
        refuse: (body) =>
            body.messages.some((one) => one.role === 'system') &&
            anthropic(
                'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
            ),
        repaired: 'fold_system',
        learned: /no system message in mid-conversation/,
        mended: (body) => assert.match(JSON.stringify(body.messages[0]), /<system-reminder>\\+nMind the time/),
    },
    {
        name: 'a picture, in the Messages dialect',
        dialect: 'messages',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Look.' }, picture] }],
        refuse: (body) => ofType(body, 'image') && anthropic('this model does not support image input'),
        repaired: 'drop_images',
        learned: /no pictures/,
        mended: (body) => assert.match(JSON.stringify(body.messages), /image omitted/),
    },
    {
        name: 'a field of a beta, in the Messages dialect',
        dialect: 'messages',
        quirks: ['-vendor_messages', 'context_edits'],
        request: { context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] } },
        refuse: (body) =>
            body.context_management !== undefined &&
            anthropic('context_management: Extra inputs are not permitted'),
        repaired: 'drop_parameter context_management',
        learned: /refuses context_management/,
    },
    {
        name: 'more output than Anthropic\'s own model gives',
        preset: 'anthropic',
        request: { max_tokens: 64000 },
        refuse: (body) =>
            body.max_tokens > 8192 &&
            anthropic(
                'max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku-20241022',
            ),
        repaired: 'lower_max_tokens 8192',
        learned: /at most 8192 tokens of output/,
        mended: (body) => assert.equal(body.max_tokens, 8192),
    },
];
