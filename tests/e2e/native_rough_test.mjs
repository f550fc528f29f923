// Rough treatment from the system around: reloads under load, closed pipes, few file descriptors.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

import { canaryKey, onStage, withUpstream } from './harness.mjs';
import { Stream, ask, message, post } from './http_client.mjs';
import { test } from './suite.mjs';

test('a hundred reloads under load fail no request', () =>
    onStage({}, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Steady.' });
        let running = true;
        const statuses = [];
        const load = Array.from({ length: 8 }, async () => {
            while (running) statuses.push((await post(dragoman.url, message())).status);
        });
        for (let n = 0; n < 100; n += 1) {
            dragoman.child.signal('SIGHUP');
            await ask(dragoman.url, '/health', { agent: false });
        }
        running = false;
        await Promise.all(load);
        assert.ok(statuses.length >= 8);
        assert.deepEqual([...new Set(statuses)], [200]);
        upstream.assertClean();
    }));

test('signals that mean nothing change nothing', () =>
    onStage({}, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Still here.' });
        for (const name of ['SIGPIPE', 'SIGUSR1', 'SIGUSR2', 'SIGCHLD', 'SIGWINCH', 'SIGURG', 'SIGCONT'])
            dragoman.child.signal(name);
        assert.equal((await post(dragoman.url, message())).status, 200);
    }));

test('nobody reads the log any more: requests go on', () =>
    onStage({ env: { LOG_LEVEL: 'debug' } }, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Unheard.' });
        dragoman.child.process.stdout.destroy();
        dragoman.child.process.stderr.destroy();
        for (let n = 0; n < 50; n += 1) assert.equal((await post(dragoman.url, message())).status, 200);
    }));

test('a log that nobody drains does not stop requests', () =>
    onStage({ env: { LOG_LEVEL: 'debug' } }, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Full.' });
        dragoman.child.process.stdout.pause();
        dragoman.child.process.stderr.pause();
        for (let n = 0; n < 600; n += 1) assert.equal((await post(dragoman.url, message())).status, 200);
    }));

test('with few file descriptors idle connections make room for new ones', () =>
    onStage({ wrapper: ['bash', '-c', 'ulimit -n 128; exec "$0" "$@"'] }, async ({ dragoman, upstream }) => {
        upstream.script({ text: ['Room was made.'] });
        const idle = Array.from({ length: 200 }, () => connect(dragoman.port, '127.0.0.1'));
        idle.forEach((socket) => socket.on('error', () => {}).on('data', () => {}));
        const asked = idle.map(
            (socket) =>
                new Promise((done) => {
                    socket.on('connect', () =>
                        socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n', done),
                    );
                    socket.on('close', done);
                }),
        );
        await Promise.all(asked);
        const stream = await new Stream(dragoman.url, message('room?')).end();
        assert.match(stream.text, /Room was made\./);
        idle.forEach((socket) => socket.destroy());
        assert.equal((await post(dragoman.url, message())).status, 200);
    }));

// The addresses that listen on `port`, as the kernel writes them; proc_net(5).
const listeners = (port) =>
    ['tcp', 'tcp6'].flatMap((table) =>
        readFileSync(`/proc/net/${table}`, 'utf8')
            .split('\n')
            .map((line) => line.trim().split(/\s+/))
            .filter(([, local, , state]) => state === '0A' && parseInt(local.split(':')[1], 16) === port)
            .map(([, local]) => local.split(':')[0]),
    );

test('without HOST it listens on loopback only, and its environment shows no key', () =>
    withUpstream(async ({ start }) => {
        const dragoman = await start({ OPENROUTER_API_KEY: canaryKey, HOST: undefined });
        const addresses = listeners(dragoman.port);
        assert.ok(addresses.length > 0);
        const loopback = ['0100007F', '00000000000000000000000001000000'];
        addresses.forEach((address) => assert.ok(loopback.includes(address), address));
        const { pid } = dragoman.child.process;
        for (const file of ['environ', 'cmdline']) {
            assert.ok(!readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(canaryKey), file);
        }
    }));
