// Starts the program under test and the real clients, each with an environment and folders of its own, and
// ends them by process id. Nothing here sleeps: what has to be waited for is a line, an answer or an exit.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { arch, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { StrictUpstream } from './strict_upstream.mjs';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, '../..');
export const binary = resolve(process.env.DRAGOMAN_BIN ?? join(root, 'build/release/dragoman'));
export const canaryKey = 'sk-or-v1-canary0000000000000000000000000000000000000000000000000000c0de';
export const versions = ['2.1.197', '2.1.329'];

export const claudeBinary = (version) =>
    join(root, 'tests/node_modules', `claude-${version}-${arch()}`, 'claude');

export function temporaryFolder() {
    return mkdtempSync(join(tmpdir(), 'dragoman-e2e-'));
}

export const searchPath = process.env.PATH ?? '/usr/bin:/bin';

// Says more about a failure, whichever of the two a reporter shows.
export function explain(error, text) {
    error.message += text;
    error.stack += text;
}

// A child whose output is kept, and can be waited for.
export class Child {
    constructor(file, args, { env, cwd, input }) {
        this.out = '';
        this.err = '';
        this.waiters = [];
        this.process = spawn(file, args, {
            env: { PATH: searchPath, ...env },
            cwd,
            stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        });
        this.process.stdout.on('data', (bytes) => this.heard('out', bytes));
        this.process.stderr.on('data', (bytes) => this.heard('err', bytes));
        this.exit = new Promise((done) => {
            this.process.on('error', (error) => {
                this.err += error.stack;
                done({ code: -1, signal: null });
            });
            this.process.on('close', (code, signal) => done({ code, signal }));
        });
        this.exit.then((status) => {
            this.status = status;
            this.wake();
        });
        if (input !== undefined && input !== 'pipe') this.process.stdin.end(input);
    }

    heard(which, bytes) {
        this[which] += bytes.toString('utf8');
        this.wake();
    }

    wake() {
        this.waiters.splice(0).forEach((done) => done());
    }

    // Resolves with what `found` returns, asked again whenever the child has said something; rejects when the
    // child ended before.
    async until(found) {
        for (;;) {
            const what = found();
            if (what) return what;
            if (this.status) throw new Error(`ended too early:\n${this.out.slice(-4000)}\n${this.err}`);
            await new Promise((done) => this.waiters.push(done));
        }
    }

    says(pattern) {
        return this.until(() => pattern.exec(this.out) ?? pattern.exec(this.err));
    }

    signal(name) {
        if (!this.status) this.process.kill(name);
    }

    async stop(name = 'SIGKILL') {
        this.signal(name);
        return this.exit;
    }
}

// A port for a program that is ended and started again at the same address. It lies below those that the system
// gives to connections: else a client that keeps trying could get it as its own, and would meet itself.
export async function portToComeBackTo() {
    for (;;) {
        const port = 10000 + Math.floor(Math.random() * 20000);
        const server = createServer();
        const free = await new Promise((done) => {
            server.once('error', () => done(false));
            server.listen(port, '127.0.0.1', () => done(true));
        });
        if (!free) continue;
        await new Promise((done) => server.close(done));
        return port;
    }
}

export class Dragoman {
    constructor(env, { args = [], cwd, folder, wrapper = [] }) {
        this.folder = folder ?? temporaryFolder();
        for (const name of ['home', 'work']) mkdirSync(join(this.folder, name), { recursive: true });
        const home = join(this.folder, 'home');
        const [file, ...rest] = [...wrapper, binary, ...args];
        this.child = new Child(file, rest, {
            cwd: cwd ?? join(this.folder, 'work'),
            env: {
                HOME: home,
                XDG_CONFIG_HOME: join(home, 'config'),
                XDG_STATE_HOME: join(home, 'state'),
                XDG_CACHE_HOME: join(home, 'cache'),
                HOST: '127.0.0.1',
                PORT: '0',
                ...env,
            },
        });
    }

    static async start(env, options = {}) {
        if (!existsSync(binary)) throw new Error(`no program at ${binary}: build it, or set DRAGOMAN_BIN`);
        const dragoman = new Dragoman(env, options);
        const found = await dragoman.child.says(/listening[^\n]*?(?:127\.0\.0\.1|localhost|\[::1\]):(\d+)/i);
        dragoman.port = Number(found[1]);
        dragoman.url = `http://127.0.0.1:${dragoman.port}`;
        return dragoman;
    }

    get log() {
        return this.child.out + this.child.err;
    }

    // Ends it in order, so that a sanitizer can still report; what is running gets no time.
    async stop() {
        this.child.signal('SIGTERM');
        const ending = /"ending [^}]*"running":(\d+)/;
        const found = await this.child
            .until(() => this.child.status ?? ending.exec(this.log))
            .catch(() => null);
        if (Number(found?.[1] ?? 0) > 0) this.child.signal('SIGINT');
        const limit = setTimeout(() => this.child.signal('SIGKILL'), 20000);
        const status = await this.child.exit;
        clearTimeout(limit);
        rmSync(this.folder, { recursive: true, force: true });
        const report = /(AddressSanitizer|LeakSanitizer|runtime error:|terminate called)[^]*/.exec(this.log);
        assert.ok(!report, report?.[0].slice(0, 4000));
        assert.deepEqual(
            status,
            { code: 0, signal: null },
            `how the program ended: ${this.log.slice(-2000)}`,
        );
        return status;
    }
}

// The upstream, the program in front of it, and what has to be ended afterwards. The environment holds what
// a person sets, and nothing else.
export class Stage {
    // `configuration`: the text of a file, made when the upstream is there; it stands for the usual environment.
    static async start({
        env = {},
        configuration,
        big = 'openai/gpt-oss-120b',
        small = 'openai/gpt-5.5-mini',
        ...options
    } = {}) {
        const stage = new Stage();
        stage.upstream = await StrictUpstream.start({ key: canaryKey });
        const usual = {
            OPENROUTER_API_KEY: canaryKey,
            OPENROUTER_BASE_URL: stage.upstream.baseUrl,
            BIG_MODEL_NAME: big,
            SMALL_MODEL_NAME: small,
        };
        if (configuration) {
            options.folder = temporaryFolder();
            const file = join(options.folder, 'config.toml');
            writeFileSync(file, configuration(stage.upstream));
            options.args = ['serve', '--config', file];
        }
        stage.dragoman = await Dragoman.start({ ...(configuration ? {} : usual), ...env }, options).catch(async (error) => {
            await stage.upstream.stop();
            throw error;
        });
        return stage;
    }

    async stop() {
        await this.dragoman.stop().finally(() => this.upstream.stop());
    }
}

// Runs `body` with a stage of its own; whatever happens, the stage ends.
export async function onStage(options, body) {
    const stage = await Stage.start(options);
    try {
        await body(stage);
    } catch (error) {
        error.message +=
            `\n--- log of the program ---\n${stage.dragoman.log.slice(-6000)}` +
            `\n--- refused by the upstream ---\n${stage.upstream.refusals.slice(0, 6000)}`;
        throw error;
    } finally {
        await stage.stop();
    }
}

// An upstream, a folder, and a way to start the program in front of it with any environment.
export async function withUpstream(body, key = canaryKey) {
    const upstream = await StrictUpstream.start({ key });
    const folder = temporaryFolder();
    const running = [];
    const start = async (env, options = {}) => {
        const dragoman = await Dragoman.start({ OPENROUTER_BASE_URL: upstream.baseUrl, ...env }, options);
        running.push(dragoman);
        return dragoman;
    };
    try {
        await body({ upstream, folder, start });
    } catch (error) {
        error.message += running.map((d) => `\n--- log ---\n${d.log.slice(-4000)}`).join('');
        throw error;
    } finally {
        for (const dragoman of running) await dragoman.stop();
        await upstream.stop();
        rmSync(folder, { recursive: true, force: true });
    }
}

// The program as a command that ends.
export const run = async (args, env = {}) => {
    const child = new Child(binary, args, { env: { HOME: '/nonexistent', ...env }, cwd: '/' });
    const status = await child.exit;
    return { code: status.code, out: child.out, err: child.err };
};
