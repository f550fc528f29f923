// What upstreams do that they should not, in all three dialects, and what becomes of keys, breakers and limits.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { Dragoman, run, temporaryFolder } from './harness.mjs';
import { Stream, ask, grammarProblems, message, post } from './http_client.mjs';
import {
    CUT,
    DONE,
    PlainUpstream,
    chatText,
    chunk,
    events,
    json,
    messageStart,
    never,
    responseCreated,
} from './plain_upstream.mjs';
import { test } from './suite.mjs';

const keys = ['sk-one-1111111111111111', 'sk-two-2222222222222222', 'sk-three-33333333333333'];
const down = json(503, { error: { message: 'down for a while' } });

const table = (name, { url }, settings = '') => `[upstreams.${name}]\nbase_url = "${url}"\n${settings}`;
const noLists = '[catalogue]\nenabled = false\n';
const models = '[models]\nbig = "ma"\n';
const route = (targets, settings = '') => `[[routes]]\n${settings}targets = ${JSON.stringify(targets)}\n`;

// The program between a client and up to four upstreams; `write` is given them and makes the configuration.
async function withProgram(write, body, { lists = [], workers = 1 } = {}) {
    const upstreams = await Promise.all([0, 1, 2, 3].map((i) => PlainUpstream.start({ models: lists[i] })));
    const [a, b, c, d] = upstreams;
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'config.toml');
    const rewrite = (text) => writeFileSync(file, text, { mode: 0o600 });
    rewrite(write({ a, b, c, d }));
    let dragoman;
    try {
        const args = ['serve', '--config', file, '--workers', String(workers)];
        dragoman = await Dragoman.start({ LOG_LEVEL: 'debug' }, { folder, args });
        const asked = () => upstreams.map((upstream) => upstream.seen.length);
        await body({ a, b, c, d, dragoman, url: dragoman.url, asked, rewrite });
    } catch (error) {
        error.message += `\n--- log ---\n${dragoman?.log.slice(-5000)}`;
        throw error;
    } finally {
        await dragoman?.stop();
        for (const upstream of upstreams) await upstream.stop();
        rmSync(folder, { recursive: true, force: true });
    }
}

const two = ({ a, b }, { ofA = '', ofB = '', top = '', ofRoute = '' } = {}) =>
    top + noLists + table('a', a, ofA) + table('b', b, ofB) + route(['a/ma', 'b/mb'], ofRoute) + models;

const textOf = (stream) =>
    stream.events
        .filter((event) => event.name === 'content_block_delta')
        .map((event) => event.data.delta.text ?? '')
        .join('');

const attempts = (answer) => (answer.response ?? answer).headers['x-dragoman-attempts'];

function recordsOf(dragoman) {
    const lines = dragoman.log.split('\n').filter((line) => line.includes('"path":"/v1/messages"'));
    return lines.map((line) => JSON.parse(line));
}

const recordUntil = (dragoman, found) => dragoman.child.until(() => recordsOf(dragoman).find(found));

// What `dragoman status` asks; the file with the token is the instance's own.
async function reportOf(dragoman) {
    const files = readdirSync(dragoman.folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.name.endsWith('.json'))) {
        const { token } = JSON.parse(readFileSync(join(file.parentPath ?? file.path, file.name), 'utf8'));
        if (!token) continue;
        const headers = { authorization: `Bearer ${token}` };
        return (await ask(dragoman.url, '/api/status', { headers })).json;
    }
    throw new Error('the instance has left no file');
}

const restingKeys = async (dragoman) =>
    (await reportOf(dragoman)).upstreams.flatMap((upstream) => upstream.resting_keys);

// --- What is no answer, in the dialects chat, messages, responses; the fourth target answers.

const chainOfFour = ({ a, b, c, d }) =>
    noLists +
    table('a', a) +
    table('b', b, 'dialect = "messages"\n') +
    table('c', c, 'dialect = "responses"\n') +
    table('d', d) +
    route(['a/ma', 'b/mb', 'c/mc', 'd/md']) +
    models;

const failedEvent = { type: 'response.failed', response: { status: 'failed', error: { code: 'server_error', message: 'x' } } };
const emptyDelta = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 0 } };
const opened = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
const completed = { type: 'response.completed', response: { ...responseCreated.response, status: 'completed' } };

const noAnswers = {
    'a status': [down, down, down],
    'an error as the first event': [
        events({ error: { code: 503, message: 'try later' } }),
        events({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }),
        events(failedEvent),
    ],
    'an empty body': [events(), events(), events()],
    'comments and pings': [events(': one\n\n', ': two\n\n'), events({ type: 'ping' }, { type: 'ping' }), events(': one\n\n')],
    'an end marker alone': [events(DONE), events(DONE), events(DONE)],
    'a beginning, and a reset': [
        events(chunk({ role: 'assistant', content: '' }), CUT),
        events(messageStart, opened, CUT),
        events(responseCreated, CUT),
    ],
    'a beginning, and a proper end': [
        events(chunk({ role: 'assistant', content: '' })),
        events(messageStart),
        events(responseCreated),
    ],
    'a finish without an answer': [
        events(chunk({ role: 'assistant', content: '' }), chunk({}, 'stop'), DONE),
        events(messageStart, emptyDelta, { type: 'message_stop' }),
        events(responseCreated, completed),
    ],
    'a message that stops at once': [down, events(messageStart, { type: 'message_stop' }), down],
    'a whole body that is an error': [
        json(200, { error: { code: 500, message: 'inner' } }),
        json(200, { type: 'error', error: { type: 'api_error', message: 'inner' } }),
        json(200, { error: { message: 'inner', code: 'server_error' } }),
    ],
    'a whole body without content': [
        json(200, { choices: [] }),
        json(200, { ...messageStart.message, stop_reason: 'end_turn' }),
        json(200, { id: 'resp_1', status: 'completed', output: [] }),
    ],
    'other statuses': [json(204, ''), json(302, '', { location: 'http://127.0.0.1:1/' }), json(404, 'nothing here')],
};

for (const [name, [first, second, third]] of Object.entries(noAnswers))
    test(`three dialects answer with ${name}, and the fourth target is asked`, () =>
        withProgram(chainOfFour, async ({ a, b, c, d, url, asked, dragoman }) => {
            a.script(first);
            b.script(second);
            c.script(third);
            d.script(chatText('at last'));
            const stream = await new Stream(url, message('streamed')).end();
            assert.equal(stream.status, 200, stream.text);
            assert.equal(textOf(stream), 'at last');
            assert.deepEqual(grammarProblems(stream.text), []);
            assert.match(attempts(stream), /^a\/ma [^,]+, b\/mb [^,]+, c\/mc [^,]+, d\/md 200$/);
            const whole = await post(url, message('whole'));
            assert.equal(whole.json.content[0].text, 'at last');
            assert.deepEqual(asked(), [2, 2, 2, 2]);
            const record = await recordUntil(dragoman, (one) => one.stream);
            assert.deepEqual([record.attempts, record.upstream, record.upstream_model], [4, 'd', 'md']);
            assert.equal(`${record.tried}, d/md 200`, attempts(stream));
        }));

test('a long request goes to each target as a whole', () =>
    withProgram(chainOfFour, async ({ a, b, c, d, url }) => {
        const long = Array.from({ length: 400000 }, (_, i) => `word${i}`).join(' ');
        a.script(down);
        b.script(down);
        c.script(down);
        d.script(chatText('at last'));
        const answer = await post(url, message(long));
        assert.equal(answer.status, 200);
        for (const upstream of [a, b, c, d]) assert.ok(JSON.stringify(upstream.seen[0].body).includes(long));
    }));

for (const [dialect, beginning, sign] of [
    ['messages', messageStart, 'event: ping\ndata: {"type":"ping"}\n\n'],
    ['chat', chunk({ role: 'assistant', content: '' }), ': PROCESSING\n\n'],
])
    test(`signs of life are no answer, and wait no longer than one may (${dialect})`, () =>
        withProgram(
            (all) => two(all, { ofA: `dialect = "${dialect}"\nfirst_byte = "300ms"\n` }),
            async ({ a, b, url, asked }) => {
                a.script((request, response) => {
                    events(beginning, never)(request, response);
                    const beats = setInterval(() => response.write(sign), 50);
                    response.on('close', () => clearInterval(beats));
                });
                b.script(chatText('b'));
                const stream = await new Stream(url, message('Hello')).end();
                assert.equal(textOf(stream), 'b');
                assert.equal(attempts(stream), 'a/ma too late, b/mb 200');
                await a.seen[0].left;
                assert.deepEqual(asked(), [1, 1, 0, 0]);
            },
        ));

// --- Answers that have begun.

async function halfAnswer(dragoman, upstream, first, last, body = {}) {
    let go;
    const read = new Promise((done) => {
        go = done;
    });
    upstream.script(events(...first, read, ...last));
    const stream = new Stream(dragoman.url, message('Hello', body));
    await stream.until((s) => s.text.includes('content_block_delta'));
    go();
    return stream.end();
}

test('what has begun is not begun again elsewhere, be it text or a thought', () =>
    withProgram(two, async ({ a, b, dragoman, asked }) => {
        b.script(chatText('somebody else'));
        const half = await halfAnswer(dragoman, a, [chunk({ content: 'half' })], [CUT]);
        assert.equal(textOf(half), 'half');
        assert.equal(half.events.at(-1).name, 'error');
        const thought = await halfAnswer(dragoman, a, [chunk({ reasoning_content: 'hm' })], [CUT]);
        assert.equal(thought.events.at(-1).name, 'error');
        assert.deepEqual(asked(), [2, 0, 0, 0]);
    }));

test('only what may pass is resumed', () =>
    withProgram(
        (all) => two(all, { ofRoute: 'midstream = "resume"\n' }),
        async ({ a, b, dragoman, asked }) => {
            b.script(chatText('somebody else'));
            const cut = await halfAnswer(dragoman, a, [chunk({ content: 'half' })], [CUT]);
            assert.equal(cut.events.at(-1).name, 'message_stop');
            assert.equal(cut.events.at(-2).data.delta.stop_reason, 'max_tokens');
            assert.deepEqual(grammarProblems(cut.text), []);
            const refused = { error: { code: 400, message: 'the content was flagged' } };
            const flagged = await halfAnswer(dragoman, a, [chunk({ content: 'half' })], [refused]);
            assert.equal(flagged.events.at(-1).name, 'error', 'asking for the rest would be refused as well');
            assert.deepEqual(asked(), [2, 0, 0, 0]);
        },
    ));

test('an answer of nothing that came slowly leaves no end behind when nobody else can be asked', () =>
    withProgram(
        (all) => two(all, { ofB: `key = "${keys[0]}"\n` }),
        async ({ a, b, url }) => {
            a.script(down);
            b.script(json(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '60' }));
            await post(url, message('one'));
            let finish;
            const late = new Promise((done) => {
                finish = done;
            });
            a.script(events(chunk({ role: 'assistant', content: '' }), late, chunk({}, 'stop'), DONE));
            const stream = new Stream(url, message('two'));
            await stream.until((s) => s.text.includes('message_start')); // after eight seconds
            finish();
            await stream.end();
            assert.deepEqual(
                stream.events.map((event) => event.name).filter((name) => name !== 'ping'),
                ['message_start', 'error'],
            );
        },
    ));

// --- Keys.

test('who could not answer, and what had to be given up, is counted', () =>
    withProgram(two, async ({ a, b, url, dragoman }) => {
        const unsupported = json(400, { error: { message: "Unsupported parameter: 'temperature' is not supported with this model." } });
        a.script(down, json(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '300' }));
        b.script((request, response) => (request.body.temperature === undefined ? chatText('b') : unsupported)(request, response));
        for (let i = 0; i < 3; ++i)
            assert.equal((await post(url, message(`${i}`, { temperature: 0.5 }))).status, 200);
        const report = await reportOf(dragoman);
        assert.deepEqual(report.fallbacks, [
            { target: 'a/ma', reason: '429', count: 1 },
            { target: 'a/ma', reason: '503', count: 1 },
            { target: 'a/ma', reason: 'resting', count: 1 },
        ]);
        assert.deepEqual(report.mended, [{ target: 'b/mb', remedy: 'drop_parameter', count: 1 }], 'once: then it is known');
        const env = { HOME: join(dragoman.folder, 'home'), XDG_STATE_HOME: join(dragoman.folder, 'home/state') };
        const { out } = await run(['status'], env);
        assert.match(out, /fallbacks +3: a\/ma 429 \(1\), a\/ma 503 \(1\), a\/ma resting \(1\)\n/);
        assert.match(out, /mended +1: b\/mb drop_parameter \(1\)\n/);
    }));

test('a key rests for as long as the answer says', () =>
    withProgram(
        (all) => two(all, { ofA: `key = "${keys[0]}"\n` }),
        async ({ a, b, url, dragoman, asked }) => {
            a.script(json(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '300' }));
            b.script(chatText('b'));
            assert.equal(attempts(await post(url, message('one'))), 'a/ma 429, b/mb 200');
            assert.equal(attempts(await post(url, message('two'))), 'a/ma resting, b/mb 200');
            assert.deepEqual(asked(), [1, 2, 0, 0]);
            const [rest] = await restingKeys(dragoman);
            assert.ok(rest.seconds > 290 && rest.seconds <= 300, `${rest.seconds} s`);
        },
    ));

test('one request that is too large keeps no key from the others', () =>
    withProgram(
        (all) => two(all, { ofA: `keys = [{ key = "${keys[0]}" }, { key = "${keys[1]}" }]\n` }),
        async ({ a, b, url, dragoman, asked }) => {
            const large = 'Request too large for gpt-5 on tokens per min (TPM): Limit 30000, Requested 40000';
            a.script(json(429, { error: { message: large } }), chatText('a'));
            b.script(chatText('b'));
            assert.equal(attempts(await post(url, message('large'))), 'a/ma 429, b/mb 200', 'the other key is no larger');
            assert.deepEqual(await restingKeys(dragoman), []);
            assert.equal((await post(url, message('small'))).json.content[0].text, 'a');
            assert.deepEqual(asked(), [2, 1, 0, 0]);
        },
    ));

test('each key gets one chance, however short its rest is', () =>
    withProgram(
        (all) => two(all, { ofA: `keys = [{ key = "${keys[0]}" }, { key = "${keys[1]}" }]\n` }),
        async ({ a, b, url, asked }) => {
            const limited = json(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '1' });
            a.script((request, response) => setTimeout(() => limited(request, response), 1100));
            b.script(chatText('b'));
            const answer = await post(url, message('Hello'));
            assert.equal(attempts(answer), 'a/ma 429, a/ma 429, b/mb 200');
            assert.deepEqual(asked(), [2, 1, 0, 0]);
        },
    ));

const pool = `keys = [${keys.map((key) => `{ key = "${key}" }`).join(', ')}]\n`;
const lasting = [
    ['refused', json(401, { error: { message: 'no such key' } }), 401, 'authentication_error'],
    ['without credit', json(402, { error: { message: 'pay' } }), 402, 'billing_error'],
    ['used up for today', json(429, { error: { message: 'free-models-per-day' } }), 429, 'rate_limit_error'],
];

for (const [name, answer, status, type] of lasting)
    test(`while every key is ${name} the client hears that, and is not told to come again`, () =>
        withProgram(
            ({ a }) => noLists + table('a', a, pool) + models,
            async ({ a, url, asked }) => {
                a.script(answer);
                for (const turn of ['first', 'second']) {
                    const refused = await post(url, message(turn));
                    assert.equal(refused.status, status, refused.text);
                    assert.equal(refused.json.error.type, type);
                    assert.equal(refused.headers['x-should-retry'], 'false');
                    assert.equal(refused.headers['retry-after'], undefined);
                }
                assert.deepEqual(asked(), [3, 0, 0, 0], 'each key once');
                assert.equal(new Set(a.seen.map((one) => one.headers.authorization)).size, 3);
            },
        ));

test('where all rest the client waits for the first that is back, and hears what was passed over', () =>
    withProgram(
        (all) => two(all, { ofA: `key = "${keys[0]}"\n`, ofB: `key = "${keys[1]}"\n` }),
        async ({ a, b, url, dragoman, asked }) => {
            a.script(json(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '20' }));
            b.script(json(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '50' }));
            await post(url, message('one'));
            const answer = await post(url, message('two'));
            assert.equal(answer.status, 429);
            assert.ok(Number(answer.headers['retry-after']) <= 20, answer.headers['retry-after']);
            assert.equal(attempts(answer), 'a/ma resting, b/mb resting');
            assert.deepEqual(asked(), [1, 1, 0, 0]);
            await recordUntil(dragoman, (one) => one.tried === 'a/ma resting, b/mb resting');
        },
    ));

test('keys are dealt out by weight, and everybody keeps the one they were dealt', () =>
    withProgram(
        ({ a }) =>
            noLists + table('a', a, `keys = [{ key = "${keys[0]}", weight = 3 }, { key = "${keys[1]}" }]\n`) + models,
        async ({ a, url }) => {
            a.script(chatText('a'));
            const keyOf = async (body, headers) => {
                assert.equal((await post(url, message('Hello', body), { headers })).status, 200);
                return a.seen.at(-1).headers.authorization;
            };
            const shares = new Map();
            for (let i = 0; i < 200; ++i) {
                const headers = { 'x-claude-code-session-id': `00000000-0000-4000-8000-${String(i).padStart(12, '0')}` };
                const key = await keyOf({}, headers);
                shares.set(key, (shares.get(key) ?? 0) + 1);
                if (i % 20 === 0) assert.equal(await keyOf({ max_tokens: 7 }, headers), key);
            }
            const [most, least] = [...shares.values()].sort((x, y) => y - x);
            assert.ok(most > 120 && most < 180 && least > 20, `${most} and ${least}`);
            const begun = new Map();
            for (let i = 0; i < 40; ++i) {
                const first = { role: 'user', content: `question ${i}` };
                const later = [first, { role: 'assistant', content: 'so' }, { role: 'user', content: 'and then?' }];
                begun.set(i, await keyOf({ messages: [first] }));
                assert.equal(await keyOf({ messages: later }), begun.get(i), 'a conversation stays where it began');
            }
            assert.equal(new Set(begun.values()).size, 2, 'clients that name no session are dealt out, too');
        },
    ));

// --- Requests that do not fit, and requests that are refused.

const windows = ({ a, b }) =>
    noLists +
    table('a', a, 'quirks = ["silent_overflow"]\n[upstreams.a.models.ma]\ncontext = 3000\n') +
    table('b', b, '[upstreams.b.models.mb]\ncontext = 200000\n') +
    route(['a/ma', 'b/mb']) +
    models;

test('what would be cut silently is not sent, and goes to the larger window', () =>
    withProgram(windows, async ({ a, b, url, asked }) => {
        a.script(chatText('a'));
        b.script(chatText('b'));
        const answer = await post(url, message('word '.repeat(20000)));
        assert.equal(answer.status, 200, answer.text);
        assert.equal(attempts(answer), 'a/ma too long, b/mb 200');
        assert.deepEqual(asked(), [0, 1, 0, 0]);
        const alone = await post(url, message('word '.repeat(20000), { model: 'a/ma' }));
        assert.match(alone.json.error.message, /^prompt is too long: \d+ tokens > 3000 maximum/);
    }));

test('max_tokens becomes what is left beside the prompt, for each target', () =>
    withProgram(windows, async ({ a, b, url }) => {
        a.script(down);
        b.script(chatText('b'));
        await post(url, message('word '.repeat(800), { max_tokens: 9000 }));
        assert.ok(a.seen[0].body.max_tokens > 1024 && a.seen[0].body.max_tokens < 2200, String(a.seen[0].body.max_tokens));
        assert.equal(b.seen[0].body.max_tokens, 9000);
    }));

test('a request that a target has refused is not sent there again at once', () =>
    withProgram(two, async ({ a, b, url, asked }) => {
        a.script(json(400, { error: { message: 'bad parameter foo' } }));
        b.script(chatText('b'));
        for (let i = 0; i < 3; ++i) {
            const answer = await post(url, message('again and again'));
            assert.equal(answer.status, 400);
            assert.match(answer.json.error.message, /bad parameter foo/);
        }
        assert.deepEqual(asked(), [1, 0, 0, 0]);
    }));

// --- Names.

test('a client that may name no targets still gets what the configuration names', () =>
    withProgram(
        ({ a, b }) =>
            '[server]\nclient_targets = false\n[models]\nbig = "ma"\nsmall = "b/mb"\n' + table('a', a) + table('b', b),
        async ({ a, b, url, asked }) => {
            a.script(chatText('a'));
            b.script(chatText('b'));
            const picker = await ask(url, '/v1/models', { headers: { 'user-agent': 'claude-code/2.1.329' } });
            const [, small] = picker.json.data.map((model) => model.id);
            assert.equal(small, 'anthropic-via/b/mb');
            assert.equal((await post(url, message('Hello', { model: small }))).json.content[0].text, 'b');
            assert.equal(b.seen[0].body.model, 'mb');
            assert.equal((await post(url, message('Hello', { model: 'b/other' }))).json.content[0].text, 'a');
            assert.equal(a.seen[0].body.model, 'b/other', 'a name of the first, whatever it begins with');
            const list = await ask(url, '/v1/models');
            assert.ok(!list.json.data.some((model) => model.id === 'b/other'));
            assert.deepEqual(asked(), [1, 1, 0, 0]);
        },
        { lists: [[{ id: 'ma' }], [{ id: 'mb' }, { id: 'other' }]] },
    ));

test('where nobody has named a model the first of the list answers for Claude, at each upstream that is named alone', () =>
    withProgram(
        ({ a, b }) => table('a', a) + table('b', b) + route(['a', 'b']),
        async ({ a, b, url, dragoman, asked }) => {
            await dragoman.child.says(/"model list fetched","upstream":"a"/);
            await dragoman.child.says(/"model list fetched","upstream":"b"/);
            a.script(down);
            b.script(chatText('b'));
            const answer = await post(url, message('Hello'));
            assert.equal(attempts(answer), 'a/qwen3-coder 503, b/glm-5 200');
            assert.deepEqual([a.seen[0].body.model, b.seen[0].body.model], ['qwen3-coder', 'glm-5']);
            const word = await post(url, message('Hello', { model: 'some-model' }));
            assert.equal(attempts(word), 'a/some-model 503, b/some-model 200', 'what a client names itself stays');
            const alone = await post(url, message('Hello', { model: 'b' }));
            assert.equal(alone.status, 200);
            assert.equal(b.seen.at(-1).body.model, 'glm-5', 'the name of an upstream');
            assert.deepEqual(asked(), [2, 3, 0, 0]);
        },
        { lists: [[{ id: 'nomic-embed-text' }, { id: 'qwen3-coder' }], [{ id: 'glm-5' }]] },
    ));

test('an upstream without a list and without a named model is passed over, and says what is missing', () =>
    withProgram(
        ({ a, b }) => noLists + table('a', a) + table('b', b) + route(['a', 'b/mb']),
        async ({ b, url, asked }) => {
            b.script(chatText('b'));
            assert.equal((await post(url, message('Hello'))).json.content[0].text, 'b');
            const alone = await post(url, message('Hello', { model: 'a' }));
            assert.equal(alone.status, 404);
            assert.match(alone.json.error.message, /nothing says which model of a answers for default: name one/);
            assert.deepEqual(asked(), [0, 1, 0, 0]);
        },
    ));

test('x-dragoman-route names models that could be one', () =>
    withProgram(two, async ({ a, url, asked }) => {
        a.script(chatText('a'));
        for (const model of ['', '../x', 'a b', 'a//b', '\u00fc', '"', 'x'.repeat(300)]) {
            const headers = { 'x-dragoman-route': `a/${model}` };
            const answer = await post(url, message('Hello'), { headers });
            assert.equal(answer.status, 400, model);
            assert.match(answer.json.error.message, /no name that a model could have/);
        }
        const answer = await post(url, message('Hello'), { headers: { 'x-dragoman-route': 'a/ma[1m]' } });
        assert.equal(answer.status, 200);
        assert.equal(a.seen[0].body.model, 'ma');
        assert.deepEqual(asked(), [1, 0, 0, 0]);
    }));

// --- Breakers, limits, deadlines.

test('half open, one of twenty requests tries, and all may as soon as it is answered', () =>
    withProgram(
        (all) => two(all, { ofA: 'breaker_failures = 2\nbreaker_rest = "100ms"\n' }),
        async ({ a, b, url }) => {
            a.script(down);
            b.script(chatText('b'));
            while (attempts(await post(url, message('x'))) !== 'a/ma resting, b/mb 200');
            let answer;
            let end;
            const steps = [new Promise((done) => { answer = done; }), new Promise((done) => { end = done; })];
            a.script(events(steps[0], chunk({ content: 'the probe' }), steps[1], chunk({}, 'stop'), DONE));
            a.forget();
            let probe;
            while (a.seen.length === 0) {
                probe = new Stream(url, message('probe'));
                await Promise.race([probe.end(), a.until(() => a.seen.length > 0)]);
            }
            const beside = await Promise.all(
                Array.from({ length: 20 }, () => post(url, message('y'), { agent: false })),
            );
            assert.ok(beside.every((one) => attempts(one) === 'a/ma resting, b/mb 200'));
            assert.equal(a.seen.length, 1, 'one probe');
            a.script(chatText('a'));
            answer();
            await probe.until((s) => s.text.includes('the probe'));
            assert.equal((await post(url, message('z'))).json.content[0].text, 'a', 'while the probe still answers');
            end();
            assert.equal((await probe.end()).events.at(-1).name, 'message_stop');
        },
        { workers: 4 },
    ));

test('a client that leaves in the second attempt gives its places back', () =>
    withProgram(
        (all) => two(all, { ofA: 'parallel = 1\n', ofB: 'parallel = 1\n', top: '[limits]\nall = { requests = 1 }\n' }),
        async ({ a, b, url, dragoman }) => {
            a.script(down);
            for (let i = 1; i <= 3; ++i) {
                b.forget();
                b.script(never, chatText('b'));
                const stream = new Stream(url, message('Hello'));
                await b.until(() => b.seen.length === 1);
                stream.leave();
                await b.seen[0].left;
                await dragoman.child.until(
                    () => recordsOf(dragoman).filter((one) => one.outcome === 'client_cancelled').length === i,
                );
                assert.equal((await post(url, message('again'))).json.content[0].text, 'b');
            }
        },
    ));

test('a place is free before the client can know that its answer is over', () =>
    withProgram(
        (all) =>
            two(all, { ofA: 'parallel = 1\n', top: '[limits]\nall = { requests = 1, body_bytes = "64MiB" }\n' }),
        async ({ a, b, url, asked }) => {
            a.script(chatText('a'));
            b.script(chatText('b'));
            for (let i = 0; i < 1500; ++i) {
                const answer = i % 2
                    ? await post(url, message('x'), { agent: false })
                    : await new Stream(url, message('x')).end();
                assert.equal(answer.status, 200, `request ${i}`);
            }
            assert.deepEqual(asked(), [1500, 0, 0, 0], 'nor is another target asked');
        },
        { workers: 4 },
    ));

test('all attempts together have the time of one answer', () =>
    withProgram(
        (all) => {
            const times = 'stream_total = "900ms"\nfirst_byte = "600ms"\n';
            return two(all, { ofA: times, ofB: times });
        },
        async ({ a, b, url, asked }) => {
            a.script(never);
            b.script(never);
            const begun = Date.now();
            const answer = await post(url, message('Hello'));
            assert.equal(answer.status, 502, answer.text);
            assert.ok(Date.now() - begun < 1190, 'less than twice the time of a first byte');
            assert.match(attempts(answer), /^a\/ma too late, b\/mb failed$/);
            assert.deepEqual(asked(), [1, 1, 0, 0]);
        },
    ));

// --- Configurations that change, and lists that do not come.

test('requests finish with the targets they began with, also when those leave the configuration', () =>
    withProgram(two, async ({ a, b, c, url, dragoman, rewrite }) => {
        let fail;
        const held = new Promise((done) => {
            fail = done;
        });
        a.script(async (request, response) => {
            await held;
            down(request, response);
        });
        b.script(chatText('b'));
        c.script(chatText('c'));
        const running = new Stream(url, message('Hello'));
        await a.until(() => a.seen.length === 1);
        a.script(chatText('a')); // who asks before the configuration is read
        rewrite(noLists + table('c', c) + '[models]\nbig = "mc"\n');
        dragoman.child.signal('SIGHUP');
        const answers = async () => (await post(url, message('new'))).json.content[0].text;
        for (let one = await answers(); one !== 'c'; one = await answers()) assert.equal(one, 'a');
        fail();
        assert.equal(textOf(await running.end()), 'b');
    }));

test('an upstream that does not answer keeps no other list waiting', async () => {
    const silent = createServer(() => {});
    await new Promise((done) => silent.listen(0, '127.0.0.1', done));
    try {
        await withProgram(
            ({ a, b }) =>
                table('a', a) +
                table('silent', { url: `http://127.0.0.1:${silent.address().port}/v1` }) +
                table('b', b) +
                models,
            async ({ dragoman }) => {
                const begun = Date.now();
                await dragoman.child.says(/"model list fetched","upstream":"b"/);
                assert.ok(Date.now() - begun < 10000, 'the silent one is given up after fifteen seconds');
            },
            { lists: [[{ id: 'ma' }], [{ id: 'mb' }]] },
        );
    } finally {
        silent.close();
    }
});

test('a picture that cannot be read is the client\'s: nobody else is asked, and nothing rests', () =>
    withProgram(
        ({ a, b }) => two({ a, b }, { ofA: 'dialect = "responses"\nbreaker_failures = 2\n' }),
        async ({ a, url, asked }) => {
            const failed = (code) => {
                const error = { code, message: 'The picture is not one.' };
                const response = { ...responseCreated.response, status: 'failed', error };
                return events(responseCreated, { type: 'response.failed', response });
            };
            const codes = ['invalid_base64_image', 'empty_image_file', 'image_parse_error', 'image_too_small'];
            for (const code of codes) {
                a.script(failed(code));
                const answer = await post(url, message('look', { model: 'opus' }));
                assert.equal(answer.status, 400, answer.text);
                assert.equal(answer.json.error.type, 'invalid_request_error');
                assert.match(answer.json.error.message, /Could not process image \(The picture is not one/);
            }
            assert.deepEqual(asked(), [codes.length, 0, 0, 0]);
        },
    ));

test('thoughts in the text: what a person wrote counts more than what was learned', () =>
    withProgram(
        ({ a }) => noLists + table('a', a) + models,
        async ({ a, dragoman, url, rewrite }) => {
            const text = '<think>why</think>because';
            a.script(chatText(text));
            const kinds = async () => (await post(url, message('why?'))).json.content.map((block) => block.type);
            assert.deepEqual(await kinds(), ['thinking', 'text']);
            await dragoman.child.says(/learned about a model/);
            rewrite(noLists + table('a', a, 'inline_think = false\n') + models);
            dragoman.child.signal('SIGHUP');
            let found = await kinds();
            while (found.length === 2) found = await kinds(); // until the configuration has been read
            assert.deepEqual(found, ['text']);
            const whole = await post(url, message('why?'));
            assert.equal(whole.json.content[0].text, text);
            const stream = await new Stream(url, message('why?')).end();
            assert.equal(textOf(stream), text);
        },
    ));
