// The rules of the vendors themselves: each takes a conversation as its reference has it, and refuses what it is
// known to refuse. Without this a rule that never says no would go unnoticed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './harness.mjs';
import { test } from './suite.mjs';
import { nameOf } from './vendor_stage.mjs';
import { vendors } from './vendor_rules.mjs';

const exampleIds = { nine: ['abcDEF123', 'xyzXYZ789'], kimi: ['functions.Read:0', 'functions.Bash:1'] };
const idsOf = (vendor) => exampleIds[vendor.id] ?? ['call_AbCdEfGhIjKlMnOp', 'call_QrStUvWxYzAbCdEf'];
const thought = 'I look.';
const details = [{ type: 'reasoning.text', text: thought, format: 'unknown', index: 0 }];
const signature = 'c2lnbmVk';

const schema = {
    type: 'object',
    properties: { path: { type: 'string' } },
    required: ['path'],
};

// What the vendor has said: a thought with two calls, then an answer without a thought.
function memoryOf(vendor) {
    const calls = idsOf(vendor).map((id) => ({ id }));
    const shown = vendor.back === undefined || vendor.back === 'signatures' ? undefined : thought;
    const first = {
        thought: shown,
        calls,
        signature,
        details: vendor.back === 'details' ? details : undefined,
    };
    return { turns: [first, { calls: [] }], issued: new Map() };
}

// How that goes back.
const ways = {
    always: [{ reasoning_content: thought }, { reasoning_content: '' }],
    content: [{ reasoning_content: thought }, {}],
    details: [{ reasoning_details: details }, {}],
    parts: [{ content: [{ type: 'thinking', thinking: [{ type: 'text', text: thought }] }] }, {}],
};

function chatBody(vendor) {
    const [one, two] = idsOf(vendor);
    const signed =
        vendor.back === 'signatures' ? { extra_content: { google: { thought_signature: signature } } } : {};
    const call = (id, extra = {}) => ({
        id,
        type: 'function',
        function: { name: 'Read', arguments: '{"path":"a"}' },
        ...extra,
    });
    const [first, second] = ways[vendor.back] ?? [{}, {}];
    const answer = (id, content) => ({
        role: 'tool',
        tool_call_id: id,
        ...(vendor.preset === 'gemini' ? { name: 'Read' } : {}),
        content,
    });
    const closed = vendor.upstream === 'cerebras' ? { ...schema, additionalProperties: false } : schema;
    return {
        model: vendor.model,
        messages: [
            { role: 'system', content: 'You help.' },
            { role: 'user', content: 'Look.' },
            { role: 'assistant', content: null, ...first, tool_calls: [call(one, signed), call(two)] },
            answer(one, 'A'),
            answer(two, 'B'),
            { role: 'assistant', content: 'Done.', ...second },
            { role: 'user', content: 'Thanks.' },
        ],
        [vendor.limit ?? 'max_tokens']: 1000,
        ...(vendor.model === 'gpt-5.6-terra' ? { reasoning_effort: 'none' } : {}),
        tools: [{ type: 'function', function: { name: 'Read', description: 'Reads.', parameters: closed } }],
    };
}

const block = (id) => ({ type: 'tool_use', id, name: 'Read', input: { path: 'a' } });
const result = (id) => ({ type: 'tool_result', tool_use_id: id, content: 'A' });
const thinking = { type: 'thinking', thinking: thought, signature };

const messagesBody = (vendor) => ({
    model: vendor.model,
    max_tokens: 1000,
    messages: [
        { role: 'user', content: 'Look.' },
        { role: 'assistant', content: [thinking, block('toolu_1'), block('toolu_2')] },
        { role: 'user', content: [result('toolu_1'), result('toolu_2')] },
        { role: 'assistant', content: [{ type: 'text', text: 'Done.' }] },
        { role: 'user', content: 'Thanks.' },
    ],
    tools: [{ name: 'Read', input_schema: schema }],
});

function problemsOf(vendor, body) {
    const memory = memoryOf(vendor);
    if (vendor.dialect === 'messages') Object.assign(memory.turns[0], { thought, signature });
    const problems = [];
    vendor.shape(body, '$', problems);
    if (problems.length === 0) for (const rule of vendor.rules) rule(body, problems, memory);
    return problems.join('\n');
}

const bodyOf = (vendor) => (vendor.dialect === 'messages' ? messagesBody(vendor) : chatBody(vendor));
const checked = vendors.filter((vendor) => vendor.dialect !== 'responses' && vendor.preset !== 'openrouter');
const chats = checked.filter((vendor) => vendor.dialect === 'chat');
const imitations = checked.filter((vendor) => vendor.dialect === 'messages' && !vendor.passes);

test('every vendor takes a conversation as its reference has it', () => {
    for (const vendor of checked) assert.equal(problemsOf(vendor, bodyOf(vendor)), '', nameOf(vendor));
});

test('every preset of docs/providers.md is there, in every dialect', () => {
    const text = readFileSync(join(root, 'docs/providers.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `([a-z]+)` \| \[.*\| `[A-Z_]+` \| `([a-z]+)` \|(.*)\|$/gm)];
    assert.ok(rows.length > 20, `${rows.length} rows`);
    for (const [, preset, dialect, more] of rows) {
        const others = more.includes('both dialects') ? ['messages'] : [];
        const also = /also (.*)/.exec(more)?.[1].matchAll(/`(\w+)`/g) ?? [];
        const wanted = [
            dialect === 'auto' ? 'chat' : dialect,
            ...others,
            ...[...also].map((found) => found[1]),
        ];
        for (const each of wanted)
            assert.ok(
                vendors.some((vendor) => vendor.preset === preset && vendor.dialect === each),
                `${preset} in the dialect ${each}`,
            );
    }
});

// The same for all of `some`: what is changed, and what is said of it.
function refuses(name, some, change, said) {
    assert.ok(some.length > 0, name);
    test(`refused: ${name}`, () => {
        for (const vendor of some) {
            const body = structuredClone(bodyOf(vendor));
            change(body, vendor);
            assert.match(problemsOf(vendor, body), said, nameOf(vendor));
        }
    });
}
const by = (...names) => checked.filter((vendor) => names.includes(vendor.upstream));
const withBack = (...back) => checked.filter((vendor) => back.includes(vendor.back));
const except = (...names) => chats.filter((vendor) => !names.includes(vendor.upstream));

refuses(
    'a field that nobody knows',
    [...chats, ...imitations],
    (body) => (body.betas = []),
    /unrecognized key/,
);
refuses('a mark for a cache', chats, (body) => (body.messages[1].cache_control = {}), /unrecognized key/);
refuses(
    'a result that is missing',
    chats,
    (body) => body.messages.splice(4, 1),
    /must be followed by tool messages/,
);
refuses(
    'a result without a call',
    chats,
    (body) => body.messages.splice(2, 1),
    /must be a response to a preceding/,
);
refuses(
    'instructions between messages',
    except('openai_chat', 'azure_chat', 'github', 'deepseek', 'moonshot'),
    (body) => body.messages.splice(6, 0, { role: 'system', content: 'X' }),
    /must be at the beginning/,
);
refuses(
    'a thought that was lost',
    withBack('always', 'content'),
    (body) => delete body.messages[2].reasoning_content,
    /reasoning_content/,
);
refuses(
    'a thought that was changed',
    withBack('always', 'content'),
    (body) => (body.messages[2].reasoning_content += ' '),
    /reasoning_content/,
);
refuses(
    'a message without its thought',
    withBack('always'),
    (body) => delete body.messages[5].reasoning_content,
    /must be passed back/,
);
refuses(
    'details that were lost',
    withBack('details'),
    (body) => delete body.messages[2].reasoning_details,
    /reasoning_details/,
);
refuses(
    'parts that were lost',
    withBack('parts'),
    (body) => (body.messages[2].content = null),
    /thinking parts/,
);
refuses(
    'a signature that was lost',
    withBack('signatures'),
    (body) => delete body.messages[2].tool_calls[0].extra_content,
    /thought_signature/,
);
refuses(
    'thoughts where nobody wants them',
    by('groq', 'cerebras', 'xai', 'mistral', 'openai_chat'),
    (body) => (body.messages[2].reasoning_content = 'X'),
    /unrecognized key "reasoning_content"/,
);
refuses(
    'a picture for those who are blind',
    chats.filter((vendor) => vendor.blind),
    (body) => {
        const url = 'data:image/png;base64,iVBORw0KGgo=';
        body.messages[6].content = [{ type: 'image_url', image_url: { url } }];
    },
    /no known form/,
);
refuses(
    'parts where content is a string',
    by('nvidia'),
    (body) => (body.messages[6].content = [{ type: 'text', text: 'X' }]),
    /expected string/,
);
refuses(
    'ids of another length',
    by('mistral'),
    (body) => {
        body.messages[2].tool_calls[0].id = body.messages[3].tool_call_id = 'call_12345';
    },
    /does not match/,
);
refuses(
    'ids that are too long',
    by('openai_chat', 'github'),
    (body) => {
        body.messages[2].tool_calls[0].id = body.messages[3].tool_call_id = 'x'.repeat(41);
    },
    /does not match/,
);
refuses(
    'a user right after a tool',
    by('mistral'),
    (body) => body.messages.splice(5, 1),
    /Unexpected role 'user' after role 'tool'/,
);
refuses(
    'ids that are not its own',
    by('moonshot'),
    (body) => {
        body.messages[2].tool_calls[0].id = body.messages[3].tool_call_id = 'call_12345678';
    },
    /id of call 0/,
);
refuses(
    'a name that begins with a digit',
    by('moonshot', 'gemini'),
    (body) => (body.tools[0].function.name = '1st'),
    /does not match/,
);
refuses(
    'a type beside anyOf',
    by('moonshot'),
    (body) => (body.tools[0].function.parameters.anyOf = [{}]),
    /when using anyOf/,
);
refuses(
    'a schema as it is elsewhere',
    by('gemini'),
    (body) => (body.tools[0].function.parameters.$schema = 'x'),
    /Unknown name/,
);
refuses(
    'an open schema',
    by('cerebras'),
    (body) => delete body.tools[0].function.parameters.additionalProperties,
    /additionalProperties/,
);
refuses(
    'alternatives at the root',
    by('openai_chat', 'github'),
    (body) => (body.tools[0].function.parameters.anyOf = [{}]),
    /at the top level/,
);
refuses(
    'samples of one that reasons',
    by('moonshot', 'github'),
    (body) => (body.temperature = 0.5),
    /not supported/,
);
refuses(
    'a choice of tools that is not known',
    by('zai', 'ollama'),
    (body) => (body.tool_choice = 'required'),
    /tool_choice|expected "auto"/,
);
refuses(
    'a schema for the answer',
    by('deepseek', 'zai'),
    (body) => {
        body.response_format = { type: 'json_schema', json_schema: { name: 'x', schema } };
    },
    /no known form/,
);
refuses(
    'JSON without the word',
    by('deepseek', 'zai'),
    (body) => (body.response_format = { type: 'json_object' }),
    /must contain the word/,
);
refuses(
    'an effort',
    by('xai', 'zai', 'mistral'),
    (body) => (body.reasoning_effort = 'high'),
    /unrecognized key/,
);
refuses(
    'an effort beside tools',
    chats.filter((vendor) => vendor.model === 'gpt-5.6-terra'),
    (body) => delete body.reasoning_effort,
    /function tools go with 'none' only/,
);
refuses(
    'a result without the name of its tool',
    by('gemini'),
    (body) => delete body.messages[3].name,
    /name/,
);
refuses(
    'the other name of the limit',
    by('mistral', 'deepseek'),
    (body) => (body.max_completion_tokens = 1),
    /unrecognized key/,
);

refuses(
    'Messages: thinking that was lost',
    imitations,
    (body) => body.messages[1].content.shift(),
    /must be passed back/,
);
refuses(
    'Messages: adaptive thinking',
    imitations.filter((vendor) => vendor.preset !== 'minimax'),
    (body) => (body.thinking = { type: 'adaptive' }),
    /no known form/,
);
refuses(
    'Messages: a budget where thinking is adaptive',
    by('minimax_messages'),
    (body) => (body.thinking = { type: 'enabled', budget_tokens: 1024 }),
    /no known form/,
);
refuses(
    'Messages: a tool that nobody runs',
    by('zai_messages', 'moonshot_messages'),
    (body) => body.tools.push({ type: 'web_search_20250305', name: 'web_search' }),
    /input_schema|web_search/,
);
refuses(
    'Messages: a message of the system',
    imitations,
    (body) => body.messages.push({ role: 'system', content: 'X' }),
    /no known form/,
);
refuses(
    'Messages: whose device it is',
    imitations,
    (body) => (body.metadata = { user_id: '{"device_id":"a"}' }),
    /does not match/,
);
refuses(
    'Messages: a deferred tool',
    imitations,
    (body) => (body.tools[0].defer_loading = true),
    /unrecognized key/,
);
refuses(
    'Messages: a signature of ours',
    by('anthropic'),
    (body) => (body.messages[1].content[0].signature = 'dgm1.x'),
    /must be passed back/,
);
