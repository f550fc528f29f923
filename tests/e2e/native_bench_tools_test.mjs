// The tools that measure (bench/tools): each workload for an instant, directly and through the program.
// Their counts must be exact, or no figure means anything; and they must see when something is wrong.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before } from 'node:test';

import { Child, Dragoman, canaryKey, root, temporaryFolder } from './harness.mjs';
import { message } from './http_client.mjs';
import { test as plainTest } from './suite.mjs';

const tools = process.env.DRAGOMAN_BENCH_TOOLS ?? join(root, 'build/release/bench');
const here = { skip: process.platform !== 'linux' && 'the tools need epoll' };
const test = here.skip ? () => {} : plainTest;
const rounds = 6;

class Upstream {
    static async start(args = []) {
        const upstream = new Upstream();
        upstream.child = new Child(join(tools, 'bench_upstream'), args, {});
        upstream.port = Number((await upstream.child.says(/^port (\d+)$/m))[1]);
        return upstream;
    }

    async stop() {
        const status = await this.child.stop('SIGTERM');
        assert.deepEqual(status, { code: 0, signal: null }, this.child.err);
        return JSON.parse(this.child.out.split('\n')[1]);
    }
}

let folder;
let dragoman;
let behind;

async function load(args) {
    const child = new Child(join(tools, 'bench_load'), args.map(String), {});
    const status = await child.exit;
    assert.deepEqual(status, { code: 0, signal: null }, child.err);
    return { ...JSON.parse(child.out), said: child.err };
}

function body(model, more = {}) {
    const name = join(folder, `${model.replace('/', '_')}.json`);
    const stream = !model.includes('whole');
    const schema = { type: 'object', properties: { command: { type: 'string' } } };
    const bash = { name: 'Bash', input_schema: schema };
    writeFileSync(name, JSON.stringify({ ...message('hello', { tools: [bash] }), stream, model, ...more }));
    return name;
}

const asked = (port, path, file, ...more) =>
    load(['--port', port, '--path', path, '--body', file, '--requests', rounds, '--connections', 2, ...more]);

function assertClean(result, events) {
    assert.equal(result.said.replace(/^open \d+\n/gm, ''), '');
    assert.equal(result.requests, rounds);
    assert.equal(result.errors, 0);
    assert.equal(result.incomplete, 0);
    assert.equal(result.events, rounds * events);
    assert.equal(result.total_us.count, rounds);
    assert.ok(result.first_byte_us.p50 > 0 && result.first_byte_us.p50 <= result.total_us.max);
}

// What each workload comes to: events of Chat Completions, events of Messages, and those of the translation,
// which has a ping of its own. The second and the third tool must wait for the first; what waited becomes one
// event each. A paced delta of text carries a stamp, from which the tools know how long it was under way.
const workloads = {
    'whole-2k': { chat: 0, messages: 0, translated: 0, stamps: 0 },
    'whole-20k': { chat: 0, messages: 0, translated: 0, stamps: 0 },
    'text-20-0': { chat: 23, messages: 25, translated: 26, stamps: 0 },
    'text-20-2': { chat: 23, messages: 25, translated: 26, stamps: 20 },
    'text-500-0': { chat: 503, messages: 505, translated: 506, stamps: 0 },
    'think-30-0': { chat: 34, messages: 39, translated: 40, stamps: 0 },
    'think-30-2': { chat: 34, messages: 39, translated: 40, stamps: 1 },
    'tools-30-0': { chat: 36, messages: 39, translated: 24, stamps: 0 },
    'tools-30-2': { chat: 36, messages: 39, translated: 24, stamps: 0 },
};

before(async () => {
    if (here.skip) return;
    assert.ok(
        existsSync(join(tools, 'bench_load')),
        `no tools in ${tools}: build bench_upstream and bench_load, or set DRAGOMAN_BENCH_TOOLS`,
    );
    folder = temporaryFolder();
    behind = await Upstream.start();
    dragoman = await Dragoman.start({
        OPENROUTER_API_KEY: canaryKey,
        OPENROUTER_BASE_URL: `http://127.0.0.1:${behind.port}/api/v1`,
        BIG_MODEL_NAME: 'bench/text-500-0',
        SMALL_MODEL_NAME: 'bench/text-500-0',
    });
});

after(async () => {
    await dragoman?.stop();
    await behind?.child.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
});

for (const [name, expected] of Object.entries(workloads)) {
    const whole = name.startsWith('whole');

    test(`${name}, directly`, async () => {
        const upstream = await Upstream.start();
        const file = body(`bench/${name}`);
        for (const [dialect, path, end] of [
            ['chat', '/api/v1/chat/completions', whole ? '"total_tokens":1500' : '[DONE]'],
            ['messages', '/v1/messages', whole ? 'end_turn' : 'message_stop'],
        ]) {
            const result = await asked(upstream.port, path, file, '--expect-end', end);
            assertClean(result, expected[dialect]);
            assert.equal(result.event_us.count, rounds * expected.stamps);
        }
        const counts = await upstream.stop();
        assert.equal(counts.requests, 2 * rounds);
        assert.equal(counts.events, rounds * (expected.chat + expected.messages));
        assert.equal(counts.cancelled, 0);
        assert.equal(counts.bad_requests, 0);
    });

    test(`${name}, translated and passed through`, async () => {
        const end = whole ? '"stop_reason":"' : 'message_stop';
        const ask = (model) => asked(dragoman.port, '/v1/messages', body(model), '--expect-end', end);
        const translated = await ask(`bench/${name}`);
        assertClean(translated, expected.translated);
        assert.equal(translated.event_us.count, rounds * expected.stamps);
        const passed = await ask(`anthropic/${name}`);
        assertClean(passed, expected.messages);
        assert.equal(passed.event_us.count, rounds * expected.stamps);
    });
}

test('a body of a megabyte, and the counting of tokens', async () => {
    const long = 'The quick brown fox jumps over the lazy dog. '.repeat(24000);
    const file = body('bench/whole-2k', { messages: [{ role: 'user', content: long }] });
    const ask = (path, end) => asked(dragoman.port, path, file, '--expect-end', end);
    assertClean(await ask('/v1/messages', 'end_turn'), 0);
    assertClean(await ask('/v1/messages/count_tokens', 'input_tokens'), 0);
});

test('a rate is kept, and 500 streams are there at once', async () => {
    const upstream = await Upstream.start();
    const paced = await asked(upstream.port, '/v1/messages', body('bench/text-1-0'), '--rate', 100);
    assertClean(paced, 6);
    assert.ok(paced.seconds >= (rounds - 1) / 100, `${paced.seconds}`);
    const many = ['--connections', 500, '--requests', 500, '--expect-events', 9];
    const result = await asked(upstream.port, '/v1/messages', body('bench/text-4-500'), ...many);
    assert.equal(result.said, 'open 500\n');
    assert.equal(result.most_open, 500);
    assert.equal(result.events, 500 * 9);
    assert.equal(result.errors + result.incomplete, 0);
    assert.equal((await upstream.stop()).requests, rounds + 500);
});

test('TLS', async () => {
    const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    const options =
        'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1';
    const made = spawnSync('openssl', [...options.split(' '), '-keyout', key, '-out', certificate], {
        encoding: 'utf8',
    });
    assert.equal(made.status, 0, made.stderr);
    const upstream = await Upstream.start(['--tls', certificate, key]);
    for (const [name, events] of [
        ['text-500-0', 505],
        ['text-20-2', 25],
        ['whole-20k', 0],
    ]) {
        assertClean(await asked(upstream.port, '/v1/messages', body(`bench/${name}`), '--tls'), events);
    }
    assert.equal((await upstream.stop()).requests, 3 * rounds);
});

test('what is wrong is counted and said', async () => {
    const upstream = await Upstream.start();
    const events = await asked(upstream.port, '/v1/messages', body('bench/text-20-0'), '--expect-events', 24);
    assert.equal(events.incomplete, rounds);
    assert.match(events.said, /request 1: 25 events/);
    const end = await asked(upstream.port, '/v1/messages', body('bench/text-20-0'), '--expect-end', '[DONE]');
    assert.equal(end.incomplete, rounds);
    const refused = await asked(upstream.port, '/v1/messages', body('bench/unknown'));
    assert.equal(refused.errors, rounds);
    assert.match(refused.said, /status 400/);
    const counts = await upstream.stop();
    assert.equal(counts.bad_requests, rounds);
    assert.equal((await asked(upstream.port, '/v1/messages', body('bench/text-20-0'))).errors, rounds);
});

// Answers each connection with these bytes, and then closes or keeps it.
async function withServer(bytes, close, work) {
    const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => (close ? socket.end(bytes) : socket.write(bytes)));
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    try {
        return await work(server.address().port);
    } finally {
        server.close();
    }
}

test('an answer that is cut or stands still is incomplete', async () => {
    const file = body('bench/text-20-0');
    const event = '1d\r\nevent: a\ndata: {"text":"a"}\n\n\r\n';
    const begin = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${event}`;
    const one = ['--requests', 1, '--connections', 1];
    const cut = await withServer(begin, true, (port) => asked(port, '/', file, ...one));
    assert.deepEqual([cut.requests, cut.errors, cut.incomplete], [1, 0, 1]);
    assert.match(cut.said, /closed before the end/);
    const still = await withServer(begin, false, (port) => asked(port, '/', file, ...one, '--timeout', 1));
    assert.deepEqual([still.requests, still.errors, still.incomplete], [1, 0, 1]);
    assert.match(still.said, /nothing came any more/);
    const whole = await withServer(`${begin}0\r\n\r\n`, true, (port) => asked(port, '/', file, ...one));
    assert.deepEqual([whole.requests, whole.incomplete, whole.events], [1, 0, 1]);
});

// Sends the pieces one by one, and resolves with the answers once `enough` of them have ended.
async function inPieces(port, pieces, enough) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    const ended = new Promise((done, fail) => {
        socket.on('error', fail);
        socket.on('data', (bytes) => {
            text += bytes.toString('latin1');
            if (text.split('"end_turn"').length > enough) done();
        });
    });
    for (const piece of pieces) await new Promise((done) => socket.write(piece, done));
    await ended;
    socket.destroy();
    return text;
}

test('the upstream finds the model wherever it stands, in any pieces, and answers in turn', async () => {
    const upstream = await Upstream.start();
    const asks = (model) => {
        const text = JSON.stringify({ tools: [{ input: { model: 'sonnet' } }], model, stream: false });
        const head = 'POST /v1/messages?beta=true HTTP/1.1\r\nHost: a\r\n';
        return `${head}CONTENT-LENGTH: ${text.length}\r\n\r\n${text}`;
    };
    const one = asks('some/vendor/whole-2k');
    const bytes = await inPieces(upstream.port, [...one], 1);
    assert.match(bytes, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(bytes, /"model":"bench\/whole-2k"/);
    const streamed = 'msg_bench[^]*?message_stop';
    const three = await inPieces(upstream.port, [asks('bench/text-2-20') + one + asks('bench/whole-1k')], 3);
    assert.match(three, new RegExp(`${streamed}[^]*bench/whole-2k[^]*bench/whole-1k`));
    const counts = await upstream.stop();
    assert.deepEqual([counts.requests, counts.bad_requests, counts.connections], [4, 0, 2]);
});

test('first answers may go untimed, and connections may stay open after the last one', async () => {
    const upstream = await Upstream.start();
    const args = ['--port', upstream.port, '--body', body('bench/text-20-2'), '--requests', 6];
    args.push('--connections', 2, '--warmup', 4, '--hold', 60);
    const child = new Child(join(tools, 'bench_load'), args.map(String), {});
    await child.says(/^idle 2$/m);
    await child.stop('SIGTERM');
    const result = JSON.parse(child.out);
    assert.deepEqual([result.requests, result.total_us.count], [6, 2]);
    assert.equal((await upstream.stop()).connections, 2);
});

test('a reader that leaves is counted by the upstream', async () => {
    const upstream = await Upstream.start();
    const child = new Child(
        join(tools, 'bench_load'),
        ['--port', upstream.port, '--body', body('bench/text-500-1000'), '--requests', 1].map(String),
        {},
    );
    await child.says(/open 1/);
    await child.stop('SIGTERM');
    // Seen by the upstream before anything that is asked of it afterwards is answered.
    await asked(upstream.port, '/v1/messages', body('bench/text-1-0'));
    assert.equal((await upstream.stop()).cancelled, 1);
});
