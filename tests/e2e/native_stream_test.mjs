// The path of a stream: its events, who is told when somebody leaves, silence, and failures on the way.

import assert from 'node:assert/strict';

import { CUT, END, chunk, steps } from './answers.mjs';
import { Stream, grammarProblems, message, post } from './http_client.mjs';
import { sharedStage } from './suite.mjs';

const stage = sharedStage();
const { test } = stage;

const model = 'openai/gpt-oss-120b';
const gate = () => {
    let open;
    const closed = new Promise((resolve) => {
        open = resolve;
    });
    return { closed, open };
};
// Scripts are found by the text of the question, so that tests do not disturb each other.
const scripts = new Map();
function say(question, answer) {
    scripts.set(question, answer);
    stage.upstream.answer = (request) => scripts.get(request.lastText);
    return message(question, { tools: [{ name: 'Bash', input_schema: { type: 'object' } }] });
}
const received = (question) => stage.upstream.request((r) => r.lastText === question);

test('a whole turn: thinking, text and two tools, in order and within the grammar', async () => {
    const body = say('turn', {
        reasoning: ['a', 'b'],
        text: ['Hel', 'lo ', '👋🏽'],
        interleave: true,
        tools: [
            { id: 'call_AbCdEfGh00000001', name: 'Bash', input: { command: 'x' } },
            { id: 'call_AbCdEfGh00000002', name: 'Bash', input: { command: 'yyyyyyyyyyyyyyyyyyyyyyyy' } },
        ],
    });
    const stream = await new Stream(stage.url, body).end();
    assert.equal(stream.status, 200);
    assert.match(stream.response.headers['content-type'], /^text\/event-stream/);
    assert.equal(stream.response.headers['content-encoding'], undefined);
    assert.equal(stream.response.headers['x-dragoman-model'], model);
    assert.equal(stream.response.headers['x-dragoman-provider'], 'Fireworks');
    assert.deepEqual(grammarProblems(stream.text), []);
    const { events } = stream;
    const start = events[0].data.message;
    assert.deepEqual(start.usage, {
        input_tokens: 0,
        output_tokens: 0,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
    });
    assert.equal(start.model, 'claude-opus-4-8');
    assert.deepEqual(
        events.filter((e) => e.name === 'content_block_start').map((e) => e.data.content_block.type),
        ['thinking', 'text', 'tool_use', 'tool_use'],
    );
    const end = events.find((e) => e.name === 'message_delta').data;
    assert.equal(end.delta.stop_reason, 'tool_use');
    assert.equal(end.usage.input_tokens, 1000);
    assert.equal(end.usage.output_tokens, 34);
    stage.upstream.assertClean();
});

test('bytes of the upstream may be cut anywhere', async () => {
    const whole = {
        reasoning: 'ü',
        text: 'Zwölf Boxkämpfer 🥊 jagen “Eva”',
        tools: [{ id: 'call_AbCdEfGh00000003', name: 'Bash', input: { command: 'é🥊' } }],
    };
    const plain = await new Stream(stage.url, say('whole bytes', whole)).end();
    const withoutIds = (text) => text.replace(/"msg_[^"]+"/g, '"msg_"');
    for (const split of [1, 2, 3, 7, 64]) {
        const { chatSteps } = await import('./answers.mjs');
        const cut = await new Stream(
            stage.url,
            say(`cut ${split}`, steps(chatSteps(model, whole), { split })),
        ).end();
        assert.equal(withoutIds(cut.text), withoutIds(plain.text), `pieces of ${split}`);
    }
});

test('an upstream that leaves out the blank lines between its events is understood as it goes', async () => {
    const { closed, open } = gate();
    const line = (delta, finish) => `data: ${JSON.stringify(chunk(model, delta, finish))}\n`;
    const answer = [line({ content: 'one ' }), line({ content: 'two ' }), closed];
    const rest = [line({ content: 'three' }), line({}, 'stop'), 'data: [DONE]\n'];
    const stream = new Stream(stage.url, say('no blank lines', steps([...answer, ...rest])));
    await stream.until((s) => s.text.includes('"one "'));
    open();
    await stream.end();
    const texts = stream.events.filter((e) => e.name === 'content_block_delta').map((e) => e.data.delta.text);
    assert.equal(texts.join(''), 'one two three');
    assert.equal(stream.events.find((e) => e.name === 'message_delta').data.delta.stop_reason, 'end_turn');
    assert.deepEqual(grammarProblems(stream.text), []);
});

test('text arrives while the upstream is still talking', async () => {
    const { closed, open } = gate();
    const stream = new Stream(stage.url, say('live', { text: ['first', ' second'], hold: closed }));
    await stream.until((s) => s.text.includes('"first"'));
    assert.ok(!stream.text.includes('second'));
    open();
    await stream.end();
    assert.match(stream.text, /second/);
    assert.deepEqual(grammarProblems(stream.text), []);
});

test('a client that leaves cancels the upstream: in the stream, before it, and without one', async () => {
    const never = new Promise(() => {});
    const during = new Stream(stage.url, say('leaves during', { text: ['first', 'second'], hold: never }));
    await during.until((s) => s.text.includes('"first"'));
    during.leave();
    await (
        await received('leaves during')
    ).left;

    const before = new Stream(stage.url, say('leaves before', steps([never])));
    const early = await received('leaves before');
    before.leave();
    await early.left;

    const { request } = await import('node:http');
    const bytes = JSON.stringify(say('leaves whole', { text: 'x', hold: never }));
    const whole = request(stage.url, {
        method: 'POST',
        path: '/v1/messages',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) },
    });
    whole.on('error', () => {});
    whole.end(bytes);
    const late = await received('leaves whole');
    whole.destroy();
    await late.left;
});

test('a client that closes only its sending half gets its answer', async () => {
    const { connect } = await import('node:net');
    const bytes = JSON.stringify({ ...say('half closed', { text: 'Still here.' }), stream: true });
    const got = await new Promise((done) => {
        const socket = connect({ port: stage.dragoman.port, host: '127.0.0.1', allowHalfOpen: true });
        let text = '';
        socket.on('data', (part) => {
            text += part;
        });
        socket.on('end', () => {
            socket.destroy();
            done(text);
        });
        socket.end(
            'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
                `Content-Length: ${Buffer.byteLength(bytes)}\r\n\r\n${bytes}`,
        );
    });
    assert.match(got, /message_stop/);
});

test('silence: status 200 after a while, then pings', async () => {
    const { closed, open } = gate();
    const silent = new Stream(
        stage.url,
        say('silence', steps([closed, chunk(model, { content: 'At last.' }, 'stop'), 'data: [DONE]\n\n'])),
    );
    await silent.until((s) => s.status === 200);
    assert.ok(!silent.text.includes('At last'));
    await silent.until((s) => s.text.split('event: ping').length > 2);
    open();
    await silent.end();
    assert.match(silent.text, /At last\./);
    assert.deepEqual(grammarProblems(silent.text), []);
});

test('an error before any content is an HTTP status', async () => {
    const failing = (code, text) =>
        steps([
            ': OPENROUTER PROCESSING\n\n',
            {
                id: 'gen-1',
                choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: 'error' }],
                error: { code, message: text },
            },
        ]);
    for (const [code, status, type] of [
        [502, 502, 'api_error'],
        [429, 429, 'rate_limit_error'],
        [503, 529, 'overloaded_error'],
        [401, 401, 'authentication_error'],
    ]) {
        const stream = await new Stream(
            stage.url,
            say(`early ${code}`, failing(code, 'early trouble')),
        ).end();
        assert.equal(stream.status, status, stream.text);
        assert.equal(JSON.parse(stream.text).error.type, type);
        assert.match(stream.text, /early trouble/);
    }
    const overflow = await new Stream(
        stage.url,
        say(
            'early overflow',
            failing(
                400,
                "This endpoint's maximum context length " +
                    'is 131072 tokens. However, you requested about 140000 tokens (140000 of text input).',
            ),
        ),
    ).end();
    assert.equal(overflow.status, 400);
    assert.equal(
        JSON.parse(overflow.text).error.message,
        'prompt is too long: 140000 tokens > 131072 maximum',
    );
});

test('an error after content closes the block, and nothing follows it', async () => {
    for (const [name, ...end] of [
        ['an error', { error: { code: 502, message: 'went away' }, choices: [] }],
        ['a cut', CUT],
        ['an early end', END],
    ]) {
        let seen;
        const arrived = new Promise((resolve) => {
            seen = resolve;
        });
        const body = say(`late ${name}`, steps([chunk(model, { content: 'Half' }), arrived, ...end]));
        const stream = new Stream(stage.url, body);
        await stream.until((s) => s.text.includes('Half'));
        seen();
        await stream.end();
        assert.equal(stream.status, 200);
        assert.deepEqual(grammarProblems(stream.text), [], name);
        const names = stream.events.map((event) => event.name);
        assert.deepEqual(names.slice(-2), ['content_block_stop', 'error'], name);
        assert.ok(!names.includes('message_stop'));
        assert.equal(stream.error, undefined, 'the body ends properly');
    }
});

test('a cut inside tool arguments never completes the tool', async () => {
    const half = chunk(model, {
        tool_calls: [
            {
                index: 0,
                id: 'call_AbCdEfGh00000004',
                type: 'function',
                function: { name: 'Bash', arguments: '{"command":"rm -' },
            },
        ],
    });
    const stream = await new Stream(stage.url, say('half a tool', steps([half, CUT]))).end();
    assert.ok(!/"stop_reason":"tool_use"/.test(stream.text));
    assert.ok(stream.status === 502 || stream.events.pop().name === 'error');
});

test('JSON in place of a stream, and a stream in place of JSON', async () => {
    const { chatSteps, chatWhole } = await import('./answers.mjs');
    const turn = { text: 'Either way.' };
    const asStream = await new Stream(
        stage.url,
        say('json', { status: undefined, body: chatWhole(model, turn) }),
    ).end();
    assert.deepEqual(grammarProblems(asStream.text), []);
    assert.match(asStream.text, /Either way\./);
    const asJson = await post(stage.url, say('sse', steps(chatSteps(model, turn))));
    assert.equal(asJson.json.content[0].text, 'Either way.');
    const page = await new Stream(
        stage.url,
        say('html', { body: '<html><body>Please log in</body></html>' }),
    ).end();
    assert.equal(page.status, 502);
    assert.equal(JSON.parse(page.text).error.type, 'api_error');
});

test('more than four stop sequences: four go upstream, the fifth is kept here', async () => {
    const sequences = ['AAA', 'BBB', 'CCC', 'DDD', 'STOP'];
    const body = { ...say('stops', { text: ['one ', 'two ST', 'OP three'] }), stop_sequences: sequences };
    const stream = await new Stream(stage.url, body).end();
    assert.deepEqual((await received('stops')).body.stop, sequences.slice(0, 4));
    const text = stream.events
        .filter((e) => e.data.delta?.type === 'text_delta')
        .map((e) => e.data.delta.text)
        .join('');
    assert.equal(text, 'one two ');
    const end = stream.events.find((e) => e.name === 'message_delta').data.delta;
    assert.deepEqual([end.stop_reason, end.stop_sequence], ['stop_sequence', 'STOP']);
});
