// A conversation with tools and thoughts behind three upstreams of three dialects, each of them the first of the
// chain in turn: it fails in every way there is, and the conversation goes on. Then each thing that can be given up
// for a refusal, at the first target of a route.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';

import { chatSteps, messageSteps } from './answers.mjs';
import { contentOf } from './conversation.mjs';
import { Dragoman, temporaryFolder } from './harness.mjs';
import { Stream, ask, grammarProblems, message, post } from './http_client.mjs';
import { readMetrics, valueIn } from './metrics_format.mjs';
import { CUT, DONE, PlainUpstream, chunk, events, json, messageStart, never, responseCreated } from './plain_upstream.mjs';
import { cases } from './rectify_cases.mjs';
import { RefusingUpstream } from './refusing_upstream.mjs';
import { responsesOutput, responsesSteps } from './responses_answers.mjs';
import { deafAddress, startStranger } from './routes_stage.mjs';
import { test } from './suite.mjs';

const names = ['chat', 'messages', 'responses'];
const stepsOf = {
    chat: chatSteps,
    messages: messageSteps,
    responses: (model, turn) => responsesSteps(model, responsesOutput(model, turn), turn),
};

const look = (name) => ({ id: `toolu_01AbCdEfGhIjKlMnOp${name.length}`, name: 'Look', input: { at: name } });

// Thinks and calls a tool, says what came of it, and says more when asked again.
const turnOf = (name, request) => {
    const asked = JSON.stringify(request.body);
    if (asked.includes('And again?')) return { text: `Again by ${name}.` };
    if (asked.includes('what was seen')) return { text: `Done by ${name}.` };
    const thought = `${name} thinks.`;
    return {
        ...(name === 'messages' ? { thinking: thought, signature: 'c2lnbmVk' } : { reasoning: [thought] }),
        text: 'I look.',
        tools: [look(name)],
    };
};
const speak = (name) => (request, response) =>
    events(...stepsOf[name](request.body.model, turnOf(name, request)))(request, response);

const metricsOf = async (dragoman) => {
    const [, url] = await dragoman.child.says(/metrics are at (http:[^/]*\/\/[^/"\s]+)/);
    return readMetrics((await ask(url, '/metrics')).text);
};

// `order`: the dialects of the first, the second and the third; `table`, `models`: what else is said of each, by position.
async function withThree(order, { url: address, table = {}, target, models = {} }, body) {
    const upstreams = {};
    for (const name of names) upstreams[name] = await PlainUpstream.start();
    for (const name of names) upstreams[name].script(speak(name));
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'config.toml');
    const tables = order.map((name, i) => {
        const at = i === 0 && address ? address : upstreams[name].url;
        const stated = models[i] ? `[upstreams.${name}.models.some-${name}]\n${models[i]}\n` : '';
        return `[upstreams.${name}]\nbase_url = "${at}"\ndialect = "${name}"\n${table[i] ?? ''}${stated}`;
    });
    const targets = order.map((name, i) => (i === 0 && target ? target(name) : `"${name}/some-${name}"`));
    writeFileSync(file, `[catalogue]\nenabled = false\n[metrics]\nlisten = "127.0.0.1:0"\n${tables.join('')}[[routes]]\ntargets = [${targets.join(', ')}]\n`, {
        mode: 0o600,
    });
    let dragoman;
    try {
        dragoman = await Dragoman.start({}, { folder, args: ['serve', '--config', file] });
        const [first, second, third] = order.map((name) => upstreams[name]);
        await body({ first, second, third, dragoman, url: dragoman.url });
    } catch (error) {
        error.message += `\n--- log ---\n${dragoman?.log.slice(-5000)}`;
        throw error;
    } finally {
        try {
            await dragoman?.stop();
        } finally {
            for (const name of names) await upstreams[name].stop();
            rmSync(folder, { recursive: true, force: true });
        }
    }
}

const tools = [{ name: 'Look', input_schema: { type: 'object', properties: { at: { type: 'string' } } } }];
const session = { 'x-claude-code-session-id': '5f4d0000-0000-4000-8000-000000000001' };

// Three requests; who answered each, and what had been tried.
// `ready` is waited for before each further request.
async function converse(url, ready = () => {}) {
    const messages = [{ role: 'user', content: 'What is there?' }];
    const tried = [];
    const step = async () => {
        const body = message('', { messages, tools, max_tokens: 4000, thinking: { type: 'adaptive' } });
        const stream = await new Stream(url, body, { headers: session }).end();
        assert.equal(stream.status, 200, stream.text);
        assert.deepEqual(grammarProblems(stream.text), []);
        assert.equal(stream.events.at(-1).name, 'message_stop');
        tried.push(stream.response.headers['x-dragoman-attempts'] ?? '');
        const content = contentOf(stream.events);
        messages.push({ role: 'assistant', content });
        return content;
    };
    const called = await step();
    const call = called.find((block) => block.type === 'tool_use');
    assert.ok(call, JSON.stringify(called));
    const seen = { type: 'tool_result', tool_use_id: call.id, content: 'what was seen' };
    messages.push({ role: 'user', content: [seen] });
    await ready();
    const done = await step();
    messages.push({ role: 'user', content: 'And again?' });
    await ready();
    const again = await step();
    const by = (content, word) => new RegExp(`^${word} by (\\w+)\\.$`).exec(content.at(-1).text)?.[1];
    return { by: [call.input.at, by(done, 'Done'), by(again, 'Again')], tried };
}

// The rest itself is what is waited for: 1 ms, and up to a tenth longer.
async function untilRested(url) {
    const over = performance.now() + 2;
    while (performance.now() < over) await ask(url, '/health');
}

const shortened = (tried) => tried.map((one) => one.replaceAll(/\/some-\w+/g, ''));

function assertWholeHistory(upstream, requests) {
    assert.equal(upstream.seen.length, requests);
    const last = JSON.stringify(upstream.seen.at(-1).body);
    for (const part of ['What is there?', 'I look.', 'what was seen', 'And again?']) assert.ok(last.includes(part), part);
    assert.ok(!last.includes('dgm1.'), 'no envelope goes upstream');
}

const down = json(503, { error: { message: 'No instances available' } });
const limited = json(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '60' });
const failedBy = (code, text) => ({ type: 'response.failed', response: { status: 'failed', error: { code, message: text } } });
const empties = {
    chat: events(chunk({ role: 'assistant', content: '' }), chunk({}, 'stop'), DONE),
    messages: events(
        messageStart,
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 0 } },
        { type: 'message_stop' },
    ),
    responses: events(responseCreated, { type: 'response.completed', response: { ...responseCreated.response, status: 'completed' } }),
};
const cuts = {
    chat: events(chunk({ role: 'assistant', content: '' }), CUT),
    messages: events(messageStart, CUT),
    responses: events(responseCreated, CUT),
};
const tooLong = "This model's maximum context length is 131072 tokens. However, your messages resulted in 190000 tokens.";
const inputTooLong = 'Your input exceeds the context window of this model. Please adjust your input and try again.';
const overflows = {
    chat: json(400, { error: { message: tooLong, code: 'context_length_exceeded' } }),
    messages: json(400, {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'prompt is too long: 190000 tokens > 131072 maximum' },
    }),
    responses: json(400, { error: { message: inputTooLong, type: 'invalid_request_error', param: 'input', code: 'context_length_exceeded' } }),
};

const stranger = await startStranger();
const nobody = await deafAddress();
after(() => stranger.stop());

const soon = (name) => `{ target = "${name}/some-${name}", first_byte = "150ms" }`;
const ways = {
    'is limited (429)': { answer: () => limited, words: ['429', 'resting', 'resting'], asked: 1 },
    'is overloaded (503)': { answer: () => down, words: ['503', '503', '503'], asked: 3 },
    'cannot be reached': { url: nobody, words: Array(3).fill('unreachable'), asked: 0 },
    'shows a certificate that nobody knows': { url: stranger.url, words: Array(3).fill('unreachable'), asked: 0 },
    'begins too late': { answer: () => never, target: soon, words: Array(3).fill('too late'), asked: 3 },
    'begins, and says nothing in time': {
        answer: (name) => events({ chat: chunk({ role: 'assistant', content: '' }), messages: messageStart, responses: responseCreated }[name], never),
        target: soon,
        words: Array(3).fill('too late'),
        asked: 3,
    },
    'answers with nothing': { answer: (name) => empties[name], words: Array(3).fill('failed'), asked: 3 },
    'breaks off before the first block': { answer: (name) => cuts[name], words: Array(3).fill('failed'), asked: 3 },
    'opens its breaker': {
        answer: () => down,
        table: { 0: 'breaker_failures = 2\nbreaker_rest = "10m"\n' },
        words: ['503', '503', 'resting'],
        asked: 2,
    },
};

for (const [i, dialect] of names.entries()) {
    const order = [dialect, names[(i + 1) % 3], names[(i + 2) % 3]];
    const [one, two, three] = order;

    for (const [name, way] of Object.entries(ways))
        test(`${one}, ${two}, ${three}: the first ${name}`, () =>
            withThree(order, way, async ({ first, second, third, url, dragoman }) => {
                if (way.answer) first.script(way.answer(one));
                const { by, tried } = await converse(url);
                assert.deepEqual(by, [two, two, two]);
                assert.deepEqual(shortened(tried), way.words.map((word) => `${one} ${word}, ${two} 200`));
                assert.equal(first.seen.length, way.asked);
                assertWholeHistory(second, 3);
                assert.equal(third.seen.length, 0);
                const families = await metricsOf(dragoman);
                for (const word of new Set(way.words))
                    assert.equal(
                        valueIn(families, 'dragoman_fallbacks_total', { target: `${one}/some-${one}`, reason: word }),
                        way.words.filter((other) => other === word).length,
                    );
                stranger.assertHeardNothing();
            }));

    test(`${one}, ${two}, ${three}: what does not fit goes to the larger window, and to no other`, () => {
        const windows = { 0: 'context = 131072', 1: 'context = 131072', 2: 'context = 400000' };
        return withThree(order, { models: windows }, async ({ first, second, third, url }) => {
            first.script(overflows[one]);
            const { by, tried } = await converse(url);
            assert.deepEqual(by, [three, three, three]);
            assert.deepEqual(shortened(tried), Array(3).fill(`${one} 400, ${three} 200`));
            assert.deepEqual([first.seen.length, second.seen.length], [3, 0]);
            assertWholeHistory(third, 3);
        });
    });

    test(`${one}, ${two}, ${three}: where no window is larger the client is told to compact`, () => {
        const windows = { 0: 'context = 131072', 1: 'context = 131072', 2: 'context = 64000' };
        return withThree(order, { models: windows }, async ({ first, url }) => {
            first.script(overflows[one]);
            const answer = await post(url, message('long'));
            assert.equal(answer.status, 400, answer.text);
            assert.match(answer.json.error.message, /^prompt is too long: \d+ tokens > \d+ maximum/);
            assert.equal(first.seen.length, 1);
        });
    });

    test(`${one}, ${two}, ${three}: a key that is refused is exchanged, and the session stays with the other`, () => {
        const keys = 'keys = [{ key = "sk-one-1111111111111111" }, { key = "sk-two-2222222222222222" }]\n';
        return withThree(order, { table: { 0: keys } }, async ({ first, second, url }) => {
            let refused;
            const keyOf = (request) => request.headers.authorization ?? request.headers['x-api-key'];
            first.script((request, response) => {
                refused ??= keyOf(request);
                const step = keyOf(request) === refused ? json(401, { error: { message: 'no such key' } }) : speak(one);
                return step(request, response);
            });
            const { by, tried } = await converse(url);
            assert.deepEqual(by, [one, one, one]);
            assert.deepEqual(shortened(tried), [`${one} 401, ${one} 200`, '', '']);
            assert.equal(first.seen.length, 4);
            assert.equal(second.seen.length, 0);
        });
    });

    test(`${one}, ${two}, ${three}: the breaker half opens, closes, and the conversation comes back`, () =>
        withThree(order, { table: { 0: 'breaker_failures = 1\nbreaker_rest = "1ms"\n' } }, async ({ first, url }) => {
            first.script(down, speak(one)); // then one request tries
            const { by, tried } = await converse(url, () => untilRested(url));
            assert.deepEqual(by, [two, one, one]);
            assert.deepEqual(shortened(tried), [`${one} 503, ${two} 200`, '', '']);
        }));

    test(`${one}, ${two}, ${three}: when two fail the third goes on, and comes back to the first`, () =>
        withThree(order, {}, async ({ first, second, third, url }) => {
            first.script(down, down, speak(one));
            second.script(cuts[two], empties[two]);
            const { by, tried } = await converse(url);
            assert.deepEqual(by, [three, three, one]);
            assert.deepEqual(shortened(tried), [
                `${one} 503, ${two} failed, ${three} 200`,
                `${one} 503, ${two} failed, ${three} 200`,
                '',
            ]);
            assert.equal(third.seen.length, 2);
            const history = JSON.stringify(first.seen.at(-1).body);
            for (const part of ['I look.', 'what was seen', `Done by ${three}.`, 'And again?'])
                assert.ok(history.includes(part), part);
        }));
}

test('an overflow in the events of the Responses API, too', () =>
    withThree(
        ['responses', 'chat', 'messages'],
        { models: { 0: 'context = 131072', 1: 'context = 131072', 2: 'context = 400000' } },
        async ({ first, url }) => {
            first.script(events(responseCreated, failedBy('context_length_exceeded', inputTooLong)));
            const { by } = await converse(url);
            assert.deepEqual(by, Array(3).fill('messages'));
        },
    ));

// --- What one dialect has no words for.

const words = [
    ['mcp_servers', { mcp_servers: [{ type: 'url', url: 'https://mcp.example/sse', name: 'x' }] }],
    ['container', { container: 'container_01AbCd' }],
    ['a toolset', { tools: [{ type: 'mcp_toolset', mcp_server_name: 'x' }] }],
];

// Anthropic's own API is the one that has all of it.
const ownApi = (order) => ({ [order.indexOf('messages')]: 'quirks = ["first_party"]\n' });
const inWords = ['chat', 'responses', 'messages'];

for (const [name, part] of words)
    for (const order of [
        ['chat', 'responses', 'messages'],
        ['responses', 'messages', 'chat'],
    ])
        test(`${name}: ${order.join(', ')}, and the one that has words for it is asked`, () =>
            withThree(order, { table: ownApi(order) }, async ({ first, second, third, url, dragoman }) => {
                const stream = await new Stream(url, message('And again?', part)).end();
                assert.equal(stream.status, 200, stream.text);
                assert.equal(contentOf(stream.events)[0].text, 'Again by messages.');
                const before = order.slice(0, order.indexOf('messages'));
                assert.equal(
                    stream.response.headers['x-dragoman-attempts'],
                    [...before.map((one) => `${one}/some-${one} unfit`), 'messages/some-messages 200'].join(', '),
                );
                const asked = [first, second, third].map((upstream) => upstream.seen.length);
                assert.deepEqual(asked, order.map((one) => (one === 'messages' ? 1 : 0)), 'nothing was sent to the others');
                const families = await metricsOf(dragoman);
                for (const one of before)
                    assert.equal(
                        valueIn(families, 'dragoman_fallbacks_total', { target: `${one}/some-${one}`, reason: 'unfit' }),
                        1,
                    );
            }));

test('what nobody has words for is refused in the words of the first', () =>
    withThree(inWords, { table: ownApi(inWords) }, async ({ third, url }) => {
        const [, part] = words[0];
        const alone = await post(url, message('Hello', { ...part, model: 'chat/some-chat' }));
        assert.equal(alone.status, 400);
        assert.match(alone.json.error.message, /^mcp_servers: .*configure the MCP servers in the client/);
        third.script(json(503, { error: { message: 'down' } }));
        const busy = await post(url, message('Hello', part));
        assert.equal(busy.status, 529, 'the one that could have done it may be back soon');
        assert.equal(
            busy.headers['x-dragoman-attempts'],
            'chat/some-chat unfit, responses/some-responses unfit, messages/some-messages 503',
        );
    }));

// --- Each thing that can be given up, at the first target of a route.

for (const one of cases.filter((each) => each.preset === undefined))
    test(`in a route: ${one.name}`, async () => {
        const vendor = await RefusingUpstream.start();
        const spare = await PlainUpstream.start();
        spare.script(speak('chat'));
        const folder = temporaryFolder();
        mkdirSync(folder, { recursive: true });
        const file = join(folder, 'config.toml');
        const quirks = one.quirks ? `quirks = ${JSON.stringify(one.quirks)}\n` : '';
        writeFileSync(
            file,
            `[catalogue]\nenabled = false\n[metrics]\nlisten = "127.0.0.1:0"\n` +
                `[upstreams.vendor]\nbase_url = "${vendor.origin}/v1"\ndialect = "${one.dialect ?? 'chat'}"\n${quirks}` +
                `[upstreams.spare]\nbase_url = "${spare.url}"\n` +
                `[[routes]]\ntargets = ["vendor/some-model", "spare/some-chat"]\n`,
            { mode: 0o600 },
        );
        const dragoman = await Dragoman.start({}, { folder, args: ['serve', '--config', file] });
        try {
            vendor.refuse = (body) => one.refuse(body) || undefined;
            const messages = one.messages ?? [{ role: 'user', content: 'Hello.' }];
            const body = { ...message('', one.request), messages };
            const answer = body.stream ? await new Stream(dragoman.url, body).end() : await post(dragoman.url, body);
            assert.equal(answer.status, 200, answer.text);
            assert.equal(vendor.asked.length, (one.refusals ?? 1) + 1);
            assert.equal(spare.seen.length, 0, 'nobody else is asked for what the first can do');
            one.mended?.(vendor.last.body);
            const [remedy] = one.repaired.split(' ');
            const families = await metricsOf(dragoman);
            const mended = valueIn(families, 'dragoman_mended_requests_total', { target: 'vendor/some-model', remedy });
            assert.equal(mended, one.refusals ?? 1);
            assert.equal(families.get('dragoman_fallbacks_total').samples.length, 0);
        } catch (error) {
            error.message += `\n--- log ---\n${dragoman.log.slice(-4000)}`;
            throw error;
        } finally {
            await dragoman.stop();
            await vendor.stop();
            await spare.stop();
            rmSync(folder, { recursive: true, force: true });
        }
    });
