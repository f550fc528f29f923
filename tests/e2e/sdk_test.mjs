// Anthropic's own SDK as a second client, and streams in the manner of many providers: what it accumulates is
// exactly what they contain.

import Anthropic from '@anthropic-ai/sdk';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { openRouterFailure, steps } from './answers.mjs';
import { root } from './harness.mjs';
import { sharedStage } from './suite.mjs';

let client;
const stage = sharedStage({}, () => {
    client = new Anthropic({ baseURL: stage.url, apiKey: 'any-key-will-do', authToken: null, maxRetries: 0 });
});
const { test } = stage;

const ask = (content, extra = {}) => ({
    model: 'claude-opus-4-8',
    max_tokens: 1000,
    messages: [{ role: 'user', content }],
    ...extra,
});
const bash = {
    name: 'Bash',
    description: 'Runs a command',
    input_schema: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
};
const turn = {
    reasoning: ['Hm, ', 'well.'],
    text: 'Here: ü 👋🏽.',
    tools: [{ id: 'call_AbCdEfGh12345678', name: 'Bash', input: { command: 'ls "a b"' } }],
};

function assertIsTurn(message) {
    assert.deepEqual(
        message.content.map((block) => block.type),
        ['thinking', 'text', 'tool_use'],
    );
    const [thinking, text, tool] = message.content;
    assert.equal(thinking.thinking, 'Hm, well.');
    assert.equal(typeof thinking.signature, 'string');
    assert.equal(text.text, 'Here: ü 👋🏽.');
    assert.deepEqual(tool.input, turn.tools[0].input);
    assert.equal(tool.id, turn.tools[0].id);
    assert.equal(message.stop_reason, 'tool_use');
    assert.equal(message.model, 'claude-opus-4-8', 'the model that was asked for');
    assert.match(message.id, /^msg_/);
    assert.equal(message.usage.input_tokens, 1000);
    assert.equal(message.usage.cache_read_input_tokens, 200);
    assert.equal(message.usage.output_tokens, 34);
}

test('messages.create gives the whole answer', async () => {
    stage.upstream.script(turn);
    const { data, response } = await client.messages.create(ask('Go', { tools: [bash] })).withResponse();
    assertIsTurn(data);
    assert.equal(response.headers.get('x-dragoman-model'), 'openai/gpt-oss-120b');
    assert.match(response.headers.get('request-id'), /^req_|^gen-/);
    assert.ok(!stage.upstream.chats.pop().body.stream);
    stage.upstream.assertClean();
});

test('messages.stream gives the same answer in pieces', async () => {
    stage.upstream.script(turn);
    const stream = client.messages.stream(ask('Go', { tools: [bash] }));
    let text = '';
    let thinking = '';
    stream.on('text', (piece) => {
        text += piece;
    });
    stream.on('thinking', (piece) => {
        thinking += piece;
    });
    assertIsTurn(await stream.finalMessage());
    assert.equal(text, 'Here: ü 👋🏽.');
    assert.equal(thinking, 'Hm, well.');
    stage.upstream.assertClean();
});

test('messages.create with stream: true gives events in the order of the grammar', async () => {
    stage.upstream.script(turn);
    const types = [];
    for await (const event of await client.messages.create(ask('Go', { tools: [bash], stream: true }))) {
        types.push(event.type);
    }
    assert.equal(types[0], 'message_start');
    assert.deepEqual(types.slice(-2), ['message_delta', 'message_stop']);
    assert.equal(types.filter((type) => type === 'content_block_start').length, 3);
    assert.equal(types.filter((type) => type === 'content_block_stop').length, 3);
});

test('a tool loop through the SDK keeps the history as it was', async () => {
    stage.upstream.script(turn, { text: 'Two files.' });
    const first = await client.messages.stream(ask('Go', { tools: [bash] })).finalMessage();
    const second = await client.messages.create({
        model: 'claude-opus-4-8',
        max_tokens: 1000,
        tools: [bash],
        messages: [
            { role: 'user', content: 'Go' },
            { role: 'assistant', content: first.content },
            {
                role: 'user',
                content: [{ type: 'tool_result', tool_use_id: first.content[2].id, content: 'a\nb' }],
            },
        ],
    });
    assert.equal(second.content[0].text, 'Two files.');
    const sent = stage.upstream.chats.pop().messages;
    assert.deepEqual(
        sent.map((m) => m.role),
        ['user', 'assistant', 'tool'],
    );
    assert.equal(sent[1].content, 'Here: ü 👋🏽.');
    assert.equal(sent[2].content, 'a\nb');
    stage.upstream.assertClean();
});

test('errors have the class that the SDK gives their status', async () => {
    const wanted = [
        [400, Anthropic.BadRequestError],
        [401, Anthropic.AuthenticationError],
        [429, Anthropic.RateLimitError],
        [500, Anthropic.InternalServerError],
    ];
    for (const [status, type] of wanted) {
        stage.upstream.script(openRouterFailure(status, `status ${status} for a test`));
        await assert.rejects(client.messages.create(ask(`fail with ${status}`)), (error) => {
            assert.ok(error instanceof type, `${status}: ${error.constructor.name}`);
            assert.equal(error.error.type, 'error');
            return true;
        });
    }
    stage.upstream.script(steps([{ error: { code: 503, message: 'busy' } }]));
    await assert.rejects(
        client.messages.stream(ask('early error')).finalMessage(),
        (error) => error instanceof Anthropic.InternalServerError && error.status === 529,
    );
});

test('countTokens answers without the upstream', async () => {
    const before = stage.upstream.paid.length;
    const one = await client.messages.countTokens({
        model: 'claude-opus-4-8',
        messages: [{ role: 'user', content: 'Hello' }],
    });
    const more = await client.messages.countTokens({
        model: 'claude-opus-4-8',
        tools: [bash],
        system: 'You are kind.',
        messages: [{ role: 'user', content: 'Hello, how are you today?' }],
    });
    assert.ok(one.input_tokens > 0);
    assert.ok(more.input_tokens > one.input_tokens);
    assert.equal(stage.upstream.paid.length, before);
});

test('models.list gives one page with the Claude names, and models.retrieve one of them', async () => {
    const page = await client.models.list({ limit: 1000 });
    assert.equal(page.has_more, false);
    const ids = page.data.map((model) => model.id);
    assert.equal(new Set(ids).size, ids.length, 'no id twice');
    for (const id of [
        'claude-sonnet-4-5-20250929',
        'openai/gpt-oss-120b',
        'openai/gpt-5.5-mini',
        'deepseek/deepseek-v3.2',
    ]) {
        assert.ok(ids.includes(id), `${id} is missing`);
    }
    for (const model of page.data) {
        assert.equal(model.type, 'model');
        assert.ok(model.display_name.length > 0);
        assert.ok(!Number.isNaN(Date.parse(model.created_at)));
    }
    assert.equal((await client.models.retrieve('deepseek/deepseek-v3.2')).id, 'deepseek/deepseek-v3.2');
    await assert.rejects(client.models.retrieve('nobody/nothing'), Anthropic.NotFoundError);
});

const recordings = join(root, 'tests/golden/streams');

function contentOf(message) {
    const pick = (type, field) =>
        message.content
            .filter((block) => block.type === type)
            .map((block) => block[field])
            .join('');
    return {
        text: pick('text', 'text'),
        thinking: pick('thinking', 'thinking'),
        tools: message.content.filter((block) => block.type === 'tool_use'),
        stop_reason: message.stop_reason,
    };
}

function assertHolds(message, wanted, how) {
    const got = contentOf(message);
    for (const tool of got.tools) assert.match(tool.id, /^[a-zA-Z0-9_-]{1,64}$/);
    assert.equal(new Set(got.tools.map((tool) => tool.id)).size, got.tools.length, 'ids are unique');
    assert.deepEqual(
        { ...got, tools: got.tools.map(({ name, input }) => ({ name, input })) },
        {
            text: wanted.text,
            thinking: wanted.thinking,
            stop_reason: wanted.stop_reason,
            tools: wanted.tools.map(({ name, input }) => ({ name, input })),
        },
        how,
    );
    wanted.tools.forEach((tool, i) => {
        if (tool.id) assert.equal(got.tools[i].id, tool.id);
    });
    for (const [field, value] of Object.entries(wanted.usage)) {
        assert.equal(message.usage[field], value, `${how}: ${field}`);
    }
}

const tools = ['Bash', 'Read', 'Glob'].map((name) => ({
    name,
    input_schema: { type: 'object', properties: {} },
}));

for (const file of readdirSync(recordings)
    .filter((name) => name.endsWith('.message.json'))
    .sort()) {
    const name = file.slice(0, -'.message.json'.length);
    test(`a stream like ${name.replaceAll('_', ' ')} accumulates to what it contains`, async () => {
        const wanted = JSON.parse(readFileSync(join(recordings, file), 'utf8'));
        const bytes = readFileSync(join(recordings, `${name}.upstream.sse`));
        for (const [how, split] of [
            ['whole', undefined],
            ['in pieces of 5 bytes', 5],
        ]) {
            stage.upstream.script(steps([bytes], { split }));
            assertHolds(await client.messages.stream(ask(name, { tools })).finalMessage(), wanted, how);
        }
        stage.upstream.script(steps([bytes]));
        assertHolds(await client.messages.create(ask(name, { tools })), wanted, 'not streamed');
        stage.upstream.assertClean();
    });
}
