// What the program keeps to itself and what it writes down: tokens, keys, prompts, log lines and captures.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { Dragoman, Stage, canaryKey, onStage, run, temporaryFolder, withUpstream } from './harness.mjs';
import { Stream, ask, message, post } from './http_client.mjs';
import { test } from './suite.mjs';

test('client tokens: needed beyond loopback, either header, never upstream', () =>
    withUpstream(async ({ start, upstream }) => {
        const refused = await run(['serve', '--host', '0.0.0.0', '--port', '0'], {
            OPENROUTER_API_KEY: canaryKey,
        });
        assert.notEqual(refused.code, 0);
        assert.match(refused.err + refused.out, /client_tokens|DRAGOMAN_CLIENT_TOKEN/);
        upstream.script({ text: 'Let in.' });
        const { url } = await start({
            OPENROUTER_API_KEY: canaryKey,
            DRAGOMAN_CLIENT_TOKEN: 'a-long-client-token',
        });
        for (const headers of [
            {},
            { 'x-api-key': 'wrong' },
            { authorization: 'Bearer a-long-client-toke' },
            { 'x-api-key': 'a-long-client-token', authorization: 'Bearer other' },
            { authorization: 'Basic x' },
        ]) {
            const answer = await post(url, message(), { headers });
            assert.equal(answer.status, 401, JSON.stringify(headers));
            assert.equal(answer.headers['x-should-retry'], 'false');
        }
        for (const headers of [
            { 'x-api-key': 'a-long-client-token' },
            { authorization: 'Bearer a-long-client-token' },
        ]) {
            assert.equal((await post(url, message(), { headers })).status, 200);
        }
        assert.equal((await ask(url, '/health')).status, 200);
        assert.equal((await ask(url, '/v1/models')).status, 401);
        upstream.received.forEach((request) =>
            assert.ok(!JSON.stringify([request.headers, request.text]).includes('a-long-client-token')),
        );
        upstream.assertClean();
    }));

test('nothing of the client that is not named goes upstream', () =>
    onStage({}, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Clean.' });
        const hostile = {
            cookie: 'session=1',
            'x-api-key': 'client-key',
            authorization: 'Bearer client-token',
            'anthropic-version': '2023-06-01',
            'anthropic-beta': 'claude-code-20250219',
            'x-stainless-lang': 'js',
            'x-app': 'cli',
            'x-claude-code-session-id': 'session-1',
            'x-claude-code-agent-id': 'agent-1',
            'x-forwarded-for': '10.0.0.1',
            'user-agent': 'claude-cli/2.1.329',
            referer: 'https://private.example/',
            'accept-encoding': 'gzip, deflate, br, zstd',
            'x-anything': 'else',
            'openai-organization': 'org-1',
        };
        for (const model of ['claude-opus-4-8', 'anthropic/claude-sonnet-4.5']) {
            const answer = await post(
                dragoman.url,
                message('x', {
                    model,
                    metadata: {
                        user_id: '{"device_id":"deadbeef","account_uuid":"","session_id":"0a1b2c3d"}',
                    },
                    safeguards: undefined,
                }),
                { headers: hostile },
            );
            assert.equal(answer.status, 200, answer.text);
        }
        upstream.assertClean();
        for (const request of upstream.paid) {
            const sent = JSON.stringify([request.rawHeaders, request.text]);
            for (const word of [
                'session=1',
                'client-key',
                'client-token',
                'deadbeef',
                'agent-1"',
                '10.0.0.1',
                'claude-cli',
                'private.example',
                'org-1',
            ])
                assert.ok(!sent.includes(word), `${word} in ${sent}`);
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
    const stage = await Stage.start({
        env: { PROXY_VERBOSE: 'true', LOG_FILE_PATH: logFile },
        args: ['serve', '--capture', capture],
    });
    try {
        const { upstream, dragoman } = stage;
        upstream.script({
            text: `it said ${prompt}`,
            reasoning: prompt,
            tools: [{ id: 'call_AbCdEfGh12345678', name: 'Bash', input: { command: prompt } }],
        });
        const body = message(prompt, {
            unknown_field: prompt,
            tools: [{ name: 'Bash', description: prompt, input_schema: { type: 'object' } }],
        });
        assert.equal(
            (await post(dragoman.url, body, { headers: { 'x-api-key': 'canary-token' } })).status,
            200,
        );
        await new Stream(dragoman.url, body).end();
        await post(dragoman.url, '{"model": 5}');
        upstream.script({
            status: 400,
            body: { error: { message: `no: ${prompt} ${canaryKey}`, code: 400 } },
        });
        await post(dragoman.url, { ...body, max_tokens: 99 });
        await stage.dragoman.child.stop('SIGTERM');
        const log = dragoman.log + readFileSync(logFile, 'utf8');
        for (const line of readFileSync(logFile, 'utf8').trim().split('\n')) JSON.parse(line);
        for (const secret of [canaryKey, 'canary-token', prompt])
            assert.ok(!log.includes(secret), `${secret} is logged`);
        assert.match(log, /unknown_field/, 'what was left out is named');
        assert.equal(statSync(logFile).mode & 0o777, 0o600);
        const files = readdirSync(capture).map((name) => join(capture, name));
        assert.ok(files.length >= 3);
        const captured = files.map((file) => readFileSync(file, 'utf8')).join('\n');
        assert.ok(captured.includes(prompt));
        assert.ok(!captured.includes(canaryKey) && !captured.includes('canary-token'));
        const sent = files
            .map((file) => JSON.parse(readFileSync(file, 'utf8')).upstream_request.fields.map(([name]) => name))
            .filter((names) => names.length > 0);
        assert.equal(sent.length, 3); // one of the four was refused here
        for (const names of sent)
            assert.ok(names.includes('user-agent') && !names.includes('authorization'), `${names}`);
        files.forEach((file) => assert.equal(statSync(file).mode & 0o777, 0o600));
    } finally {
        await stage.stop();
        rmSync(folder, { recursive: true, force: true });
    }
});

test('one line a request: models, provider, status, times, tokens and cost', () =>
    onStage({}, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Counted.' });
        await post(dragoman.url, message());
        const [line] = await dragoman.child.says(/^\{.*"client_model":"claude-opus-4-8".*\}$/m);
        const record = JSON.parse(line);
        assert.equal(record.upstream_model, 'openai/gpt-oss-120b');
        assert.equal(record.provider, 'Fireworks');
        assert.equal(record.status, 200);
        const text = JSON.stringify(record);
        for (const value of ['1000', '200', '34', '0.00042'])
            assert.ok(text.includes(value), `${value} in ${text}`);
        assert.match(record.request_id, /^req_/);
    }));

test('the line of a refused request says what the client got', () =>
    onStage({}, async ({ dragoman, upstream }) => {
        upstream.script({ status: 429, body: { error: { message: 'Slow down', code: 429 } } });
        assert.equal((await post(dragoman.url, message())).status, 429);
        const [line] = await dragoman.child.says(/^\{.*"client_model":"claude-opus-4-8".*\}$/m);
        const record = JSON.parse(line);
        const { status, upstream_status, outcome } = record;
        assert.deepEqual([status, upstream_status, outcome], [429, 429, 'upstream_error']);
    }));

test('a port in use is named, and nothing starts', () =>
    onStage({}, async ({ dragoman }) => {
        const second = await run(['serve'], {
            HOST: '127.0.0.1',
            PORT: String(dragoman.port),
            OPENROUTER_API_KEY: canaryKey,
        });
        assert.equal(second.code, 1);
        assert.match(
            second.out + second.err,
            new RegExp(`in use.*${dragoman.port}|${dragoman.port}.*in use`, 'i'),
        );
    }));

test('an upstream that cannot be reached is a 502 that names it', async () => {
    const dragoman = await Dragoman.start(
        { OPENROUTER_API_KEY: canaryKey, OPENROUTER_BASE_URL: 'http://127.0.0.1:9/api/v1' },
        {},
    );
    try {
        const answer = await post(dragoman.url, message());
        assert.equal(answer.status, 502);
        assert.equal(answer.json.error.type, 'api_error');
        assert.match(answer.json.error.message, /127\.0\.0\.1/);
    } finally {
        await dragoman.stop();
    }
});
