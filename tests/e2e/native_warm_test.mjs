// Connections to the upstream that are there before a request needs them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';

import { Dragoman, canaryKey, temporaryFolder } from './harness.mjs';
import { ask } from './http_client.mjs';
import { test } from './suite.mjs';

// Counts who comes, and what is said; with the list of models switched off nobody has a reason to speak.
class Listener {
    connections = 0;
    bytes = 0;
    sockets = new Set();
    server = net.createServer((socket) => {
        this.connections += 1;
        this.sockets.add(socket);
        socket.on('data', (data) => (this.bytes += data.length)).on('error', () => {});
        this.server.emit('counted');
    });

    async reaches(count) {
        while (this.connections < count) await once(this.server, 'counted');
        assert.equal(this.connections, count);
    }

    hangUp() {
        for (const socket of this.sockets) socket.destroy();
        this.sockets.clear();
    }
}

async function withListener(body) {
    const listener = new Listener();
    const folder = temporaryFolder();
    const file = join(folder, 'config.toml');
    writeFileSync(file, '[server]\nworkers = 2\n[catalogue]\nenabled = false\n');
    listener.server.listen(0, '127.0.0.1');
    await once(listener.server, 'listening');
    const running = [];
    const start = async (env, args = []) => {
        const base = `http://127.0.0.1:${listener.server.address().port}/api/v1`;
        const all = { OPENROUTER_BASE_URL: base, LOG_LEVEL: 'debug', ...env };
        running.push(await Dragoman.start(all, { args: ['serve', '--config', file, ...args] }));
        return running.at(-1);
    };
    try {
        await body({ listener, start, file });
    } finally {
        for (const dragoman of running) await dragoman.stop();
        listener.hangUp();
        listener.server.close();
        rmSync(folder, { recursive: true, force: true });
    }
}

const withKey = { OPENROUTER_API_KEY: canaryKey };

test('every worker has a connection before the first request, and says nothing on it', () =>
    withListener(async ({ listener, start }) => {
        await start(withKey);
        await listener.reaches(2);
        assert.equal(listener.bytes, 0);
    }));

test('a knock opens one when there is none, and not another when there is', () =>
    withListener(async ({ listener, start, file }) => {
        writeFileSync(file, '[server]\nworkers = 1\n[catalogue]\nenabled = false\n');
        const { url } = await start(withKey);
        await listener.reaches(1);
        await ask(url, '/', { method: 'HEAD' });
        await ask(url, '/', { method: 'HEAD' });
        assert.equal(listener.connections, 1);
        listener.hangUp(); // Once it has been noticed, the next knock opens another one.
        while (listener.connections < 2) await ask(url, '/', { method: 'HEAD' });
        assert.equal(listener.bytes, 0);
    }));

test('a configuration that leads elsewhere has its own at once', () =>
    withListener(async ({ listener, start, file }) => {
        const other = new Listener();
        other.server.listen(0, '127.0.0.1');
        await once(other.server, 'listening');
        try {
            const leadTo = (there) => {
                const base = `http://127.0.0.1:${there.server.address().port}/api/v1`;
                const text = '[server]\nworkers = 2\n[catalogue]\nenabled = false\n';
                writeFileSync(file, `${text}[upstreams.openrouter]\nbase_url = "${base}"\n`);
            };
            leadTo(listener);
            const dragoman = await start({ ...withKey, OPENROUTER_BASE_URL: undefined });
            await listener.reaches(2);
            leadTo(other);
            dragoman.child.signal('SIGHUP');
            await other.reaches(2);
            assert.equal(other.bytes + listener.bytes, 0);
        } finally {
            other.hangUp();
            other.server.close();
        }
    }));

test('nothing is opened without a key, or in the demonstration', () =>
    withListener(async ({ listener, start }) => {
        for (const [env, args] of [
            [{}, []],
            [withKey, ['--demo']],
        ]) {
            const { url } = await start(env, args);
            await ask(url, '/', { method: 'HEAD' });
            await ask(url, '/health');
        }
        await start(withKey); // What those had opened would have come before these.
        await listener.reaches(2);
    }));

test('an upstream that cannot be reached is no word in the log but at debug', () =>
    withListener(async ({ start }) => {
        const port = await closedPort();
        const dragoman = await start({
            ...withKey,
            OPENROUTER_BASE_URL: `http://127.0.0.1:${port}/api/v1`,
        });
        await dragoman.child.says(/no connection ahead of requests/);
        assert.doesNotMatch(dragoman.log, /"level":"(warning|error)"[^\n]*reach/);
    }));

async function closedPort() {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    await new Promise((closed) => server.close(closed));
    return port;
}
