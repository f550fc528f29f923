// What upstreams and the network do wrong, seen from the client, where there is nobody else to ask.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';

import { Child, binary, portToComeBackTo } from './harness.mjs';
import { Stream, grammarProblems, message, post } from './http_client.mjs';
import { one, recordsOf, table, withPlain } from './plain_stage.mjs';
import { CUT, DONE, PlainUpstream, chatText, chunk, events, json, messageStart, never } from './plain_upstream.mjs';
import { test } from './suite.mjs';

const down = (status, text) => ({ error: { message: text, code: status } });
const lastRecord = (dragoman, found) => dragoman.child.until(() => recordsOf(dragoman).find(found));

function assertBrokenOff(stream, type) {
    assert.equal(stream.status, 200);
    assert.deepEqual(grammarProblems(stream.text), []);
    const names = stream.events.map((event) => event.name);
    assert.deepEqual(names.slice(-2), ['content_block_stop', 'error']);
    assert.equal(stream.events.at(-1).data.error.type, type, stream.text);
    assert.equal(stream.error, undefined, 'the body ends properly');
}

// U-01, U-03
for (const [name, answer] of [
    ['says nothing at all', never],
    ['keeps the connection alive, and says nothing', (request, response) => {
        events(': PROCESSING\n\n', never)(request, response);
        const beats = setInterval(() => response.write(': PROCESSING\n\n'), 20);
        response.on('close', () => clearInterval(beats));
    }],
])
    test(`an upstream that ${name} is 504 after first_byte`, () =>
        withPlain(one('first_byte = "250ms"\n'), async ({ a, url, dragoman }) => {
            a.script(answer);
            for (const stream of [true, false]) {
                a.forget();
                const begun = Date.now();
                const got = await post(url, message(`streamed ${stream}`, { stream }));
                assert.equal(got.status, 504, got.text);
                assert.equal(got.json.error.type, 'timeout_error');
                assert.ok(Date.now() - begun >= 240, 'not before its time');
                await a.seen[0].left;
            }
            const record = await lastRecord(dragoman, (each) => !each.stream);
            assert.deepEqual([record.status, record.outcome], [504, 'upstream_error']);
        }));

// U-02
test('silence in the middle ends the answer, and what was used is known', () =>
    withPlain(one('idle = "250ms"\n'), async ({ a, url, dragoman }) => {
        const usage = { prompt_tokens: 50, completion_tokens: 7, total_tokens: 57 };
        a.script(events({ ...chunk({ content: 'half' }), usage }, never));
        const stream = await new Stream(url, message()).end();
        assertBrokenOff(stream, 'api_error');
        assert.match(stream.text, /a fell silent for 1 s in the middle/);
        const record = await lastRecord(dragoman, () => true);
        assert.deepEqual([record.outcome, record.input_tokens, record.output_tokens], ['upstream_error', 50, 7]);
        await a.seen[0].left;
    }));

test('a target of a route may have less patience with silence than its upstream', () =>
    withPlain(
        ({ a, b }) =>
            table('a', a, 'idle = "60s"\n') +
            table('b', b) +
            '[[routes]]\ntargets = [{ target = "a/ma", idle = "250ms" }, "b/mb"]\n[catalogue]\nenabled = false\n',
        async ({ a, b, url }) => {
            a.script(events(chunk({ content: 'half' }), never));
            const stream = await new Stream(url, message()).end();
            assertBrokenOff(stream, 'api_error');
            assert.equal(b.seen.length, 0, 'nobody goes on with it');
            await a.seen[0].left;
        },
    ));

// N-03: the time for a connection is TLS's, too
test('a server that takes the connection and shows no certificate is given up after connect', async () => {
    const silent = createTcpServer(() => {});
    await new Promise((done) => silent.listen(0, '127.0.0.1', done));
    const sockets = [];
    silent.on('connection', (socket) => sockets.push(socket.on('error', () => {})));
    const far = { url: `https://127.0.0.1:${silent.address().port}/v1` };
    try {
        await withPlain(
            ({ b }) =>
                table('far', far, 'connect = "250ms"\n') +
                table('b', b) +
                '[[routes]]\ntargets = ["far/m", "b/mb"]\n[catalogue]\nenabled = false\n',
            async ({ url }) => {
                const answer = await post(url, message());
                assert.equal(answer.status, 200);
                assert.equal(answer.headers['x-dragoman-attempts'], 'far/m unreachable, b/mb 200');
                const alone = await post(url, message('alone', { model: 'far/m' }));
                assert.equal(alone.status, 502);
                assert.equal(alone.json.error.type, 'api_error');
            },
        );
    } finally {
        for (const socket of sockets) socket.destroy();
        await new Promise((done) => silent.close(done));
    }
});

// U-09
for (const [dialect, steps] of [
    ['chat', [chunk({ content: 'all' }), chunk({}, 'stop')]],
    [
        'messages',
        [
            messageStart,
            { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
            { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'all' } },
            { type: 'content_block_stop', index: 0 },
            { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 3 } },
        ],
    ],
])
    test(`an answer that has said its reason to stop is whole, though its connection is reset (${dialect})`, () =>
        withPlain(one(`dialect = "${dialect}"\n`), async ({ a, url }) => {
            let go;
            const read = new Promise((done) => {
                go = done;
            });
            a.script(events(...steps, read, CUT));
            const stream = new Stream(url, message());
            await stream.until((s) => s.text.includes('"all"'));
            go();
            await stream.end();
            assert.deepEqual(grammarProblems(stream.text), []);
            assert.equal(stream.events.at(-1).name, 'message_stop');
            assert.equal(stream.events.find((event) => event.name === 'message_delta').data.delta.stop_reason, 'end_turn');
        }));

// U-10
for (const [code, type] of [
    [429, 'rate_limit_error'],
    [503, 'overloaded_error'],
    [529, 'overloaded_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [500, 'api_error'],
])
    test(`an error ${code} in the middle of a stream is an ${type}, and nobody says the answer is whole`, () =>
        withPlain(one(), async ({ a, url }) => {
            a.script(events(chunk({ content: 'half' }), { ...down(code, 'what went wrong'), choices: [] }, DONE));
            const stream = await new Stream(url, message()).end();
            assertBrokenOff(stream, type);
        }));

// U-14
test('statuses of those in between, in whatever coding their page comes', () =>
    withPlain(one(), async ({ a, url }) => {
        const pages = {
            html: '<html><head><title>Web server is down</title></head></html>',
            json: JSON.stringify(down(0, 'Web server is down')),
            empty: '',
        };
        for (const status of [520, 521, 522, 523])
            for (const [name, page] of Object.entries(pages)) {
                const packed = { 'content-encoding': 'gzip', 'content-type': name === 'json' ? 'application/json' : 'text/html' };
                a.script((request, response) => {
                    response.writeHead(status, packed);
                    response.end(gzipSync(page));
                });
                const answer = await post(url, message(`${status} ${name}`));
                assert.ok([502, 504].includes(answer.status), `${status} ${name}: ${answer.status}`);
                assert.equal(answer.json.type, 'error');
                if (name !== 'empty') assert.match(answer.json.error.message, /Web server is down/);
                assert.doesNotMatch(answer.json.error.message, /<html|\ufffd/);
            }
    }));

test('how long to wait is said in whole seconds, and never longer than a client would', () =>
    withPlain(one(), async ({ a, url }) => {
        for (const [given, expected] of [
            ['7', '7'],
            ['0.2', '1'],
            [new Date(Date.now() + 30_000).toUTCString(), /^(29|30)$/],
            ['Thu, 01 Jan 2015 00:00:00 GMT', '1'],
            ['soon', undefined],
        ]) {
            a.script(json(429, down(429, `limited ${given}`), { 'retry-after': given }));
            const answer = await post(url, message(given));
            assert.equal(answer.status, 429);
            if (expected instanceof RegExp) assert.match(answer.headers['retry-after'], expected);
            else assert.equal(answer.headers['retry-after'], expected, given);
        }
        a.script(json(429, down(429, 'limited for long'), { 'retry-after': '3000' }));
        const long = await post(url, message('for long'));
        assert.ok(long.headers['retry-after'] === undefined || Number(long.headers['retry-after']) <= 60);
    }));

// U-15
test('no redirect is followed, and no key goes where one leads', async () => {
    const heard = [];
    const elsewhere = createServer((request, response) => {
        heard.push(request.headers);
        response.end();
    });
    await new Promise((done) => elsewhere.listen(0, '127.0.0.1', done));
    const location = `http://127.0.0.1:${elsewhere.address().port}/v1/chat/completions`;
    try {
        await withPlain(one('key = "sk-canary-11112222"\n'), async ({ a, url }) => {
            for (const status of [301, 302, 303, 307, 308])
                for (const stream of [true, false]) {
                    a.script(json(status, '', { location }));
                    const answer = await post(url, message(`${status}`, { stream }));
                    assert.equal(answer.status, 502, answer.text);
                    assert.equal(answer.json.error.type, 'api_error');
                }
        });
        assert.deepEqual(heard, []);
    } finally {
        await new Promise((done) => elsewhere.close(done));
    }
});

// U-27
test('an answer that never ends is ended', () =>
    withPlain(one('stream_total = "400ms"\nfirst_byte = "300ms"\nidle = "300ms"\n'), async ({ a, url }) => {
        a.script((request, response) => {
            events(chunk({ content: 'on ' }), never)(request, response);
            const more = setInterval(() => response.write(`data: ${JSON.stringify(chunk({ content: 'and on ' }))}\n\n`), 20);
            response.on('close', () => clearInterval(more));
        });
        const begun = Date.now();
        const stream = await new Stream(url, message()).end();
        assertBrokenOff(stream, stream.events.at(-1).data.error.type);
        assert.ok(Date.now() - begun >= 390);
        await a.seen[0].left;
    }));

test('a whole answer that is larger than may be kept is refused, and not held', () =>
    withPlain(one('whole_answer = "64KiB"\n'), async ({ a, url }) => {
        a.script(chatText('x'.repeat(60_000)));
        assert.equal((await post(url, message('fits'))).status, 200);
        a.script(chatText('x'.repeat(70_000)));
        const answer = await post(url, message('does not'));
        assert.equal(answer.status, 502, answer.text.slice(0, 300));
        assert.match(answer.json.error.message, /larger than/);
    }));

// N-09
test('without certificates it does not start, and says which file it looked for', async () => {
    for (const [value, why] of [
        ['/nowhere/certificates.pem', /\/nowhere\/certificates\.pem/],
        [binary, /SSL_CERT_FILE|certificate/],
    ]) {
        const child = new Child(binary, ['serve', '--port', '0'], {
            env: { HOME: '/nonexistent', OPENROUTER_API_KEY: 'sk-or-1', SSL_CERT_FILE: value },
            cwd: '/',
        });
        const { code } = await child.exit;
        assert.notEqual(code, 0, 'it has started');
        assert.match(child.err + child.out, why);
    }
});

// N-10
test('a proxy that refuses is named, and its password is nobody’s to read', async () => {
    let asked = 0;
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
        asked += 1;
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
    });
    await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
    const HTTPS_PROXY = `http://someone:canary-password@127.0.0.1:${proxy.address().port}`;
    try {
        await withPlain(
            ({ a }) => table('far', { url: 'https://far.example/v1' }) + table('a', a) + '[catalogue]\nenabled = false\n[models]\nbig = "m"\n',
            async ({ a, url, dragoman }) => {
                const answer = await post(url, message());
                assert.equal(answer.status, 502, answer.text);
                assert.match(answer.json.error.message, /407/);
                const near = await post(url, message('near', { model: 'a/ma' }));
                assert.equal(near.status, 200, 'a server of this machine is asked without a proxy');
                assert.equal(a.seen.length, 1);
                assert.ok(asked > 0);
                assert.ok(!(dragoman.log + answer.text).includes('canary-password'));
            },
            { env: { HTTPS_PROXY } },
        );
    } finally {
        await new Promise((done) => proxy.close(done));
    }
});

// N-10
test('a proxy that refuses what it is to pass on is no upstream that refuses', async () => {
    const targets = [];
    const proxy = createServer((request, response) => {
        targets.push(request.url);
        response.writeHead(407, { 'proxy-authenticate': 'Basic realm="office"' });
        response.end('<html><h1>Cache Access Denied</h1></html>');
    });
    await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
    try {
        await withPlain(
            ({ a }) =>
                table('far', { url: 'http://far.example/v1' }) +
                table('a', a) +
                '[[routes]]\ntargets = ["far/m", "a/m"]\n[catalogue]\nenabled = false\n[models]\nbig = "m"\n',
            async ({ a, url }) => {
                a.script(chatText('near'));
                const answer = await post(url, message('one'));
                assert.equal(answer.json.content?.[0].text, 'near', answer.text);
                assert.match(answer.headers['x-dragoman-attempts'], /^far\/m 407, /);
                const alone = await post(url, message('two', { model: 'far/m' }));
                assert.equal(alone.status, 502, alone.text);
                assert.match(alone.json.error.message, /proxy.*407/);
                assert.ok(targets.every((target) => target === 'http://far.example/v1/chat/completions'));
            },
            { env: { http_proxy: `http://127.0.0.1:${proxy.address().port}` } },
        );
    } finally {
        await new Promise((done) => proxy.close(done));
    }
});

// U-17
test('a server that calls no compression "none" is understood', () =>
    withPlain(one(), async ({ a, url }) => {
        for (const coding of ['none', 'utf-8']) {
            a.script((request, response) => {
                response.setHeader('content-encoding', coding);
                chatText('plain')(request, response);
            });
            const answer = await post(url, message(coding));
            assert.equal(answer.json.content?.[0].text, 'plain', answer.text);
            const stream = await new Stream(url, message(coding)).end();
            assert.match(stream.text, /"plain"/);
        }
    }));

// N-11
test('an upstream that goes away and comes back is asked again at once', async () => {
    const port = await portToComeBackTo();
    let upstream = await PlainUpstream.start({ port });
    try {
        await withPlain(
            () => one()({ a: upstream }),
            async ({ url }) => {
                upstream.script(events(chunk({ content: 'half' }), never));
                const running = new Stream(url, message('running'));
                await running.until((s) => s.text.includes('half'));
                await upstream.stop();
                await running.end();
                assertBrokenOff(running, running.events.at(-1).data.error.type);
                const gone = await post(url, message('gone'));
                assert.equal(gone.status, 502);
                upstream = await PlainUpstream.start({ port });
                upstream.script(chatText('back'));
                assert.equal((await post(url, message('back?'))).json.content[0].text, 'back');
            },
        );
    } finally {
        await upstream.stop();
    }
});

// N-12
test('after a long sleep no dead connection is used', () =>
    withPlain(one(), async ({ a, url, dragoman }) => {
        for (let i = 0; i < 3; ++i) assert.equal((await post(url, message(`${i}`))).status, 200);
        dragoman.child.signal('SIGSTOP');
        a.server.closeAllConnections();
        dragoman.child.signal('SIGCONT');
        const answer = await post(url, message('awake'), { agent: false });
        assert.equal(answer.status, 200, answer.text);
        assert.equal(a.seen.length, 4, 'asked once');
    }));
