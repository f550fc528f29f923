// The program as a service: its command line, its files and signals, and what it never writes down.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Child, Dragoman, Stage, binary, canaryKey, onStage, temporaryFolder } from './harness.mjs';
import { Stream, ask, message, post } from './http_client.mjs';
import { StrictUpstream } from './strict_upstream.mjs';
import { test } from './suite.mjs';

async function withUpstream(body, key = canaryKey) {
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
        for (const dragoman of running) await dragoman.stop('SIGKILL');
        await upstream.stop();
        rmSync(folder, { recursive: true, force: true });
    }
}

const run = async (args, env = {}) => {
    const child = new Child(binary, args, { env: { HOME: '/nonexistent', ...env }, cwd: '/' });
    const status = await child.exit;
    return { code: status.code, out: child.out, err: child.err };
};

test('the command line answers for itself', async () => {
    const version = await run(['--version']);
    assert.equal(version.code, 0);
    assert.match(version.out, /^dragoman \d+\.\d+\.\d+\n$/);
    const help = await run(['--help']);
    assert.equal(help.code, 0);
    for (const word of ['serve', 'check-config', '--config', '--host', '--port', '--workers', '--log-level', '--demo']) {
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

test('without a key it starts degraded, and says which key to set', () => withUpstream(async ({ start, upstream }) => {
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
        const tools = [{ name: 'Bash', description: 'Runs a command', input_schema: { type: 'object',
            properties: { command: { type: 'string' } }, required: ['command'] } }];
        const kinds = new Set();
        for (const question of ['Hello', 'Which files are in this folder? Use a tool.', 'Run ls']) {
            const { json } = await post(dragoman.url, message(question, { tools, max_tokens: 2000,
                thinking: { type: 'adaptive' } }));
            json.content.forEach((block) => kinds.add(block.type));
        }
        assert.deepEqual([...kinds].sort(), ['text', 'thinking', 'tool_use']);
    } finally {
        await dragoman.stop('SIGKILL');
    }
});

test('SIGTERM lets running answers finish, and refuses new connections', () => withUpstream(async ({ start, upstream }) => {
    let open;
    const hold = new Promise((resolve) => { open = resolve; });
    upstream.script({ text: ['begun', ' and finished'], hold });
    const dragoman = await start({ OPENROUTER_API_KEY: canaryKey });
    const stream = new Stream(dragoman.url, message());
    await stream.until((s) => s.text.includes('begun'));
    dragoman.child.signal('SIGTERM');
    for (;;) {
        const refused = await ask(dragoman.url, '/health', { agent: false }).then(({ status }) => status === 503,
            () => true);
        if (refused) break;
    }
    open();
    await stream.end();
    assert.match(stream.text, /and finished/);
    assert.match(stream.text, /message_stop/);
    assert.deepEqual(await dragoman.child.exit, { code: 0, signal: null });
}));

test('a second signal ends it at once', () => withUpstream(async ({ start, upstream }) => {
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

test('SIGHUP reloads, and a broken file changes nothing', () => withUpstream(async ({ start, upstream, folder }) => {
    const file = join(folder, 'config.toml');
    const write = (text) => writeFileSync(file, text);
    write('[models]\nbig = "openai/gpt-5.5"\n');
    upstream.script({ text: 'Yes.' });
    const dragoman = await start({ OPENROUTER_API_KEY: canaryKey }, { args: ['serve', '--config', file] });
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
    await dragoman.child.says(/reload(?!.*(?:fail|stay|not )).*/i);
    while (await model() !== 'deepseek/deepseek-v3.2');
    upstream.assertClean();
}));

test('a key file that changes counts within a second', () => withUpstream(async ({ start, upstream, folder }) => {
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
    do answer = await post(url, message(`${Math.random()}`)); while (answer.status !== 200 && Date.now() < until);
    assert.equal(answer.status, 200, answer.text);
    writeFileSync(file, '');
    for (const end = Date.now() + 1500; Date.now() < end;) {
        assert.equal((await post(url, message())).status, 200, 'an empty file leaves the old key in force');
    }
}));

test('.env in the working directory is read; a variable of the environment wins', () => withUpstream(
    async ({ start, upstream, folder }) => {
        const work = join(folder, 'project');
        mkdirSync(work);
        writeFileSync(join(work, '.env'), `# mine\nexport OPENROUTER_API_KEY="${canaryKey}"\r\n`
            + `OPENROUTER_BASE_URL='${upstream.baseUrl}'\nBIG_MODEL_NAME=openai/gpt-5.5 # big\n`, { mode: 0o600 });
        upstream.script({ text: 'From .env.' });
        const first = await start({ OPENROUTER_BASE_URL: undefined }, { cwd: work });
        assert.equal((await post(first.url, message())).status, 200);
        assert.equal(upstream.chats[0].body.model, 'openai/gpt-5.5');
        const second = await start({ BIG_MODEL_NAME: 'deepseek/deepseek-v3.2' }, { cwd: work });
        assert.equal((await post(second.url, message())).status, 200);
        assert.equal(upstream.chats[1].body.model, 'deepseek/deepseek-v3.2');
    }));

test('the names of older systems work', () => withUpstream(async ({ start, upstream }) => {
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

test('client tokens: needed beyond loopback, either header, never upstream', () => withUpstream(async ({ start, upstream }) => {
    const refused = await run(['serve', '--host', '0.0.0.0', '--port', '0'], { OPENROUTER_API_KEY: canaryKey });
    assert.notEqual(refused.code, 0);
    assert.match(refused.err + refused.out, /client_tokens|DRAGOMAN_CLIENT_TOKEN/);
    upstream.script({ text: 'Let in.' });
    const { url } = await start({ OPENROUTER_API_KEY: canaryKey, DRAGOMAN_CLIENT_TOKEN: 'a-long-client-token' });
    for (const headers of [{}, { 'x-api-key': 'wrong' }, { authorization: 'Bearer a-long-client-toke' },
        { 'x-api-key': 'a-long-client-token', authorization: 'Bearer other' }, { authorization: 'Basic x' }]) {
        const answer = await post(url, message(), { headers });
        assert.equal(answer.status, 401, JSON.stringify(headers));
        assert.equal(answer.headers['x-should-retry'], 'false');
    }
    for (const headers of [{ 'x-api-key': 'a-long-client-token' }, { authorization: 'Bearer a-long-client-token' }]) {
        assert.equal((await post(url, message(), { headers })).status, 200);
    }
    assert.equal((await ask(url, '/health')).status, 200);
    assert.equal((await ask(url, '/v1/models')).status, 401);
    upstream.received.forEach((request) => assert.ok(!JSON.stringify([request.headers, request.text])
        .includes('a-long-client-token')));
    upstream.assertClean();
}));

test('nothing of the client that is not named goes upstream', () => onStage({}, async ({ dragoman, upstream }) => {
    upstream.script({ text: 'Clean.' });
    const hostile = { cookie: 'session=1', 'x-api-key': 'client-key', authorization: 'Bearer client-token',
        'anthropic-version': '2023-06-01', 'anthropic-beta': 'claude-code-20250219', 'x-stainless-lang': 'js',
        'x-app': 'cli', 'x-claude-code-session-id': 'session-1', 'x-claude-code-agent-id': 'agent-1',
        'x-forwarded-for': '10.0.0.1', 'user-agent': 'claude-cli/2.1.329', referer: 'https://private.example/',
        'accept-encoding': 'gzip, deflate, br, zstd', 'x-anything': 'else', 'openai-organization': 'org-1' };
    for (const model of ['claude-opus-4-8', 'anthropic/claude-sonnet-4.5']) {
        const answer = await post(dragoman.url, message('x', { model, metadata: { user_id:
            '{"device_id":"deadbeef","account_uuid":"","session_id":"0a1b2c3d"}' }, safeguards: undefined }),
        { headers: hostile });
        assert.equal(answer.status, 200, answer.text);
    }
    upstream.assertClean();
    for (const request of upstream.paid) {
        const sent = JSON.stringify([request.rawHeaders, request.text]);
        for (const word of ['session=1', 'client-key', 'client-token', 'deadbeef', 'agent-1"', '10.0.0.1',
            'claude-cli', 'private.example', 'org-1']) assert.ok(!sent.includes(word), `${word} in ${sent}`);
        assert.equal(request.headers.authorization, `Bearer ${canaryKey}`);
        assert.equal(request.headers.host, `127.0.0.1:${upstream.port}`);
    }
    assert.deepEqual(upstream.chats.length, 1);
    assert.deepEqual(upstream.passed.length, 1);
}));

test('keys appear nowhere, and prompts only in the capture', async () => {
    const folder = temporaryFolder();
    const capture = join(folder, 'capture');
    const logFile = join(folder, 'log.jsonl');
    const prompt = 'canary-prompt-5f1d';
    const stage = await Stage.start({ env: { PROXY_VERBOSE: 'true', LOG_FILE_PATH: logFile },
        args: ['serve', '--capture', capture] });
    try {
        const { upstream, dragoman } = stage;
        upstream.script({ text: `it said ${prompt}`, reasoning: prompt, tools: [{ id: 'call_AbCdEfGh12345678',
            name: 'Bash', input: { command: prompt } }] });
        const body = message(prompt, { unknown_field: prompt, tools: [{ name: 'Bash', description: prompt,
            input_schema: { type: 'object' } }] });
        assert.equal((await post(dragoman.url, body, { headers: { 'x-api-key': 'canary-token' } })).status, 200);
        await new Stream(dragoman.url, body).end();
        await post(dragoman.url, '{"model": 5}');
        upstream.script({ status: 400, body: { error: { message: `no: ${prompt} ${canaryKey}`, code: 400 } } });
        await post(dragoman.url, { ...body, max_tokens: 99 });
        await stage.dragoman.child.stop('SIGTERM');
        const log = dragoman.log + readFileSync(logFile, 'utf8');
        for (const line of readFileSync(logFile, 'utf8').trim().split('\n')) JSON.parse(line);
        for (const secret of [canaryKey, 'canary-token', prompt]) assert.ok(!log.includes(secret), `${secret} is logged`);
        assert.match(log, /unknown_field/, 'what was left out is named');
        assert.equal(statSync(logFile).mode & 0o777, 0o600);
        const files = readdirSync(capture).map((name) => join(capture, name));
        assert.ok(files.length >= 3);
        const captured = files.map((file) => readFileSync(file, 'utf8')).join('\n');
        assert.ok(captured.includes(prompt));
        assert.ok(!captured.includes(canaryKey) && !captured.includes('canary-token'));
        files.forEach((file) => assert.equal(statSync(file).mode & 0o777, 0o600));
    } finally {
        await stage.stop();
        rmSync(folder, { recursive: true, force: true });
    }
});

test('one line a request: models, provider, status, times, tokens and cost', () => onStage({}, async ({ dragoman, upstream }) => {
    upstream.script({ text: 'Counted.' });
    await post(dragoman.url, message());
    const [line] = await dragoman.child.says(/^\{.*"client_model":"claude-opus-4-8".*\}$/m);
    const record = JSON.parse(line);
    assert.equal(record.upstream_model, 'openai/gpt-oss-120b');
    assert.equal(record.provider, 'Fireworks');
    assert.equal(record.status, 200);
    const text = JSON.stringify(record);
    for (const value of ['1000', '200', '34', '0.00042']) assert.ok(text.includes(value), `${value} in ${text}`);
    assert.match(record.request_id, /^req_/);
}));

test('a port in use is named, and nothing starts', () => onStage({}, async ({ dragoman }) => {
    const second = await run(['serve'], { HOST: '127.0.0.1', PORT: String(dragoman.port), OPENROUTER_API_KEY: canaryKey });
    assert.equal(second.code, 1);
    assert.match(second.out + second.err, new RegExp(`in use.*${dragoman.port}|${dragoman.port}.*in use`, 'i'));
}));

test('an upstream that cannot be reached is a 502 that names it', async () => {
    const dragoman = await Dragoman.start({ OPENROUTER_API_KEY: canaryKey, OPENROUTER_BASE_URL: 'http://127.0.0.1:9/api/v1' },
        {});
    try {
        const answer = await post(dragoman.url, message());
        assert.equal(answer.status, 502);
        assert.equal(answer.json.error.type, 'api_error');
        assert.match(answer.json.error.message, /127\.0\.0\.1/);
    } finally {
        await dragoman.stop('SIGKILL');
    }
});
