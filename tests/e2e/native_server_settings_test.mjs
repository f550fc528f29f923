// Each setting of [server] and [limits] through the whole program: what would be different without it.

import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { Stream, ask, grammarProblems, message, post } from './http_client.mjs';
import { one, recordsOf, withPlain } from './plain_stage.mjs';
import { chatText, chunk, events, never } from './plain_upstream.mjs';
import { test } from './suite.mjs';

const server = (settings, body, more = '') => withPlain(one('', `[server]\n${settings}\n${more}`), body);
const as = (token, more = {}) => ({ headers: { authorization: `Bearer ${token}` }, agent: false, ...more });

// An answer that goes on until it is told to end.
function held(upstream) {
    let end;
    const step = new Promise((done) => {
        end = done;
    });
    upstream.script(events(chunk({ content: 'half' }), step, chunk({ content: ' and all' }, 'stop')));
    return end;
}

test('client_tokens_file: its tokens are let in, and a change counts soon', () =>
    withPlain(
        ({ a, folder }) => {
            writeFileSync(join(folder, 'tokens'), '# of the team\nfirst-token-0123456789\n', { mode: 0o600 });
            return one('', `[server]\nclient_tokens_file = "${join(folder, 'tokens')}"\n`)({ a });
        },
        async ({ url, folder }) => {
            const status = async (token) => (await post(url, message(), as(token))).status;
            assert.equal(await status('first-token-0123456789'), 200);
            assert.equal(await status('second-token-0123456789'), 401);
            writeFileSync(join(folder, 'new'), 'second-token-0123456789\n', { mode: 0o600 });
            renameSync(join(folder, 'new'), join(folder, 'tokens'));
            while ((await status('second-token-0123456789')) !== 200);
            assert.equal(await status('first-token-0123456789'), 401, 'who has left is out');
        },
    ));

test('client_tokens: several, and Host is not looked at once there are any', () =>
    server('client_tokens = ["token-a-0123456789", "token-b-0123456789"]', async ({ url }) => {
        for (const token of ['token-a-0123456789', 'token-b-0123456789']) {
            const headers = { 'x-api-key': token, host: 'gateway.example' };
            assert.equal((await post(url, message(), { headers })).status, 200);
        }
        assert.equal((await post(url, message())).status, 401);
    }));

test('allowed_hosts: a name that is not in it gets 403 while no token is needed', () =>
    server('allowed_hosts = ["gateway.example"]', async ({ url, a }) => {
        for (const [host, status] of [
            ['gateway.example', 200],
            ['gateway.example:1234', 200],
            ['localhost:1', 200],
            ['evil.example', 403],
            ['gateway.example.evil.example', 403],
        ])
            assert.equal((await post(url, message(), { headers: { host } })).status, status, host);
        assert.equal(a.seen.length, 3, 'nobody else was heard upstream');
    }));

test('allowed_origins: only pages that are named may ask', () =>
    server('allowed_origins = ["https://page.example:8443"]', async ({ url, a }) => {
        for (const [origin, status] of [
            ['https://page.example:8443', 200],
            ['https://page.example', 403],
            ['http://page.example:8443', 403],
            ['null', 403],
        ]) {
            const answer = await post(url, message(), { headers: { origin } });
            assert.equal(answer.status, status, origin);
            assert.equal(answer.headers['access-control-allow-origin'], undefined);
        }
        assert.equal(a.seen.length, 1);
    }));

test('request_body: one byte more is 413, and goes nowhere', () =>
    server('request_body = "64KiB"', async ({ url, a }) => {
        const ofLength = (length) => {
            const empty = JSON.stringify(message(''));
            return JSON.stringify(message('x'.repeat(length - empty.length)));
        };
        assert.equal((await post(url, ofLength(65536))).status, 200);
        const answer = await post(url, ofLength(65537));
        assert.equal(answer.status, 413);
        assert.equal(answer.json.error.type, 'request_too_large');
        assert.equal(a.seen.length, 1);
    }));

test('client_idle: a connection is closed between two requests, and not in an answer', () =>
    server('client_idle = "200ms"', async ({ a, dragoman }) => {
        const end = held(a);
        const socket = connect(dragoman.port, '127.0.0.1');
        let text = '';
        const closed = new Promise((done) => socket.on('close', done));
        const half = new Promise((done) =>
            socket.on('data', (bytes) => {
                text += bytes;
                if (text.includes('half')) done();
            }),
        );
        const body = JSON.stringify({ ...message(), stream: true });
        socket.write(
            `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
        await half;
        setTimeout(end, 400); // longer than it may be idle
        await closed;
        assert.ok(text.includes('message_stop'), 'the answer was whole');
    }));

test('write_stall: a client that does not read is left, and so is the upstream', () =>
    server('write_stall = "300ms"', async ({ a, dragoman }) => {
        a.script((request, response) => {
            response.writeHead(200, { 'content-type': 'text/event-stream' });
            const line = `data: ${JSON.stringify(chunk({ content: 'x'.repeat(32768) }))}\n\n`;
            const more = () => {
                while (!response.destroyed && response.write(line));
            };
            response.on('drain', more);
            more();
        });
        const body = JSON.stringify({ ...message(), stream: true });
        const socket = connect(dragoman.port, '127.0.0.1', () =>
            socket.write(
                `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
            ),
        );
        socket.on('error', () => {});
        socket.pause();
        await a.until(() => a.seen.length === 1);
        await a.seen[0].left;
        await dragoman.child.until(() => recordsOf(dragoman).length === 1);
        assert.notEqual(recordsOf(dragoman)[0].outcome, 'ok');
        socket.destroy();
    }));

for (const [signal, settings] of [
    ['SIGTERM', 'drain = "300ms"\ndrain_interrupt = "60s"'],
    ['SIGINT', 'drain = "60s"\ndrain_interrupt = "300ms"'],
])
    test(`${signal}: running answers get the time that is set, and then end properly`, () =>
        server(settings, async ({ a, url, dragoman }) => {
            held(a);
            const stream = new Stream(url, message());
            await stream.until((s) => s.text.includes('half'));
            const begun = Date.now();
            dragoman.child.signal(signal);
            await stream.end();
            assert.ok(Date.now() - begun >= 290, 'it had its time');
            assert.deepEqual(grammarProblems(stream.text), []);
            assert.equal(stream.events.at(-1).data.error.type, 'overloaded_error');
            assert.deepEqual(await dragoman.child.exit, { code: 0, signal: null });
        }));

test('drain: an answer that ends in time is whole', () =>
    server('drain = "60s"', async ({ a, url, dragoman }) => {
        const end = held(a);
        const stream = new Stream(url, message());
        await stream.until((s) => s.text.includes('half'));
        dragoman.child.signal('SIGTERM');
        await dragoman.child.says(/"ending/);
        end();
        await stream.end();
        assert.equal(stream.events.at(-1).name, 'message_stop');
        assert.equal((await dragoman.child.exit).code, 0);
    }));

// --- [limits]

const tokens = 'client_tokens = ["token-a-0123456789", "token-b-0123456789"]';
const [tokenA, tokenB] = ['token-a-0123456789', 'token-b-0123456789'];

test('limits.each.requests: one token’s share is full, another’s is not', () =>
    server(
        tokens,
        async ({ a, url }) => {
            const end = held(a);
            const running = new Stream(url, message('1'), as(tokenA));
            await running.until((s) => s.text.includes('half'));
            const refused = await post(url, message('2'), as(tokenA));
            assert.equal(refused.status, 429);
            assert.match(refused.headers['retry-after'], /^\d+$/);
            assert.match(refused.json.error.message, /1 requests? at a time .*each client token/);
            const other = new Stream(url, message('3'), as(tokenB));
            await other.until((s) => s.text.includes('half'));
            end();
            await running.end();
            await other.end();
            a.script(chatText('again'));
            assert.equal((await post(url, message('4'), as(tokenA))).status, 200, 'the place is free again');
        },
        '[limits]\neach = { requests = 1 }\n',
    ));

test('limits.all.requests_a_minute counts all tokens together', () =>
    server(
        tokens,
        async ({ url, a }) => {
            const statuses = [];
            for (const token of [tokenA, tokenB, tokenA, tokenB, tokenA])
                statuses.push((await post(url, message(), as(token))).status);
            assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
            assert.equal(a.seen.length, 3);
        },
        '[limits]\nall = { requests_a_minute = 3 }\n',
    ));

test('limits.each.body_bytes: what can never fit is 413, what does not fit now is 429', () =>
    server(
        `request_body = "256KiB"\n${tokens}`,
        async ({ a, url }) => {
            const large = (kilobytes) => message('x'.repeat(kilobytes * 1024));
            assert.equal((await post(url, large(130), as(tokenA))).status, 413);
            a.script(never); // while it is silent, its request is kept
            const waiting = new Stream(url, large(100), as(tokenA));
            await a.until(() => a.seen.length === 1);
            const refused = await post(url, large(60), as(tokenA));
            assert.equal(refused.status, 429, refused.text);
            a.script(chatText('b'));
            assert.equal((await post(url, large(60), as(tokenB))).status, 200, 'the other token has its own');
            waiting.leave();
            await a.seen[0].left;
        },
        '[limits]\neach = { body_bytes = "128KiB" }\n',
    ));

test('limits.all.body_bytes: when the memory is used up that is the machine’s own overload', () =>
    server(
        'request_body = "256KiB"',
        async ({ a, url }) => {
            a.script(never);
            const waiting = new Stream(url, message('x'.repeat(200 * 1024)));
            await a.until(() => a.seen.length === 1);
            const refused = await post(url, message('x'.repeat(100 * 1024)), { agent: false });
            assert.equal(refused.status, 529, refused.text);
            assert.equal(refused.json.error.type, 'overloaded_error');
            assert.match(refused.headers['retry-after'], /^\d+$/);
            waiting.leave();
            await a.seen[0].left;
            a.script(chatText('free'));
            for (;;) {
                const again = await post(url, message('x'.repeat(100 * 1024)), { agent: false });
                if (again.status === 200) break;
                assert.equal(again.status, 529);
            }
        },
        '[limits]\nall = { body_bytes = "256KiB" }\n',
    ));

test('/health says nothing of it and needs nothing of it', () =>
    server(
        tokens,
        async ({ url }) => {
            for (let i = 0; i < 5; ++i) assert.equal((await ask(url, '/health')).status, 200);
            assert.equal((await post(url, message(), as(tokenA))).status, 200, 'it was not counted');
        },
        '[limits]\nall = { requests_a_minute = 1 }\n',
    ));
