// The program in front of three upstreams, and a configuration that is made once their addresses are known.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

import { Dragoman, canaryKey, explain, temporaryFolder } from './harness.mjs';
import { Stream, grammarProblems, message } from './http_client.mjs';
import { StrictUpstream } from './strict_upstream.mjs';

const names = ['first', 'second', 'third'];

export const otherKey = canaryKey.replace('c0de', 'beef');

export const upstreamTable = (name, url, extra = '', preset = 'openrouter') =>
    `[upstreams.${name}]\npreset = "${preset}"\nbase_url = "${url}"\n` +
    `${extra.includes('keys') ? '' : `key = "${canaryKey}"\n`}${extra}\n`;

const targetText = (target) => (target.startsWith('{') ? target : `"${target}"`);
export const routeTable = (targets, extra = '') =>
    `[[routes]]\n${extra}targets = [${targets.map(targetText).join(', ')}]\n`;

// An answer of a router that is no answer.
export const routerError = (code, text) => ({ error: { code, message: text } });

export class RoutesStage {
    // `configuration`: of the three upstreams, by name.
    static async start({ configuration, env = {}, args = [] }) {
        const stage = new RoutesStage();
        stage.upstreams = {};
        for (const name of names) stage.upstreams[name] = await StrictUpstream.start({ key: canaryKey });
        for (const name of names) stage.upstreams[name].script({ text: `the ${name}` });
        stage.folder = temporaryFolder();
        const file = join(stage.folder, 'config.toml');
        writeFileSync(file, configuration(stage.upstreams), { mode: 0o600 });
        stage.dragoman = await Dragoman.start(env, {
            folder: stage.folder,
            args: ['serve', '--config', file, ...args],
        }).catch(async (error) => {
            await stage.stopUpstreams();
            throw error;
        });
        return stage;
    }

    get all() {
        return names.map((name) => this.upstreams[name]);
    }

    get asked() {
        return this.all.map((upstream) => upstream.paid.length);
    }

    // What the log says of the requests so far.
    get records() {
        return this.dragoman.log
            .split('\n')
            .filter((line) => line.includes('"path":"/v1/messages"'))
            .map((line) => JSON.parse(line));
    }

    get trouble() {
        return (
            `\n--- log of the program ---\n${this.dragoman.log.slice(-6000)}` +
            names
                .map(
                    (name) => `\n--- refused by ${name} ---\n${this.upstreams[name].refusals.slice(0, 3000)}`,
                )
                .join('')
        );
    }

    async stopUpstreams() {
        for (const upstream of this.all) await upstream.stop();
        rmSync(this.folder, { recursive: true, force: true });
    }

    async stop() {
        await this.dragoman.stop().finally(() => this.stopUpstreams());
    }
}

export async function onRoutesStage(options, body) {
    const stage = await RoutesStage.start(options);
    try {
        await body(stage);
    } catch (error) {
        explain(error, stage.trouble);
        throw error;
    } finally {
        await stage.stop();
    }
}

// Three upstreams, the program in front of them, and what each of them was asked.
export const withUpstreams = (configuration, body, options = {}) =>
    onRoutesStage({ configuration, ...options }, (stage) =>
        body({
            ...stage.upstreams,
            dragoman: stage.dragoman,
            url: stage.dragoman.url,
            asked: () => stage.asked,
        }),
    );

export const big = 'openai/gpt-oss-120b';
export const other = 'openai/gpt-5.5';

// A route from the first to the second; `settings` are the first one's.
export const chain = ({ first, second, third }, settings = '') =>
    upstreamTable('first', first.baseUrl, settings) +
    upstreamTable('second', second.baseUrl) +
    upstreamTable('third', third.baseUrl) +
    routeTable([`first/${big}`, `second/${other}`]);

export const textOf = (stream) =>
    stream.events
        .filter((event) => event.name === 'content_block_delta')
        .map((event) => event.data.delta.text ?? '')
        .join('');

export async function answeredBySecond(url, question) {
    const stream = await new Stream(url, message(question)).end();
    assert.equal(stream.status, 200, stream.text);
    assert.deepEqual(grammarProblems(stream.text), []);
    assert.equal(textOf(stream), 'the second');
    return stream;
}

// An address where nobody listens.
export async function deafAddress() {
    const closed = createServer();
    await new Promise((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address();
    await new Promise((done) => closed.close(done));
    return `http://127.0.0.1:${port}/v1`;
}

// A server whose certificate nobody vouches for. Whatever it hears is a mistake.
export async function startStranger() {
    const folder = temporaryFolder();
    const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')];
    const made = spawnSync('openssl', [
        ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'.split(
            ' ',
        ),
        ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
    ]);
    assert.equal(made.status, 0, String(made.stderr));
    const heard = [];
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) =>
        socket.on('data', (bytes) => heard.push(bytes)),
    );
    rmSync(folder, { recursive: true, force: true });
    let greeted = 0;
    server.on('tlsClientError', () => {
        greeted += 1;
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return {
        url: `https://127.0.0.1:${server.address().port}/v1`,
        get greeted() {
            return greeted;
        },
        assertHeardNothing: () =>
            assert.deepEqual(
                heard,
                [],
                'not a byte, and so no key, went to a server that nobody vouches for',
            ),
        stop: () => new Promise((done) => server.close(done)),
    };
}
