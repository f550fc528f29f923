// dragoman under a service manager: what it says to it, and the sockets it is given.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test as plainTest } from 'node:test';

import { Child, Dragoman, binary, canaryKey, here, temporaryFolder, withUpstream } from './harness.mjs';
import { Stream, ask, message, post } from './http_client.mjs';
import { test, timeLimit } from './suite.mjs';

const manager = (...options) => ['python3', join(here, 'service_manager.py'), ...options, '--'];

// What the program has said so far, and a way to wait for more.
const said = (dragoman) =>
    dragoman.child.out
        .split('\n')
        .filter((line) => line.startsWith('{"said"'))
        .map((line) => JSON.parse(line).said);
const says = (dragoman, pattern, from = 0) =>
    dragoman.child.until(() =>
        said(dragoman)
            .slice(from)
            .find((one) => pattern.test(one)),
    );
const facts = (child, name) =>
    child.until(() => {
        const line = child.out.split('\n').find((one) => one.startsWith(`{"${name}"`));
        return line && JSON.parse(line)[name];
    });

const getHealth = (socketPath) =>
    new Promise((done, fail) => {
        const headers = { host: 'localhost', connection: 'close' };
        const request = http.get({ socketPath, path: '/health', headers }, (response) => {
            response.resume();
            response.on('end', () => done(response.statusCode));
        });
        request.on('error', fail);
    });

for (const kind of ['path', 'abstract']) {
    test(`it says when it is ready, reloads and ends (NOTIFY_SOCKET: ${kind})`, () =>
        withUpstream(async ({ start }) => {
            const dragoman = await start(
                { OPENROUTER_API_KEY: canaryKey },
                { wrapper: manager('--notify', kind) },
            );
            const ready = await says(dragoman, /^READY=1\n/);
            assert.match(ready, new RegExp(`\nSTATUS=listening on 127\\.0\\.0\\.1:${dragoman.port}$`));
            assert.equal((await ask(dragoman.url, '/health')).status, 200);
            dragoman.child.signal('SIGHUP');
            const reloading = await says(dragoman, /^RELOADING=1\n/);
            const at = Number(/\nMONOTONIC_USEC=(\d+)\n/.exec(reloading)[1]);
            assert.ok(Math.abs(at - Number(process.hrtime.bigint() / 1000n)) < 60e6, `${at}`);
            const readies = () => said(dragoman).filter((one) => one.startsWith('READY=1')).length;
            await dragoman.child.until(() => readies() === 2);
            dragoman.child.signal('SIGTERM');
            const stopping = await says(dragoman, /^STOPPING=1\n/);
            assert.match(stopping, /\nEXTEND_TIMEOUT_USEC=40000000\n/, 'the drain, and some time for the rest');
            assert.deepEqual(await dragoman.child.exit, { code: 0, signal: null });
            const states = said(dragoman).map((one) => one.split('\n')[0]);
            assert.deepEqual(states, ['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1']);
        }));
}

test('without a key the status says so, and a running answer is counted', () =>
    withUpstream(async ({ start, upstream }) => {
        const degraded = await start({}, { wrapper: manager('--notify', 'path') });
        assert.match(await says(degraded, /^READY=1/), /STATUS=degraded, no upstream key/);
        let open;
        const hold = new Promise((resolve) => {
            open = resolve;
        });
        upstream.script({ text: ['begun', ' and finished'], hold });
        const dragoman = await start(
            { OPENROUTER_API_KEY: canaryKey },
            { wrapper: manager('--notify', 'path') },
        );
        const stream = new Stream(dragoman.url, message());
        await stream.until((s) => s.text.includes('begun'));
        await says(dragoman, /^STATUS=listening on [^;]*; 1 answer running$/);
        open();
        await stream.end();
    }));

test('it gives signs of life while its loops turn, and only if they are asked for', () =>
    withUpstream(async ({ start }) => {
        const watched = await start(
            { OPENROUTER_API_KEY: canaryKey, WATCHDOG_USEC: '400000' },
            { wrapper: manager('--notify', 'path'), args: ['serve', '--workers', '3'] },
        );
        const other = await start(
            { OPENROUTER_API_KEY: canaryKey, WATCHDOG_USEC: '400000', WATCHDOG_PID: '1' },
            { wrapper: manager('--notify', 'path') },
        );
        const signs = () => said(watched).filter((one) => one === 'WATCHDOG=1').length;
        await watched.child.until(() => signs() >= 5);
        assert.ok(!said(other).includes('WATCHDOG=1'));
    }));

test('a wrong configuration is in the status before it ends', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'config.toml');
    writeFileSync(file, '[server]\nworker = 2\n');
    const dragoman = new Dragoman({}, {
        folder,
        args: ['serve', '--config', file],
        wrapper: manager('--notify', 'abstract'),
    });
    assert.deepEqual(await dragoman.child.exit, { code: 2, signal: null });
    assert.match(said(dragoman)[0], /^STATUS=.*config\.toml:2:1.*worker/);
    assert.ok(!said(dragoman).some((one) => one.includes('READY=1')));
    rmSync(folder, { recursive: true });
});

test('it listens on what it is given, with every worker, and on nothing else', () =>
    withUpstream(async ({ start, upstream, folder }) => {
        const path = join(folder, 'api.sock');
        upstream.script({ text: 'Given.' });
        const dragoman = await start(
            { OPENROUTER_API_KEY: canaryKey, PORT: '1', HOST: '0.0.0.0' },
            { wrapper: manager('--tcp', '127.0.0.1', '--unix', path), args: ['serve', '--workers', '2'] },
        );
        const [tcp, inFiles] = await facts(dragoman.child, 'sockets');
        assert.equal(dragoman.port, tcp[1]);
        assert.equal(inFiles, path);
        await dragoman.child.says(/listening on unix:/);
        const answer = await post(dragoman.url, message());
        assert.equal(answer.status, 200, answer.text);
        assert.equal(await getHealth(path), 200);
    }));

// Over TCP a client that closes has only ended its own direction; in the file system both are gone at once.
test('who has the whole answer may leave: nothing was cancelled', () =>
    withUpstream(async ({ start, upstream, folder }) => {
        const path = join(folder, 'leaving.sock');
        upstream.script({ text: ['All ', 'of it.'] });
        const dragoman = await start(
            { OPENROUTER_API_KEY: canaryKey },
            { wrapper: manager('--tcp', '127.0.0.1', '--unix', path) },
        );
        const body = JSON.stringify(message('Hello', { stream: true }));
        const head = `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
        for (let turn = 0; turn < 5; turn += 1) {
            await new Promise((done, fail) => {
                const socket = connect(path, () =>
                    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`),
                );
                let text = '';
                socket.on('error', fail).on('data', (bytes) => {
                    text += bytes;
                    if (text.endsWith('0\r\n\r\n')) socket.destroy();
                });
                socket.on('close', done);
            });
        }
        const outcomes = () => [...dragoman.log.matchAll(/"outcome":"(\w+)"/g)].map((found) => found[1]);
        await dragoman.child.until(() => outcomes().length === 5);
        assert.deepEqual(outcomes(), ['ok', 'ok', 'ok', 'ok', 'ok']);
    }));

test('a given socket that other machines reach needs a token, whatever the settings say', () =>
    withUpstream(async ({ folder }) => {
        const work = join(folder, 'open');
        mkdirSync(work);
        const refused = new Dragoman(
            { OPENROUTER_API_KEY: canaryKey },
            { folder: work, wrapper: manager('--tcp', '0.0.0.0', '--notify', 'path') },
        );
        assert.deepEqual(await refused.child.exit, { code: 2, signal: null });
        assert.match(refused.log, /socket that systemd opened: 0\.0\.0\.0:\d+ can be reached by other machines/);
        assert.match(said(refused)[0], /^STATUS=.*can be reached/);
        const token = 'a-token-of-some-length-0123456789';
        const dragoman = new Dragoman(
            { OPENROUTER_API_KEY: canaryKey, DRAGOMAN_CLIENT_TOKEN: token },
            { wrapper: manager('--tcp', '0.0.0.0') },
        );
        const [, port] = (await facts(dragoman.child, 'sockets'))[0];
        const url = `http://127.0.0.1:${port}`;
        await dragoman.child.says(/listening on http:\/\/0\.0\.0\.0:/);
        assert.equal((await ask(url, '/v1/models')).status, 401);
        assert.equal((await ask(url, '/v1/models', { headers: { 'x-api-key': token } })).status, 200);
        await dragoman.stop();
    }));

test('what is no listening stream socket is refused by name', async () => {
    const folder = temporaryFolder();
    const dragoman = new Dragoman({}, { folder, wrapper: manager('--datagrams', join(folder, 'd')) });
    assert.deepEqual(await dragoman.child.exit, { code: 1, signal: null });
    assert.match(dragoman.child.err, /descriptor 3 \(api\).*ListenStream=.*Accept=no/);
    rmSync(folder, { recursive: true });
});

test('clients that come during a restart wait in the given socket', () =>
    withUpstream(async ({ folder }) => {
        // The sockets outlive the first dragoman here, as they do with systemd.
        const path = join(folder, 'restart.sock');
        const get = (child) =>
            Promise.race([getHealth(path), child.exit.then(() => Promise.reject(new Error(child.err)))]);
        const script = `
            import ctypes, os, socket, sys
            one = socket.socket(socket.AF_UNIX); one.bind(sys.argv[1]); one.listen()
            for turn in range(2):
                child = os.fork()
                if child == 0:
                    ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
                    os.dup2(os.dup2(one.fileno(), 200, False), 3, True)
                    given = {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
                    os.execve(sys.argv[2], [sys.argv[2]], {**os.environ, **given})
                print("turn", turn, child, flush=True)
                os.waitpid(child, 0)
                print("ended", turn, flush=True)
                sys.stdin.readline()
        `.replace(/^ {12}/gm, '');
        const child = new Child('python3', ['-c', script, path, binary], {
            env: { HOME: folder, OPENROUTER_API_KEY: canaryKey, OPENROUTER_BASE_URL: 'http://127.0.0.1:9' },
            cwd: folder,
            input: 'pipe',
        });
        try {
            const pid = async (turn) => Number((await child.says(new RegExp(`turn ${turn} (\\d+)`)))[1]);
            const first = await pid(0);
            assert.equal(await get(child), 200);
            process.kill(first, 'SIGTERM');
            await child.says(/ended 0/);
            const waiting = get(child);
            child.process.stdin.write('\n');
            assert.equal(await waiting, 200, 'asked while nobody served');
            process.kill(await pid(1), 'SIGTERM');
            await child.says(/ended 1/);
            child.process.stdin.end('\n');
            assert.deepEqual(await child.exit, { code: 0, signal: null });
        } finally {
            await child.stop();
        }
    }));

const noSocketActivate =
    spawnSync('systemd-socket-activate', ['--version'], { stdio: 'ignore' }).status === 0
        ? false
        : 'systemd-socket-activate is not installed';

const activation = { timeout: timeLimit, skip: noSocketActivate };
plainTest('systemd itself hands its socket over to the first client', activation, () =>
    withUpstream(async ({ folder }) => {
        const path = join(folder, 'activated.sock');
        const child = new Child('systemd-socket-activate', ['-E', 'HOME', '-l', path, binary], {
            env: { HOME: folder },
            cwd: folder,
        });
        try {
            await child.says(/Listening on/);
            assert.equal(await getHealth(path), 200);
            assert.match(child.err, /listening on unix:/);
            child.signal('SIGTERM'); // It has become the program.
            assert.deepEqual(await child.exit, { code: 0, signal: null });
        } finally {
            await child.stop();
        }
    }));
