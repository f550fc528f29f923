// LiteLLM as the upstream: what it makes of requests on their way up, and what becomes of its answers.

import assert from 'node:assert/strict';

import { CUT, chunk, failure, messageSteps, steps } from '../e2e/answers.mjs';
import { Stream, ask, grammarProblems, message, post } from '../e2e/http_client.mjs';
import { responsesOutput, responsesSteps } from '../e2e/responses_answers.mjs';
import { sharedRelay } from './litellm.mjs';

const relay = sharedRelay();
const ways = [
    { dialect: 'chat', model: 'gpt' },
    { dialect: 'chat', model: 'haiku' },
    { dialect: 'messages', model: 'gpt' },
    { dialect: 'messages', model: 'haiku' },
    { dialect: 'responses', model: 'sol' },
];
const everyWay = (name, body, options = {}) => {
    for (const way of ways) relay.test(name, { ...way, ...options }, (stage) => body(stage, way));
};

const tools = ['Bash', 'Read'].map((name) => ({
    name,
    description: `${name} something.`,
    input_schema: {
        type: 'object',
        properties: { what: { type: 'string' } },
        required: ['what'],
        additionalProperties: false,
    },
}));
const signature = Buffer.from('signed by the real one').toString('base64');
const blocksOf = (stream) => {
    const blocks = [];
    for (const { data } of stream.events) {
        if (data.type === 'content_block_start') blocks.push({ ...data.content_block, json: '' });
        if (data.type !== 'content_block_delta') continue;
        const block = blocks.at(-1);
        block.text = (block.text ?? '') + (data.delta.text ?? '');
        block.thinking = (block.thinking ?? '') + (data.delta.thinking ?? '');
        block.signature = data.delta.signature ?? block.signature;
        block.json += data.delta.partial_json ?? '';
    }
    return blocks;
};
const joined = (blocks, type, key) =>
    blocks
        .filter((block) => block.type === type)
        .map((block) => block[key])
        .join('');
const endOf = (stream) => stream.events.find((event) => event.name === 'message_delta').data;

const turn = (way) => ({
    ...(way.model === 'haiku' ? { thinking: 'I add them up.', signature } : {}),
    ...(way.model === 'gpt' ? { reasoning: ['I add ', 'them up.'] } : {}),
    ...(way.model === 'sol' ? { reasoning: ['I add them up.'] } : {}),
    text: 'The sum is 42 – «à vous» 你好.',
});

everyWay('plain talk, streamed', async ({ upstream, url }, way) => {
    upstream.script(turn(way));
    const asked = message('What is 20 + 22?', {
        system: 'You add numbers.',
        max_tokens: 2000,
        thinking: { type: 'enabled', budget_tokens: 1024 },
    });
    const stream = await new Stream(url, asked).end();
    assert.equal(stream.status, 200, stream.text);
    assert.deepEqual(grammarProblems(stream.text), []);
    const blocks = blocksOf(stream);
    assert.equal(joined(blocks, 'thinking', 'thinking'), 'I add them up.');
    assert.equal(joined(blocks, 'text', 'text'), 'The sum is 42 – «à vous» 你好.');
    if (way.dialect === 'messages' && way.model === 'haiku') {
        upstream.script({ text: 'Still 42.' });
        const [{ type, thinking, signature: sealed }] = blocks;
        const messages = [
            ...asked.messages,
            { role: 'assistant', content: [{ type, thinking, signature: sealed }, { type: 'text', text: '42' }] },
            { role: 'user', content: 'And now?' },
        ];
        const again = await post(url, { ...asked, messages });
        assert.equal(again.status, 200, again.text);
        assert.equal(upstream.paid[1].body.messages[1].content[0].signature, signature, 'as it came');
    }
    const { delta, usage } = endOf(stream);
    assert.equal(delta.stop_reason, 'end_turn');
    assert.equal(usage.output_tokens, 34);
    assert.equal(usage.input_tokens + usage.cache_read_input_tokens, 1200);
    const [request] = upstream.paid;
    assert.match(request.systemText, /You add numbers\./);
    assert.equal(request.lastText, 'What is 20 + 22?');
});

everyWay('plain talk, whole', async ({ upstream, url }, way) => {
    upstream.script(turn(way));
    const answer = await post(url, message('What is 20 + 22?'));
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.model, 'claude-opus-4-8');
    assert.equal(joined(answer.json.content, 'text', 'text'), 'The sum is 42 – «à vous» 你好.');
    assert.equal(joined(answer.json.content, 'thinking', 'thinking'), 'I add them up.');
    assert.equal(answer.json.stop_reason, 'end_turn');
    assert.equal(answer.json.usage.output_tokens, 34);
    assert.equal(upstream.paid[0].body.stream ?? false, false);
});

everyWay('two tools at once, and their results', async ({ upstream, url }, way) => {
    const calls = [
        { id: 'call_AbCdEfGh000000000001', name: 'Bash', input: { what: 'echo "a\\b" → c' } },
        { id: 'call_AbCdEfGh000000000002', name: 'Read', input: { what: 'notes.txt' } },
    ];
    if (way.model === 'haiku') calls.forEach((call, i) => (call.id = `toolu_01AbCdEfGhIjKlMnOpQrStU${i}`));
    // LiteLLM's own Messages endpoint mixes up arguments that come at the same time.
    const interleave = way.dialect === 'chat';
    upstream.script({ text: 'Both.', tools: calls, interleave }, { text: 'Done with both.' });
    const asked = message('Use both.', { tools, max_tokens: 2000 });
    const stream = await new Stream(url, asked).end();
    assert.equal(stream.status, 200, stream.text);
    assert.deepEqual(grammarProblems(stream.text), []);
    const blocks = blocksOf(stream);
    const called = blocks.filter((block) => block.type === 'tool_use');
    assert.deepEqual(
        called.map((block) => [block.name, JSON.parse(block.json)]),
        calls.map((call) => [call.name, call.input]),
    );
    assert.equal(new Set(called.map((block) => block.id)).size, 2);
    assert.equal(endOf(stream).delta.stop_reason, 'tool_use');

    const second = await post(url, {
        ...asked,
        messages: [
            ...asked.messages,
            {
                role: 'assistant',
                content: [
                    { type: 'text', text: 'Both.' },
                    ...called.map(({ id, name, json }) => ({
                        type: 'tool_use',
                        id,
                        name,
                        input: JSON.parse(json),
                    })),
                ],
            },
            {
                role: 'user',
                content: [
                    { type: 'tool_result', tool_use_id: called[0].id, content: 'a\\b → c' },
                    {
                        type: 'tool_result',
                        tool_use_id: called[1].id,
                        is_error: true,
                        content: [{ type: 'text', text: 'no such file' }],
                    },
                ],
            },
        ],
    });
    assert.equal(second.status, 200, second.text);
    assert.equal(joined(second.json.content, 'text', 'text'), 'Done with both.');
    const request = upstream.paid[1];
    assert.deepEqual(request.toolNames, ['Bash', 'Read']);
    assert.deepEqual(
        request.toolResults.map((result) => result.id),
        calls.map((call) => call.id),
        'the provider gets the ids back that it made',
    );
    assert.match(request.toolResults[0].text, /a\\b → c/);
    assert.match(request.toolResults[1].text, /no such file/);
});

everyWay('two tools, whole', async ({ upstream, url }) => {
    const calls = ['Bash', 'Read'].map((name, i) => ({
        id: `toolu_01AbCdEfGhIjKlMnOpQrStU${i}`,
        name,
        input: { what: `n${i}` },
    }));
    upstream.script({ tools: calls });
    const answer = await post(url, message('Use both.', { tools }));
    assert.equal(answer.status, 200, answer.text);
    const called = answer.json.content.filter((block) => block.type === 'tool_use');
    assert.deepEqual(
        called.map((block) => [block.name, block.input]),
        calls.map((call) => [call.name, call.input]),
    );
    assert.equal(answer.json.stop_reason, 'tool_use');
});

const claudesWords = 'prompt is too long: 140000 tokens > 128000 maximum';
const openaisWords =
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 140000 " +
    'tokens. Please reduce the length of the messages.';
const overflow = (way) =>
    way.model === 'haiku'
        ? { type: 'error', error: { type: 'invalid_request_error', message: claudesWords } }
        : { error: { code: 400, message: openaisWords, metadata: { provider_name: 'OpenAI' } } };

everyWay('a conversation that does not fit', async ({ upstream, url }, way) => {
    upstream.script(failure(400, overflow(way)));
    for (const stream of [true, false]) {
        const answer = await post(url, message(`Too long, ${stream}`, { stream }));
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.json.error.type, 'invalid_request_error');
        assert.match(answer.json.error.message, /^prompt is too long: 140000 tokens > 128000 maximum/);
    }
});

everyWay('a limited provider', async ({ upstream, url }, way) => {
    const body =
        way.model === 'haiku'
            ? { type: 'error', error: { type: 'rate_limit_error', message: 'Number of requests exceeded.' } }
            : { error: { code: 429, message: 'Rate limit exceeded' } };
    upstream.script(failure(429, body, { 'retry-after': '7' }));
    const answer = await post(url, message('Limited', { stream: true }));
    assert.equal(answer.status, 429, answer.text);
    assert.equal(answer.json.error.type, 'rate_limit_error');
    // In its Messages dialect LiteLLM does not say how long to wait.
    if (way.dialect === 'chat') assert.equal(answer.headers['retry-after'], '7');
});

everyWay('an overloaded provider', async ({ upstream, url }) => {
    upstream.script(failure(503, { error: { code: 503, message: 'Service overloaded' } }));
    const answer = await post(url, message('Overloaded', { stream: true }));
    assert.ok([529, 503, 500, 502].includes(answer.status), answer.text);
    assert.match(answer.json.error.type, /overloaded_error|api_error/);
});

everyWay(
    'a key that LiteLLM does not know',
    async ({ upstream, url }) => {
        const answer = await post(url, message('Hello'));
        assert.equal(answer.status, 401, answer.text);
        assert.equal(answer.json.error.type, 'authentication_error');
        assert.match(answer.json.error.message, /litellm/i);
        assert.ok(!answer.text.includes('sk-wrong'), 'no key is shown');
        assert.equal(upstream.paid.length, 0);
    },
    { key: 'sk-wrong-0123456789abcdef' },
);

everyWay(
    'a key that the provider refuses',
    async ({ upstream, url }) => {
        upstream.key = 'another';
        const answer = await post(url, message('Hello'));
        assert.equal(answer.status, 401, answer.text);
        assert.equal(answer.json.error.type, 'authentication_error');
    },
    { clean: false },
);

relay.test('a model that LiteLLM does not have', { dialect: 'chat', model: 'nobody' }, unknownModel);
relay.test('a model that LiteLLM does not have', { dialect: 'messages', model: 'nobody' }, unknownModel);
async function unknownModel({ url }) {
    const answer = await post(url, message('Hello'));
    assert.equal(answer.status, 404, answer.text);
    assert.equal(answer.json.error.type, 'not_found_error');
    assert.match(answer.json.error.message, /^model: claude-opus-4-8/);
}

everyWay('a stream that breaks off', async ({ upstream, url }, way) => {
    let cut;
    const heard = new Promise((done) => {
        cut = done;
    });
    const beginnings = {
        gpt: () => [chunk('openai/gpt-5.5', { content: 'half' }), chunk('openai/gpt-5.5', { content: ' a' })],
        haiku: () => messageSteps('anthropic/claude-haiku-4.5', { text: 'half' }).slice(0, 5),
        sol: () => {
            const said = { text: 'half of it' };
            const all = responsesSteps('gpt-5.1', responsesOutput('gpt-5.1', said), said);
            return all.slice(0, 1 + all.findIndex((step) => step.includes?.('output_text.delta')));
        },
    };
    upstream.script(steps([...beginnings[way.model](), heard, CUT]));
    const stream = new Stream(url, message('Hello'));
    await stream.until(() => stream.text.includes('half'));
    cut();
    await stream.end();
    assert.equal(stream.status, 200);
    assert.deepEqual(grammarProblems(stream.text), []);
    assert.match(joined(blocksOf(stream), 'text', 'text'), /^half/);
    assert.equal(stream.events.at(-1).name, 'error');
});

everyWay('more tokens than a model may write', async ({ upstream, url }) => {
    upstream.script({ text: 'Hello.' });
    await ask(url, '/v1/models'); // which waits for the list
    const answer = await post(url, message('Hello', { max_tokens: 200000 }));
    assert.equal(answer.status, 200, answer.text);
});

everyWay('tokens are counted', async ({ upstream, url }) => {
    const answer = await ask(url, '/v1/messages/count_tokens', {
        method: 'POST',
        body: { ...message('one two three '.repeat(100)), tools },
    });
    assert.equal(answer.status, 200, answer.text);
    assert.ok(answer.json.input_tokens > 300 && answer.json.input_tokens < 900, answer.text);
    assert.equal(upstream.paid.length, 0);
});

everyWay('its models are listed, with their windows', async ({ url }) => {
    const answer = await ask(url, '/v1/models?limit=1000');
    assert.equal(answer.status, 200);
    const listed = new Map(answer.json.data.map((entry) => [entry.id.split('/').pop(), entry]));
    for (const name of ['gpt', 'oss', 'haiku'])
        assert.ok(listed.has(name), `${name} in ${[...listed.keys()]}`);
    assert.equal(listed.get('haiku').max_input_tokens, 200000);
});
