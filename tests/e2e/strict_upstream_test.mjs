// The strict upstream judged by itself: what real servers refuse it refuses, and what they take it takes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chatRules } from './chat_rules.mjs';
import { messagesRequest, messagesRules } from './messages_schema.mjs';
import { modelById } from './models.mjs';
import { chatRequest } from './openrouter_schema.mjs';
import { canonical, readStrictJson, topLevelText } from './strict_json.mjs';
import { responsesOutput } from './responses_answers.mjs';
import { openaiModel, responsesRequest, responsesRules } from './responses_schema.mjs';
import { StrictUpstream } from './strict_upstream.mjs';

const user = { role: 'user', content: 'Hello' };
const tool = { type: 'function', function: { name: 'Bash', parameters: { type: 'object', properties: {} } } };
const called = (...ids) => ({
    role: 'assistant',
    content: null,
    tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'Bash', arguments: '{}' } })),
});
const result = (id, content = 'done') => ({ role: 'tool', tool_call_id: id, content });
const chat = (extra = {}) => ({ model: 'openai/gpt-oss-120b', messages: [user], ...extra });

function judged(body, schema = chatRequest, rules = chatRules) {
    const problems = [];
    schema(body, '$', problems);
    return problems.length > 0 ? problems : rules(body, modelById(body.model));
}

const accepted = {
    'a question': chat(),
    'a tool loop': chat({
        tools: [tool],
        tool_choice: 'auto',
        messages: [user, called('a', 'b'), result('b'), result('a'), user],
    }),
    'a system message in the middle, openai': chat({ messages: [user, { role: 'system', content: 'x' }] }),
    'reasoning that comes back': chat({
        messages: [
            user,
            {
                role: 'assistant',
                content: 'x',
                reasoning_details: [
                    {
                        type: 'reasoning.encrypted',
                        data: 'x',
                        format: 'openai-responses-v1',
                        id: 'rs_1',
                        index: 0,
                    },
                ],
            },
            user,
        ],
    }),
    'a forced server tool': chat({
        tools: [{ type: 'openrouter:web_search', parameters: { max_uses: 8 } }],
        tool_choice: { type: 'openrouter:web_search' },
    }),
    'a picture': chat({
        model: 'openai/gpt-5.5',
        messages: [
            {
                role: 'user',
                content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
            },
        ],
    }),
};

for (const [name, body] of Object.entries(accepted)) {
    test(`takes ${name}`, () => assert.deepEqual(judged(body), []));
}

const refused = {
    'an unknown field': [chat({ metadata_user: 1 }), /unrecognized key/],
    'an unknown key in a message': [
        chat({ messages: [{ ...user, cache_control: null }] }),
        /unrecognized key/,
    ],
    'an unknown key in a part': [
        chat({ messages: [{ role: 'user', content: [{ type: 'text', text: 'x', citations: null }] }] }),
        /unrecognized key/,
    ],
    'an empty list of tools': [chat({ tools: [] }), /too short/],
    'tool_choice without tools': [chat({ tool_choice: 'auto' }), /only allowed when tools/],
    'parallel_tool_calls without tools': [chat({ parallel_tool_calls: false }), /only allowed when tools/],
    'a choice that is not there': [
        chat({ tools: [tool], tool_choice: { type: 'function', function: { name: 'Read' } } }),
        /not in tools/,
    ],
    'a long tool name': [
        chat({ tools: [{ type: 'function', function: { name: 'x'.repeat(65) } }] }),
        /match/,
    ],
    'a tool twice': [chat({ tools: [tool, tool] }), /unique/],
    'a schema that is no object': [
        chat({
            tools: [
                {
                    type: 'function',
                    function: { name: 'x', parameters: { type: 'object', properties: {}, anyOf: [] } },
                },
            ],
        }),
        /anyOf/,
    ],
    'an empty tool id': [chat({ messages: [user, called(''), result(''), user] }), /match/],
    'an id used twice': [
        chat({ messages: [user, called('a'), result('a'), user, called('a'), result('a')] }),
        /used twice/,
    ],
    'a missing result': [chat({ messages: [user, called('a', 'b'), result('a'), user] }), /missing: b/],
    'a message between call and result': [
        chat({ messages: [user, called('a'), user, result('a')] }),
        /followed by/,
    ],
    'an orphan result': [chat({ messages: [user, result('a')] }), /preceding message/],
    'arguments that are no object': [
        chat({
            messages: [
                user,
                {
                    role: 'assistant',
                    content: null,
                    tool_calls: [{ id: 'a', type: 'function', function: { name: 'Bash', arguments: '[]' } }],
                },
                result('a'),
            ],
        }),
        /no.* object/,
    ],
    'empty content': [chat({ messages: [{ role: 'user', content: '' }] }), /short/],
    'blank content': [chat({ messages: [{ role: 'user', content: ' \n' }] }), /non-empty/],
    'an empty answer': [chat({ messages: [user, { role: 'assistant', content: '' }, user] }), /empty/],
    'five cache marks': [
        chat({
            model: 'anthropic/claude-sonnet-4.5',
            messages: [
                {
                    role: 'user',
                    content: Array.from({ length: 5 }, () => ({
                        type: 'text',
                        text: 'x',
                        cache_control: { type: 'ephemeral' },
                    })),
                },
            ],
        }),
        /maximum of 4/,
    ],
    'a cache mark for a model without': [
        chat({
            model: 'deepseek/deepseek-v3.2',
            messages: [
                {
                    role: 'user',
                    content: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }],
                },
            ],
        }),
        /means nothing/,
    ],
    'five stop sequences': [chat({ stop: ['a', 'b', 'c', 'd', 'e'] }), /more than 4/],
    'too many tokens': [chat({ max_tokens: 64000 }), /more than/],
    'a picture for a text model': [
        chat({
            messages: [
                {
                    role: 'user',
                    content: [{ type: 'image_url', image_url: { url: 'https://example.org/a.png' } }],
                },
            ],
        }),
        /image input/,
    ],
    'a system message in the middle': [
        chat({ model: 'qwen/qwen3-coder', messages: [user, { role: 'system', content: 'x' }] }),
        /beginning/,
    ],
    'a schema word for Gemini': [
        chat({
            model: 'google/gemini-3-pro',
            tools: [
                {
                    type: 'function',
                    function: {
                        name: 'x',
                        parameters: { type: 'object', properties: { a: { type: 'string', format: 'uri' } } },
                    },
                },
            ],
        }),
        /format/,
    ],
    'effort and budget together': [chat({ reasoning: { effort: 'low', max_tokens: 9 } }), /only one of/],
    'an effort the model lacks': [chat({ reasoning: { effort: 'xhigh' } }), /not one of/],
    'reasoning off where it is mandatory': [chat({ reasoning: { enabled: false } }), /mandatory/],
    'a model without author': [chat({ model: 'gpt-4o' }), /match/],
};

for (const [name, [body, reason]] of Object.entries(refused)) {
    test(`refuses ${name}`, () => assert.match(judged(body).join('; '), reason));
}

test('the Messages dialect refuses foreign signatures, unknown fields and unpaired tools', () => {
    const ask = (extra) =>
        judged(
            { model: 'anthropic/claude-sonnet-4.5', max_tokens: 10, messages: [user], ...extra },
            messagesRequest,
            messagesRules,
        ).join('; ');
    assert.equal(ask({}), '');
    assert.match(ask({ diagnostics: {} }), /unrecognized key/);
    assert.match(ask({ thinking: { type: 'adaptive', display: 'updates' } }), /display/);
    assert.match(
        ask({
            messages: [
                user,
                { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 'dgm1.abc' }] },
            ],
        }),
        /signature/,
    );
    assert.match(
        ask({
            messages: [
                user,
                { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'B', input: {} }] },
                user,
            ],
        }),
        /without `tool_result`/,
    );
    assert.match(
        ask({ model: 'deepseek/deepseek-v3.2', context_management: { edits: [] } }),
        /context management/,
    );
});

test('the JSON reader refuses what is only almost JSON', () => {
    const problems = (text) => readStrictJson(Buffer.from(text, 'latin1')).problems.join('; ');
    assert.equal(problems('{"a":[1,-0.5e3,"\\ud83d\\ude00",null,true]}'), '');
    assert.match(problems('{"a":1,"a":2}'), /twice/);
    assert.match(problems('{"a":"\\ud83d"}'), /surrogate/);
    assert.match(problems('{"a":"\xff"}'), /UTF-8/);
    for (const bad of ['{"a":1,}', '{a:1}', '[01]', '{"a":NaN}', '{} {}', '"\n"', '["a" "b"]', '', '[1']) {
        assert.notEqual(problems(bad), '', bad);
    }
    assert.deepEqual(topLevelText('{"a": [1, 2], "b":"x"}'), { a: '[1, 2]', b: '"x"' });
    assert.equal(canonical({ b: 1, a: [{ d: 1, c: 2 }] }), '{"a":[{"c":2,"d":1}],"b":1}');
});

test('the server refuses header fields of the client, wrong keys and lost reasoning', async () => {
    const upstream = await StrictUpstream.start({ key: 'k' });
    const { request } = await import('node:http');
    const post = (body, headers = {}) =>
        new Promise((done) => {
            const out = request(
                `${upstream.baseUrl}/chat/completions`,
                {
                    method: 'POST',
                    headers: { authorization: 'Bearer k', 'content-type': 'application/json', ...headers },
                },
                (response) => {
                    response.resume();
                    response.on('end', () => done(response.statusCode));
                },
            );
            out.end(JSON.stringify(body));
        });
    try {
        assert.equal(await post(chat()), 200);
        upstream.assertClean();
        assert.equal(await post(chat(), { 'anthropic-beta': 'x' }), 400);
        assert.equal(await post(chat(), { 'x-stainless-os': 'Linux' }), 400);
        assert.equal(await post(chat(), { authorization: 'Bearer other' }), 401);
        upstream.mustReturn.set('a', [{ type: 'reasoning.text', text: 'why' }]);
        assert.equal(await post(chat({ messages: [user, called('a'), result('a')] })), 400);
        assert.equal(upstream.violations.length, 4);
    } finally {
        await upstream.stop();
    }
});

// The same for OpenAI's Responses API.
const said = (role, text) => ({
    type: 'message',
    role,
    content: [
        role === 'assistant'
            ? { type: 'output_text', text, annotations: [] }
            : { type: 'input_text', text },
    ],
});
const functionCall = (id) => ({ type: 'function_call', call_id: id, name: 'Bash', arguments: '{}' });
const output = (id, text = 'done') => ({ type: 'function_call_output', call_id: id, output: text });
const flat = {
    type: 'function',
    name: 'Bash',
    parameters: { type: 'object', properties: {} },
    strict: false,
};
const asks = (extra = {}) => ({
    model: 'gpt-5.1',
    store: false,
    input: [said('user', 'Hello')],
    ...extra,
});
const talks = (...input) => asks({ input: [said('user', 'Hello'), ...input] });
const turn = responsesOutput('gpt-5.1', { reasoning: ['Hm.'], tools: [{ id: 'call_1', name: 'Bash' }] });
const issued = new Map([[turn[0].id, { item: turn[0], model: 'gpt-5.1', next: turn[1] }]]);

function judgedResponse(body) {
    const problems = [];
    responsesRequest(body, '$', problems);
    return problems.length > 0 ? problems : responsesRules(body, openaiModel(body.model), issued);
}

const acceptedResponses = {
    'a question': asks({ instructions: 'Be brief.', max_output_tokens: 16, stream: true }),
    'a tool loop': talks(functionCall('a'), functionCall('b'), output('b'), output('a'), said('user', 'x')),
    'a picture in a result': talks(functionCall('a'), {
        ...output('a'),
        output: [{ type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,iVBORw0KGgo=' }],
    }),
    'reasoning in front of its call': talks(turn[0], turn[1], output('call_1')),
    'the same without the id of the call': talks(turn[0], { ...turn[1], id: undefined }, output('call_1')),
    'a strict tool': asks({
        tools: [
            {
                ...flat,
                strict: true,
                parameters: {
                    type: 'object',
                    properties: { a: { type: 'string' } },
                    required: ['a'],
                    additionalProperties: false,
                },
            },
        ],
    }),
    'a developer in the middle': talks(said('assistant', 'x'), said('developer', 'y')),
};

const refusedResponses = {
    'a field of another dialect': [asks({ max_tokens: 5 }), /unrecognized key "max_tokens"/],
    'a function as Chat Completions has it': [
        asks({ tools: [{ type: 'function', function: { name: 'Bash' } }] }),
        /unrecognized key|required/,
    ],
    'a tool that does not say whether it is strict': [
        asks({ tools: [{ ...flat, strict: undefined }] }),
        /strict: expected boolean/,
    ],
    'a strict tool with an open schema': [
        asks({ tools: [{ ...flat, strict: true }] }),
        /'additionalProperties' is required/,
    ],
    'too few tokens': [asks({ max_output_tokens: 5 }), /outside 16/],
    'an answer that nobody stores': [asks({ store: true }), /store: expected false/],
    'the temperature of a model that reasons': [
        asks({ temperature: 1 }),
        /Unsupported parameter: 'temperature'/,
    ],
    'an effort that the model lacks': [
        asks({ reasoning: { effort: 'xhigh' } }),
        /Unsupported value: 'xhigh'/,
    ],
    'reasoning of a model that has none': [
        asks({ model: 'gpt-4.1-mini', include: ['reasoning.encrypted_content'] }),
        /Encrypted content is not supported/,
    ],
    'a call without output': [talks(functionCall('a')), /No tool output found for function call a/],
    'output without a call': [talks(output('a')), /No tool call found for function call output/],
    'a call twice': [talks(functionCall('a'), functionCall('a'), output('a')), /Duplicate item/],
    'arguments that are no object': [
        talks({ ...functionCall('a'), arguments: '[]' }, output('a')),
        /not a JSON object/,
    ],
    'text of the user in the answer': [
        talks({ type: 'message', role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }),
        /no known form/,
    ],
    'reasoning that led to nothing': [
        talks(turn[0], said('user', 'x')),
        /without its required following item/,
    ],
    'reasoning in front of another call': [
        talks(turn[0], functionCall('call_2'), output('call_2')),
        /without its required following item/,
    ],
    'reasoning that was changed': [
        talks({ ...turn[0], encrypted_content: 'x' }, turn[1], output('call_1')),
        /could not be verified/,
    ],
    'reasoning of another model': [
        { ...talks(turn[0], turn[1], output('call_1')), model: 'gpt-5-mini' },
        /could not be verified/,
    ],
    'parallel calls without tools': [asks({ parallel_tool_calls: false }), /only allowed when 'tools'/],
};

for (const [name, body] of Object.entries(acceptedResponses))
    test(`Responses: takes ${name}`, () => {
        assert.deepEqual(judgedResponse(JSON.parse(JSON.stringify(body))), []);
    });
for (const [name, [body, words]] of Object.entries(refusedResponses))
    test(`Responses: refuses ${name}`, () => {
        assert.match(judgedResponse(body).join('\n'), words);
    });
