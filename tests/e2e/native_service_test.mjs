// The program as a service: its command line, its files and signals, and what it never writes down.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as plainTest } from 'node:test';

import { Dragoman, canaryKey, run, temporaryFolder, withUpstream } from './harness.mjs';
import { Stream, ask, message, post } from './http_client.mjs';
import { test, timeLimit } from './suite.mjs';

test('the command line answers for itself', async () => {
    const version = await run(['--version']);
    assert.equal(version.code, 0);
    assert.match(version.out, /^dragoman \d+\.\d+\.\d+\n$/);
    const help = await run(['--help']);
    assert.equal(help.code, 0);
    for (const word of [
        'serve',
        'check-config',
        '--config',
        '--host',
        '--port',
        '--workers',
        '--log-level',
        '--demo',
    ]) {
        assert.ok(help.out.includes(word), word);
    }
    const wrong = await run(['serve', '--prot', '1']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /--prot/);
    assert.equal((await run(['dance'])).code, 2);
});

test('check-config names every mistake with its place', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'config.toml');
    writeFileSync(file, '[server]\nlisten = ["127.0.0.1:0"]\nworker = 2\n\n[models]\nbig = 7\n');
    const bad = await run(['check-config', '--config', file]);
    assert.equal(bad.code, 2);
    assert.match(bad.err, /config\.toml:3:1.*worker.*workers/s);
    assert.match(bad.err, /config\.toml:6:\d+.*big/s);
    writeFileSync(file, '[models]\nbig = "openai/gpt-5.5"\n');
    const good = await run(['check-config', '--config', file], { OPENROUTER_API_KEY: canaryKey });
    assert.equal(good.code, 0, good.err);
    assert.ok(good.out.includes('openai/gpt-5.5'));
    assert.ok(!good.out.includes(canaryKey));
    rmSync(folder, { recursive: true });
});

test('without a key it starts degraded, and says which key to set', () =>
    withUpstream(async ({ start, upstream }) => {
        const { url } = await start({});
        const health = await ask(url, '/health');
        assert.equal(health.status, 200);
        assert.equal(health.json.status, 'degraded');
        const answer = await post(url, message());
        assert.equal(answer.status, 401);
        assert.equal(answer.json.error.type, 'authentication_error');
        assert.match(answer.json.error.message, /OPENROUTER_API_KEY/);
        assert.equal(upstream.paid.length, 0);
    }));

test('the demonstration answers by itself, thinks and calls a tool', async () => {
    const dragoman = await Dragoman.start({}, { args: ['serve', '--demo'] });
    try {
        await dragoman.child.says(/claude/);
        assert.match(dragoman.log, /demonstration/i);
        assert.match(dragoman.log, /OPENROUTER_API_KEY/);
        assert.match(dragoman.log, /curl /);
        assert.match(dragoman.log, /ANTHROPIC_BASE_URL=/);
        const plain = await post(dragoman.url, message('Hello there'));
        assert.equal(plain.status, 200, plain.text);
        assert.ok(plain.json.content.some((block) => block.type === 'text' && block.text.length > 0));
        const tools = [
            {
                name: 'Bash',
                description: 'Runs a command',
                input_schema: {
                    type: 'object',
                    properties: { command: { type: 'string' } },
                    required: ['command'],
                },
            },
        ];
        const kinds = new Set();
        for (const question of ['Hello', 'Which files are in this folder? Use a tool.', 'Run ls']) {
            const { json } = await post(
                dragoman.url,
                message(question, { tools, max_tokens: 2000, thinking: { type: 'adaptive' } }),
            );
            json.content.forEach((block) => kinds.add(block.type));
        }
        assert.deepEqual([...kinds].sort(), ['text', 'thinking', 'tool_use']);
    } finally {
        await dragoman.stop();
    }
});

test('SIGTERM lets running answers finish, and refuses new connections', () =>
    withUpstream(async ({ start, upstream }) => {
        let open;
        const hold = new Promise((resolve) => {
            open = resolve;
        });
        upstream.script({ text: ['begun', ' and finished'], hold });
        const dragoman = await start({ OPENROUTER_API_KEY: canaryKey });
        const stream = new Stream(dragoman.url, message());
        await stream.until((s) => s.text.includes('begun'));
        dragoman.child.signal('SIGTERM');
        for (;;) {
            const refused = await ask(dragoman.url, '/health', { agent: false }).then(
                ({ status }) => status === 503,
                () => true,
            );
            if (refused) break;
        }
        open();
        await stream.end();
        assert.match(stream.text, /and finished/);
        assert.match(stream.text, /message_stop/);
        assert.deepEqual(await dragoman.child.exit, { code: 0, signal: null });
    }));

test('a second signal ends it at once', () =>
    withUpstream(async ({ start, upstream }) => {
        upstream.script({ text: ['begun', 'x'], hold: new Promise(() => {}) });
        const dragoman = await start({ OPENROUTER_API_KEY: canaryKey });
        const stream = new Stream(dragoman.url, message());
        await stream.until((s) => s.text.includes('begun'));
        dragoman.child.signal('SIGTERM');
        await ask(dragoman.url, '/health', { agent: false }).catch(() => {});
        dragoman.child.signal('SIGTERM');
        const { signal } = await dragoman.child.exit;
        assert.ok(signal === null || signal === 'SIGTERM');
        await stream.end();
    }));

// One that another thread takes as well could end the program after the end, when nobody waits for it any more.
const threads = { timeout: timeLimit, skip: !existsSync('/proc/self/task') && 'the system shows no threads' };
plainTest('signals are for one thread alone', threads, () =>
    withUpstream(async ({ start, upstream }) => {
        upstream.script({ text: 'Yes.' });
        const dragoman = await start({ OPENROUTER_API_KEY: canaryKey, DRAGOMAN_METRICS_LISTEN: '127.0.0.1:0' });
        assert.equal((await post(dragoman.url, message())).status, 200);
        const { pid } = dragoman.child.process;
        const blocked = readdirSync(`/proc/${pid}/task`).map((task) => {
            const status = readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8');
            return [Number(task), BigInt(`0x${/SigBlk:\s*(\w+)/.exec(status)[1]}`)];
        });
        assert.ok(blocked.length > 3, `${blocked.length} threads`);
        for (const [task, mask] of blocked)
            for (const number of [1, 2, 3, 15])
                assert.equal(
                    (mask >> BigInt(number - 1)) & 1n,
                    task === pid ? 0n : 1n,
                    `signal ${number} in thread ${task} of ${pid}`,
                );
    }));

test('SIGQUIT ends at once, and the log does not blame the client', () =>
    withUpstream(async ({ start, upstream }) => {
        upstream.script({ text: ['begun', 'x'], hold: new Promise(() => {}) });
        const dragoman = await start({ OPENROUTER_API_KEY: canaryKey });
        const stream = new Stream(dragoman.url, message());
        await stream.until((s) => s.text.includes('begun'));
        dragoman.child.signal('SIGQUIT');
        assert.deepEqual(await dragoman.child.exit, { code: 0, signal: null });
        await stream.end();
        assert.doesNotMatch(stream.text, /message_stop/);
        const line = dragoman.log.split('\n').find((l) => l.includes('"message":"request"'));
        assert.equal(JSON.parse(line).outcome, 'proxy_error');
    }));

test('every request has a line in the log, also those that no model answers', () =>
    withUpstream(async ({ start }) => {
        const { url, child } = await start({ OPENROUTER_API_KEY: canaryKey });
        const counted = await post(url, message(), { path: '/v1/messages/count_tokens' });
        const listed = await ask(url, '/v1/models?limit=2');
        const health = await ask(url, '/health');
        const missing = await ask(url, '/nowhere?secret=1');
        await child.says(/nowhere/);
        const lines = child.err
            .concat(child.out)
            .split('\n')
            .filter((l) => l.includes('"message":"request"'))
            .map((l) => JSON.parse(l));
        const line = (answer) => lines.find((l) => l.request_id === answer.headers['request-id']);
        assert.equal(line(counted).path, '/v1/messages/count_tokens');
        assert.equal(line(counted).status, 200);
        assert.equal(line(listed).path, '/v1/models');
        assert.equal(line(listed).method, 'GET');
        assert.equal(line(missing).status, 404);
        assert.equal(line(missing).outcome, 'client_error');
        assert.equal(line(missing).path, '/nowhere');
        assert.equal(line(health), undefined);
    }));

test('SIGHUP reloads, and a broken file changes nothing', () =>
    withUpstream(async ({ start, upstream, folder }) => {
        const file = join(folder, 'config.toml');
        const write = (text) => writeFileSync(file, text);
        write('[models]\nbig = "openai/gpt-5.5"\n');
        upstream.script({ text: 'Yes.' });
        const dragoman = await start(
            { OPENROUTER_API_KEY: canaryKey },
            { args: ['serve', '--config', file] },
        );
        const model = async () => {
            await post(dragoman.url, message());
            return upstream.chats[upstream.chats.length - 1].body.model;
        };
        assert.equal(await model(), 'openai/gpt-5.5');
        write('[models]\nbig = \n');
        dragoman.child.signal('SIGHUP');
        await dragoman.child.says(/config\.toml:2/);
        assert.equal(await model(), 'openai/gpt-5.5');
        write('[models]\nbig = "deepseek/deepseek-v3.2"\n');
        dragoman.child.signal('SIGHUP');
        await dragoman.child.says(/configuration has been read again/);
        assert.equal(await model(), 'deepseek/deepseek-v3.2');
        upstream.assertClean();
    }));

test('a key file that changes counts within a second', () =>
    withUpstream(async ({ start, upstream, folder }) => {
        const file = join(folder, 'key');
        writeFileSync(file, 'sk-or-v1-first\n', { mode: 0o600 });
        upstream.key = 'sk-or-v1-first';
        upstream.wrongKeyExpected = true;
        upstream.script({ text: 'Right key.' });
        const { url } = await start({ OPENROUTER_API_KEY_FILE: file });
        assert.equal((await post(url, message())).status, 200);
        upstream.key = 'sk-or-v1-second';
        writeFileSync(file, 'sk-or-v1-second\n', { mode: 0o600 });
        const until = Date.now() + 2000;
        let answer;
        do answer = await post(url, message(`${Math.random()}`));
        while (answer.status !== 200 && Date.now() < until);
        assert.equal(answer.status, 200, answer.text);
        writeFileSync(file, '');
        for (const end = Date.now() + 1500; Date.now() < end;) {
            assert.equal(
                (await post(url, message())).status,
                200,
                'an empty file leaves the old key in force',
            );
        }
    }));

test('.env in the working directory is read; a variable of the environment wins', () =>
    withUpstream(async ({ start, upstream, folder }) => {
        const work = join(folder, 'project');
        mkdirSync(work);
        writeFileSync(
            join(work, '.env'),
            `# mine\nexport OPENROUTER_API_KEY="${canaryKey}"\r\n` +
                `OPENROUTER_BASE_URL='${upstream.baseUrl}'\nBIG_MODEL_NAME=openai/gpt-5.5 # big\n`,
            { mode: 0o600 },
        );
        upstream.script({ text: 'From .env.' });
        const first = await start({ OPENROUTER_BASE_URL: undefined }, { cwd: work });
        assert.equal((await post(first.url, message())).status, 200);
        assert.equal(upstream.chats[0].body.model, 'openai/gpt-5.5');
        const second = await start({ BIG_MODEL_NAME: 'deepseek/deepseek-v3.2' }, { cwd: work });
        assert.equal((await post(second.url, message())).status, 200);
        assert.equal(upstream.chats[1].body.model, 'deepseek/deepseek-v3.2');
    }));

test('the names of older systems work', () =>
    withUpstream(async ({ start, upstream }) => {
        upstream.script({ text: 'Known.' });
        for (const env of [
            { OPENAI_API_KEY: canaryKey, OPENAI_BASE_URL: upstream.baseUrl, BIG_MODEL: 'openai/gpt-5.5' },
            { OPENAI_API_KEY: canaryKey, BASE_URL: upstream.baseUrl, OPENROUTER_MODEL: 'openai/gpt-5.5' },
        ]) {
            const { url } = await start({ OPENROUTER_BASE_URL: undefined, ...env });
            const answer = await post(url, message());
            assert.equal(answer.status, 200, answer.text);
            assert.equal(upstream.chats[upstream.chats.length - 1].body.model, 'openai/gpt-5.5');
        }
        upstream.assertClean();
    }));
