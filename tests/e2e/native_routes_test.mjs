// Routes with several upstreams: who is asked when somebody cannot answer, and what the client sees of it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { join } from 'node:path';

import { END, chunk, failure, steps } from './answers.mjs';
import { Dragoman, canaryKey, temporaryFolder } from './harness.mjs';
import { Stream, grammarProblems, message, post } from './http_client.mjs';
import { StrictUpstream } from './strict_upstream.mjs';
import { test } from './suite.mjs';

const big = 'openai/gpt-oss-120b';
const other = 'openai/gpt-5.5';
const otherKey = canaryKey.replace('c0de', 'beef');

const upstreamTable = (name, url, extra = '') =>
    `[upstreams.${name}]\npreset = "openrouter"\nbase_url = "${url}"\n` +
    `${extra.includes('keys') ? '' : `key = "${canaryKey}"\n`}${extra}\n`;
const anyRoute = (targets, extra = '') =>
    `[[routes]]\n${extra}targets = [${targets.map((t) => (t.startsWith('{') ? t : `"${t}"`)).join(', ')}]\n`;

// Three upstreams, the program in front of them, and what each of them was asked.
async function withUpstreams(configuration, body, options = {}) {
    const upstreams = {};
    for (const name of ['first', 'second', 'third'])
        upstreams[name] = await StrictUpstream.start({ key: canaryKey });
    const { first, second, third } = upstreams;
    first.script({ text: 'the first' });
    second.script({ text: 'the second' });
    third.script({ text: 'the third' });
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'config.toml');
    writeFileSync(file, configuration(upstreams), { mode: 0o600 });
    let dragoman;
    try {
        dragoman = await Dragoman.start(options.env ?? {}, { folder, args: ['serve', '--config', file, ...(options.args ?? [])] });
        const asked = () => [first, second, third].map((upstream) => upstream.paid.length);
        await body({ first, second, third, dragoman, url: dragoman.url, asked });
    } catch (error) {
        error.message += `\n--- log ---\n${dragoman?.log.slice(-5000)}`;
        for (const upstream of [first, second, third]) error.message += `\n${upstream.refusals.slice(0, 2000)}`;
        throw error;
    } finally {
        await dragoman?.stop();
        for (const upstream of [first, second, third]) await upstream.stop();
        rmSync(folder, { recursive: true, force: true });
    }
}

const chain = ({ first, second, third }, settings = '') =>
    upstreamTable('first', first.baseUrl, settings) +
    upstreamTable('second', second.baseUrl) +
    upstreamTable('third', third.baseUrl) +
    anyRoute([`first/${big}`, `second/${other}`]);

const textOf = (stream) =>
    stream.events
        .filter((event) => event.name === 'content_block_delta')
        .map((event) => event.data.delta.text ?? '')
        .join('');

async function answeredBySecond(url, question) {
    const stream = await new Stream(url, message(question)).end();
    assert.equal(stream.status, 200, stream.text);
    assert.deepEqual(grammarProblems(stream.text), []);
    assert.equal(textOf(stream), 'the second');
    return stream;
}

const router = (code, text) => ({ error: { code, message: text } });

const failures = [
    ['429', failure(429, router(429, 'Rate limited'), { 'retry-after': '7' }), 'first/openai/gpt-oss-120b 429'],
    ['503', failure(503, router(503, 'No instances available')), '503'],
    ['500', failure(500, router(500, 'Internal error')), '500'],
    ['401', failure(401, router(401, 'User not found.')), '401'],
    ['402', failure(402, router(402, 'Insufficient credits')), '402'],
    ['an unknown model', failure(404, router(404, 'No endpoints found for this model')), '404'],
    ['a page of HTML', failure(200, '<html>maintenance</html>'), 'failed'],
    ['an answer that ends at once', steps([END]), 'failed'],
    ['an error as its first event', steps([{ error: { code: 502, message: 'Provider returned error' } }]), '502'],
    [
        'nothing but a finish',
        (request) => steps([chunk(request.body.model, {}, 'stop'), 'data: [DONE]\n\n']),
        'failed',
    ],
];

for (const [name, answer, outcome] of failures)
    test(`the next target answers after ${name}`, () =>
        withUpstreams(chain, async ({ first, second, dragoman, url, asked }) => {
            first.script(answer);
            const stream = await answeredBySecond(url, 'Hello');
            assert.deepEqual(asked(), [1, 1, 0]);
            assert.equal(second.paid[0].body.model, other);
            assert.equal(second.paid[0].lastText, 'Hello', 'the whole request went to the second');
            assert.equal(stream.response.headers['x-dragoman-model'], other);
            assert.match(
                stream.response.headers['x-dragoman-attempts'],
                new RegExp(`^first/${big} ${outcome.split(' ').pop()}, second/${other} 200$`),
            );
            const line = await dragoman.child.says(/.*"path":"\/v1\/messages".*/);
            const record = JSON.parse(line[0]);
            assert.equal(record.attempts, 2);
            assert.match(record.tried, new RegExp(`^first/${big} ${outcome.split(' ').pop()}$`));
            second.assertClean();
            const whole = await post(url, message('Once more'));
            assert.equal(whole.status, 200);
            assert.equal(whole.json.content[0].text, 'the second');
        }));

test('a connection that is refused, and a certificate that nobody knows', async () => {
    const closed = createServer();
    await new Promise((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address();
    await new Promise((done) => closed.close(done));
    await withUpstreams(
        (all) => chain({ ...all, first: { baseUrl: `http://127.0.0.1:${port}/v1` } }),
        async ({ url, asked }) => {
            const stream = await answeredBySecond(url, 'Hello');
            assert.deepEqual(asked(), [0, 1, 0]);
            assert.match(stream.response.headers['x-dragoman-attempts'], / unreachable, second/);
        },
    );
    const folder = temporaryFolder();
    const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')];
    const made = spawnSync('openssl', [
        ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'.split(' '),
        ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
    ]);
    assert.equal(made.status, 0, String(made.stderr));
    const heard = [];
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) =>
        socket.on('data', (bytes) => heard.push(bytes)),
    );
    server.on('tlsClientError', () => {});
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    try {
        await withUpstreams(
            (all) => chain({ ...all, first: { baseUrl: `https://127.0.0.1:${server.address().port}/v1` } }),
            async ({ url, asked }) => {
                await answeredBySecond(url, 'Hello');
                assert.deepEqual(asked(), [0, 1, 0]);
            },
        );
        assert.deepEqual(heard, [], 'not a byte, and so no key, went to a server that nobody vouches for');
    } finally {
        await new Promise((done) => server.close(done));
        rmSync(folder, { recursive: true, force: true });
    }
});

test('a target that does not begin in time is left, and its connection closed', () =>
    withUpstreams(
        ({ first, second, third }) =>
            upstreamTable('first', first.baseUrl) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl) +
            anyRoute([`{ target = "first/${big}", first_byte = "150ms" }`, `second/${other}`]),
        async ({ first, url, asked }) => {
            first.script(steps([': OPENROUTER PROCESSING\n\n', new Promise(() => {})]));
            const stream = await answeredBySecond(url, 'Hello');
            assert.match(stream.response.headers['x-dragoman-attempts'], / too late, second/);
            await first.paid[0].left;
            assert.deepEqual(asked(), [1, 1, 0]);
        },
    ));

test('a client that has signs of life already gets the answer of the next target in the same stream', () =>
    withUpstreams(chain, async ({ first, url, asked }) => {
        let fail;
        const late = new Promise((resolve) => {
            fail = resolve;
        });
        first.script(steps([': OPENROUTER PROCESSING\n\n', late, END]));
        const stream = new Stream(url, message('Hello'));
        await stream.until((s) => s.text.includes('message_start')); // after eight seconds
        fail();
        await stream.end();
        assert.equal(textOf(stream), 'the second');
        assert.deepEqual(grammarProblems(stream.text), []);
        assert.equal(stream.events.filter((event) => event.name === 'message_start').length, 1);
        assert.deepEqual(asked(), [1, 1, 0]);
    }));

test('nobody goes on with an answer that has begun', () =>
    withUpstreams(chain, async ({ first, url, asked }) => {
        first.script((request) => steps([chunk(request.body.model, { content: 'half' }), END]));
        const stream = await new Stream(url, message('Hello')).end();
        assert.equal(textOf(stream), 'half');
        assert.equal(stream.events.at(-1).name, 'error');
        assert.deepEqual(asked(), [1, 0, 0]);
        // One that is not streamed can still be taken back: nothing of it has gone to the client.
        first.script(failure(200, '{"choices":[{"message":{"content":"ha'));
        const whole = await post(url, message('Hello whole'));
        assert.equal(whole.json.content[0].text, 'the second');
    }));

test('a route may end an answer that breaks off as if it were full', () =>
    withUpstreams(
        (all) => chain(all).replace('[[routes]]\n', '[[routes]]\nmidstream = "resume"\n'),
        async ({ first, url, asked }) => {
            first.script((request) => steps([chunk(request.body.model, { content: 'half' }), END]));
            const stream = await new Stream(url, message('Hello')).end();
            assert.equal(textOf(stream), 'half');
            assert.deepEqual(grammarProblems(stream.text), []);
            assert.equal(stream.events.find((e) => e.name === 'message_delta').data.delta.stop_reason, 'max_tokens');
            assert.equal(stream.events.at(-1).name, 'message_stop');
            const call = { index: 0, id: 'call_AbCdEfGh00000001', function: { name: 'Bash', arguments: '{"com' } };
            first.script((request) => steps([chunk(request.body.model, { tool_calls: [call] }), END]));
            const tools = [{ name: 'Bash', input_schema: { type: 'object' } }];
            const half = await new Stream(url, message('Half a call', { tools })).end();
            assert.equal(half.events.at(-1).name, 'error', 'half a call is no call');
            assert.deepEqual(asked(), [2, 0, 0]);
        },
    ));

test("what is the client's own fault is said at once", () =>
    withUpstreams(chain, async ({ first, url, asked }) => {
        first.script(failure(400, router(400, 'bad parameter foo')));
        const answer = await post(url, message('Hello'));
        assert.equal(answer.status, 400);
        assert.match(answer.json.error.message, /bad parameter foo/);
        assert.equal(answer.headers['x-dragoman-attempts'], undefined);
        assert.deepEqual(asked(), [1, 0, 0]);
    }));

const tooLong = failure(400, {
    error: {
        message: "This model's maximum context length is 131072 tokens. However, you requested about 190000 tokens.",
        code: 400,
    },
});

test('a conversation that does not fit goes to a larger window, and to no other', () =>
    withUpstreams(
        (all) =>
            chain(all).replace(`"second/${other}"`, `"third/${big}", "second/${other}"`),
        async ({ first, url, asked, dragoman }) => {
            first.script(tooLong);
            await dragoman.child.until(() => dragoman.log.split('model list fetched').length === 4);
            const stream = await new Stream(url, message('long')).end();
            assert.equal(textOf(stream), 'the second', stream.text);
            assert.deepEqual(asked(), [1, 1, 0], 'the third has the same window as the first');
        },
        { env: { LOG_LEVEL: 'debug' } },
    ));

test('where no window is larger, the client is told to compact', () =>
    withUpstreams(
        ({ first, second, third }) =>
            upstreamTable('first', first.baseUrl) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl) +
            anyRoute([`first/${big}`, `second/${big}`]),
        async ({ first, url, asked }) => {
            first.script(tooLong);
            const answer = await post(url, message('long'));
            assert.equal(answer.status, 400);
            assert.match(answer.json.error.message, /^prompt is too long: 190000 tokens > 131072 maximum/);
            assert.deepEqual(asked(), [1, 0, 0]);
        },
    ));

test('when all fail the client hears what it can do most about, and what was tried', () =>
    withUpstreams(chain, async ({ first, second, url, asked }) => {
        first.script(failure(429, router(429, 'Rate limited'), { 'retry-after': '7' }));
        second.script(failure(401, router(401, 'User not found.')));
        const answer = await post(url, message('Hello'));
        assert.equal(answer.status, 429);
        assert.equal(answer.headers['retry-after'], '7');
        assert.equal(answer.headers['x-dragoman-attempts'], `first/${big} 429, second/${other} 401`);
        assert.deepEqual(asked(), [1, 1, 0]);
    }));

test('a limited target rests for as long as it says, and is not asked meanwhile', () =>
    withUpstreams(chain, async ({ first, url, asked }) => {
        first.script(failure(429, router(429, 'Rate limited'), { 'retry-after': '60' }), { text: 'the first' });
        await answeredBySecond(url, 'one');
        const stream = await answeredBySecond(url, 'two');
        assert.match(stream.response.headers['x-dragoman-attempts'], /^first\/openai\/gpt-oss-120b resting, second/);
        assert.deepEqual(asked(), [1, 2, 0]);
    }));

test('the breaker opens, lets one request try after a while, and closes', () =>
    withUpstreams(
        (all) => chain(all, 'breaker_failures = 2\nbreaker_rest = "300ms"\n'),
        async ({ first, url, asked }) => {
            let allowed;
            const slow = new Promise((resolve) => {
                allowed = resolve;
            });
            const down = failure(503, router(503, 'No instances available'));
            first.script(down, down, (request) =>
                steps([slow, chunk(request.body.model, { content: 'the first' }, 'stop'), 'data: [DONE]\n\n']),
            );
            await answeredBySecond(url, '1');
            await answeredBySecond(url, '2');
            const opened = Date.now();
            await answeredBySecond(url, '3');
            if (Date.now() - opened < 250) assert.deepEqual(asked(), [2, 3, 0], 'open: nobody asks it');
            let probe; // Asked again until the rest is over.
            while (first.paid.length < 3) {
                probe = new Stream(url, message('probe'));
                await Promise.race([probe.end(), first.request(() => first.paid.length === 3)]);
            }
            const before = asked()[1];
            await answeredBySecond(url, 'beside the probe');
            assert.deepEqual(asked(), [3, before + 1, 0], 'half open: one request tries');
            allowed();
            await probe.end();
            assert.equal(textOf(probe), 'the first');
            const after = await new Stream(url, message('closed again')).end();
            assert.equal(textOf(after), 'the first');
        },
    ));

test('a refused key is exchanged for another of its pool, and rests', () =>
    withUpstreams(
        ({ first, second, third }) =>
            upstreamTable('first', first.baseUrl, `keys = [{ key = "${canaryKey}" }, { key = "${otherKey}" }]\n`) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl),
        async ({ first, url }) => {
            first.wrongKeyExpected = true; // The other key gets 401.
            const sessions = Array.from({ length: 12 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
            for (const session of sessions) {
                const headers = { 'x-claude-code-session-id': session };
                const answer = await post(url, message('Hello'), { headers });
                assert.equal(answer.status, 200, answer.text);
            }
            const refused = first.paid.filter((r) => r.headers.authorization !== `Bearer ${canaryKey}`);
            assert.equal(refused.length, 1, 'the refused key was used once, by the first session that was dealt it');
            assert.equal(first.paid.length, 13);
        },
    ));

test('a session stays on its key, and sessions are dealt out among the keys', () =>
    withUpstreams(
        ({ first, second, third }) =>
            upstreamTable('first', first.baseUrl, `keys = [{ key = "${canaryKey}" }, { key = "${otherKey}" }]\n`) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl),
        async ({ first, url }) => {
            first.wrongKey = () => false;
            const keyOf = new Map();
            for (let round = 0; round < 2; ++round)
                for (let i = 0; i < 16; ++i) {
                    const session = `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
                    const headers = { 'x-claude-code-session-id': session };
                    assert.equal((await post(url, message(`Hello ${round}`), { headers })).status, 200);
                    const key = first.paid.at(-1).headers.authorization;
                    assert.equal(keyOf.get(session) ?? key, key);
                    keyOf.set(session, key);
                }
            assert.equal(new Set(keyOf.values()).size, 2);
        },
    ));

test('more than its share goes to the next target, and to nobody where there is none', () =>
    withUpstreams(
        (all) => chain(all, 'parallel = 1\n'),
        async ({ first, url, asked }) => {
            let go;
            const held = new Promise((resolve) => {
                go = resolve;
            });
            first.script({ text: ['the ', 'first'], hold: held });
            const long = new Stream(url, message('long'));
            await first.request();
            await answeredBySecond(url, 'beside it');
            const alone = await post(url, message('alone', { model: `first/${big}` }));
            assert.equal(alone.status, 429);
            assert.match(alone.json.error.message, /first takes 1 requests at a time/);
            assert.equal(alone.headers['retry-after'], '1');
            go();
            await long.end();
            assert.equal(textOf(long), 'the first');
            const again = await new Stream(url, message('again')).end();
            assert.equal(textOf(again), 'the first', 'the place is free again');
            assert.deepEqual(asked(), [2, 1, 0]);
        },
    ));

test('routes by scenario, names of targets, and names that are no targets', () =>
    withUpstreams(
        ({ first, second, third }) =>
            `[models]\nbig = "${big}"\nsmall = "${big}"\n` +
            upstreamTable('first', first.baseUrl) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl) +
            anyRoute([`second/${other}`], 'name = "quick"\nwhen = { scenario = "background" }\n') +
            anyRoute([`third/${other}`], 'when = { scenario = "long_context", tokens_over = 5000 }\n') +
            anyRoute(
                [`{ target = "third", provider = { order = ["groq"] } }`],
                'when = { model = "*gpt-5.5*" }\n',
            ),
        async ({ first, second, third, url }) => {
            const who = async (body, headers = {}) => {
                const answer = await post(url, body, { headers });
                assert.equal(answer.status, 200, answer.text);
                return answer.json.content[0].text;
            };
            assert.equal(await who(message('Hello', { max_tokens: 9000 })), 'the first');
            assert.equal(await who(message('Hello', { model: 'claude-haiku-4-5', max_tokens: 9000 })), 'the second');
            assert.equal(await who(message('a title', { max_tokens: 64 })), 'the second');
            assert.equal(await who(message('word '.repeat(20000), { max_tokens: 9000 })), 'the third');
            assert.equal(await who(message('Hello', { model: other, max_tokens: 9000 })), 'the third');
            assert.equal(third.paid.at(-1).body.model, other, 'the model as the client asked');
            assert.deepEqual(third.paid.at(-1).body.provider, { order: ['groq'] });
            assert.equal(
                await who(message('Hello', { model: other, max_tokens: 9000, provider: { sort: 'price' } })),
                'the third',
            );
            assert.deepEqual(third.paid.at(-1).body.provider, { sort: 'price' }, "the request's own counts");
            assert.equal(await who(message('Hello', { model: `second/${big}` })), 'the second');
            assert.equal(second.paid.at(-1).body.model, big);
            assert.equal(await who(message('Hello', { max_tokens: 9000 }), { 'x-dragoman-route': 'quick' }), 'the second');
            assert.equal(await who(message('Hello'), { 'x-dragoman-route': `third/${big}` }), 'the third');
            assert.equal(third.paid.at(-1).body.model, big);
            const unknown = await post(url, message('Hello'), { headers: { 'x-dragoman-route': 'nowhere' } });
            assert.equal(unknown.status, 400);
            assert.match(unknown.json.error.message, /no route or upstream nowhere; there are quick, first, second/);
            for (const upstream of [first, second, third]) upstream.assertClean();
        },
    ));

test('naming a target can be switched off', () =>
    withUpstreams(
        (all) => `[server]\nclient_targets = false\n` + chain(all).replace(/\[\[routes\]\][^]*/, ''),
        async ({ first, url }) => {
            const refused = await post(url, message('Hello'), { headers: { 'x-dragoman-route': `second/${big}` } });
            assert.equal(refused.status, 403);
            first.script({ text: 'the first' });
            const answer = await post(url, message('Hello', { model: big }));
            assert.equal(answer.json.content[0].text, 'the first');
        },
    ));

test('limits hold exactly when a thousand requests come at once', { timeout: 90000 }, () =>
    withUpstreams(
        ({ first, second, third }) =>
            `[limits]\nall = { requests = 37, body_bytes = "64MiB" }\n` +
            upstreamTable('first', first.baseUrl) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl),
        async ({ first, url }) => {
            let go;
            const held = new Promise((resolve) => {
                go = resolve;
            });
            first.script({ text: ['the ', 'first'], hold: held });
            let refused = 0;
            let enough;
            const allRefused = new Promise((resolve) => {
                enough = resolve;
            });
            const all = Array.from({ length: 1000 }, () =>
                post(url, message('Hello'), { agent: false }).then((answer) => {
                    if (answer.status === 429) {
                        refused += 1;
                        assert.match(answer.headers['retry-after'], /^\d+$/);
                        assert.match(answer.json.error.message, /37 requests at a time are allowed in all/);
                    }
                    if (refused === 963) enough();
                    return answer.status;
                }),
            );
            await Promise.race([allRefused, Promise.all(all)]);
            assert.equal(refused, 963);
            go();
            const statuses = await Promise.all(all);
            assert.equal(statuses.filter((status) => status === 200).length, 37);
            assert.equal(first.paid.length, 37);
            const after = await post(url, message('again'));
            assert.equal(after.status, 200, 'all places are free again');
        },
        { args: ['--workers', '4'] },
    ));

test('so many requests a minute, and no more, for each token', () =>
    withUpstreams(
        ({ first, second, third }) =>
            `[server]\nclient_tokens = ["token-a", "token-b"]\nworkers = 4\n[limits]\neach = { requests_a_minute = 25 }\n` +
            upstreamTable('first', first.baseUrl) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl),
        async ({ first, url }) => {
            const ask = (token) =>
                post(url, message('Hello'), { agent: false, headers: { authorization: `Bearer ${token}` } });
            const answers = await Promise.all(Array.from({ length: 100 }, () => ask('token-a')));
            assert.equal(answers.filter((answer) => answer.status === 200).length, 25);
            const refused = answers.find((answer) => answer.status === 429);
            assert.match(refused.json.error.message, /25 requests a minute are allowed for each client token/);
            assert.ok(Number(refused.headers['retry-after']) > 30);
            assert.equal((await ask('token-b')).status, 200, 'the other token has its own share');
            assert.equal(first.paid.length, 26);
        },
    ));
