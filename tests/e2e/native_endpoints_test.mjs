// Every path, every spelling of it, and the shapes of refusals, without any client in between.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import { ask, message, post, raw } from './http_client.mjs';
import { sharedStage } from './suite.mjs';

const stage = sharedStage();
const { test } = stage;

function assertError(answer, status, type) {
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.headers['content-type'], /^application\/json/);
    assert.equal(answer.json.type, 'error');
    assert.equal(answer.json.error.type, type);
    assert.ok(answer.json.error.message.length > 0);
    assert.match(answer.headers['request-id'], /^req_/);
    assert.equal(answer.json.request_id, answer.headers['request-id']);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
}

const noTools = { name: 'x', input_schema: { type: 'object' } };

test('health says what it is', async () => {
    for (const path of ['/health', '/healthz', '/readyz']) {
        const { status, json } = await ask(stage.url, path);
        assert.equal(status, 200);
        assert.equal(json.status, 'healthy');
        assert.equal(json.service, 'dragoman');
        assert.equal(typeof json.version, 'string');
    }
});

test('what clients touch first is answered at once', async () => {
    for (const path of ['/', '/api/hello']) {
        for (const method of ['GET', 'HEAD']) {
            const { status, text } = await ask(stage.url, path, { method });
            assert.equal(status, 200, `${method} ${path}`);
            if (method === 'HEAD') assert.equal(text, '');
        }
    }
    const batch = await ask(stage.url, '/api/event_logging/batch', { method: 'POST', body: { events: [] } });
    assert.equal(batch.status, 200);
    assert.deepEqual(batch.json, {});
});

test('one endpoint has many spellings', async () => {
    stage.upstream.script({ text: 'Found.' });
    for (const path of [
        '/v1/messages',
        '/v1/messages?beta=true',
        '/v1/messages/',
        '//v1//messages',
        '/anthropic/v1/messages',
        '/api/v1/messages',
        '/v1/v1/messages',
    ]) {
        const { status, json } = await post(stage.url, message(), { path });
        assert.equal(status, 200, path);
        assert.equal(json.content[0].text, 'Found.');
    }
    assert.equal((await ask(stage.url, '/v1/v1/models')).status, 200);
    stage.upstream.assertClean();
});

test('unknown paths and wrong methods are refused in the shape of the API', async () => {
    for (const path of [
        '/v2/messages',
        '/v1/messages/batches',
        '/v1/files',
        '/v1/complete',
        '/v1/messages/cache_touch',
    ]) {
        assertError(await ask(stage.url, path, { method: 'POST', body: {} }), 404, 'not_found_error');
    }
    for (const [method, path] of [
        ['GET', '/v1/messages'],
        ['DELETE', '/v1/models'],
        ['PUT', '/v1/messages'],
    ]) {
        const answer = await ask(stage.url, path, { method });
        assert.equal(answer.status, 405);
        assert.ok(answer.headers.allow.length > 0);
        assert.equal(answer.json.type, 'error');
    }
    for (const line of ['TRACE /v1/messages', 'CONNECT localhost:1', 'OPTIONS *']) {
        const answer = await raw(
            stage.dragoman.port,
            `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
        );
        assert.match(answer, /^HTTP\/1\.1 405 /, line);
        assert.match(answer, /\r\nallow: GET, HEAD, POST\r\n/, line);
        assert.match(answer, /\r\nrequest-id: req_/, line);
    }
});

test('a body must be JSON, and say so', async () => {
    for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
    ]) {
        const answer = await post(stage.url, JSON.stringify(message()), {
            headers: { 'content-type': type },
        });
        assert.equal(answer.status, 415, type);
        assert.equal(answer.json.type, 'error');
    }
    const charset = await post(stage.url, message(), {
        headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    assert.equal(charset.status, 200);
});

test('a bad body is refused by name of the field, and never goes upstream', async () => {
    const before = stage.upstream.paid.length;
    const bad = [
        ['', /empty|JSON/i],
        ['{', /JSON/i],
        ['{"model":"x",}', /JSON/i],
        ['[]', /object/i],
        ['{} x', /JSON/i],
        [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /UTF-8|JSON/i],
        [{ max_tokens: 1, messages: [] }, /model/],
        [{ model: 'claude-opus-4-8', max_tokens: 1 }, /messages/],
        [message('x', { messages: 'x' }), /messages/],
        [message('x', { messages: [] }), /messages/],
        [message('x', { max_tokens: 'many' }), /max_tokens/],
        [message('x', { max_tokens: -1 }), /max_tokens/],
        [message('x', { stream: 'true' }), /stream/],
        [message('x', { temperature: 'hot' }), /temperature/],
        [message('x', { tools: {} }), /tools/],
        [message('x', { system: 7 }), /system/],
        [
            message('x', { messages: [{ role: 'robot', content: 'x' }] }),
            /messages\.0\.role|messages\[0\]\.role|role/,
        ],
        [message('x', { messages: [{ role: 'user', content: [{ text: 'x' }] }] }), /type/],
        [message('x', { messages: [{ role: 'user', content: [{ type: 'text', text: 5 }] }] }), /text/],
        [message('x', { tools: [{ input_schema: {} }] }), /name/],
        [message('x', { tool_choice: 'auto', tools: [noTools] }), /tool_choice/],
        [message('x', { mcp_servers: [{ type: 'url', url: 'https://x', name: 'x' }] }), /mcp_servers|MCP/],
    ];
    for (const [body, reason] of bad) {
        const answer = await post(stage.url, body);
        assert.equal(answer.status, 400, JSON.stringify(body) + answer.text);
        assertError(answer, 400, 'invalid_request_error');
        assert.match(answer.json.error.message, reason, JSON.stringify(body));
    }
    assert.equal(stage.upstream.paid.length, before);
});

test('a body of 33 MB is too large', async () => {
    const answer = await post(stage.url, message('x'.repeat(33 * 1024 * 1024))).catch((error) => ({ error }));
    if (!answer.error) assertError(answer, 413, 'request_too_large');
    const announced = await raw(
        stage.dragoman.port,
        'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\n' +
            'Content-Type: application/json\r\nContent-Length: 40000000\r\n\r\n{',
        (got) => got.includes('request_too'),
    );
    assert.match(announced, /^HTTP\/1\.1 413 /);
    assert.match(announced, /request_too_large/);
});

test('pages of a browser are kept out', async () => {
    for (const origin of ['https://evil.example', 'http://localhost:3000', 'null']) {
        assert.equal((await post(stage.url, message(), { headers: { origin } })).status, 403, origin);
    }
    for (const host of ['evil.example', 'evil.example:8080', '169.254.169.254']) {
        const answer = await ask(stage.url, '/v1/models', { headers: { host } });
        assert.equal(answer.status, 403, host);
        assert.equal(answer.json.error.type, 'permission_error');
    }
    for (const host of ['localhost', 'localhost:1234', '127.0.0.1:9', '[::1]:8080']) {
        assert.equal((await ask(stage.url, '/v1/models', { headers: { host } })).status, 200, host);
    }
});

test('requests that two servers could read differently are refused', async () => {
    const head = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    for (const [name, rest] of [
        ['both lengths', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
        ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
        ['a signed length', 'Content-Length: +2\r\n\r\n{}'],
        ['an unknown coding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
        ['a bad chunk size', 'Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n'],
        ['a space before the colon', 'X-A : b\r\nContent-Length: 2\r\n\r\n{}'],
    ]) {
        const answer = await raw(stage.dragoman.port, head + rest);
        assert.match(answer, /^HTTP\/1\.1 (400|501) /, name);
        assert.equal(answer.match(/^HTTP\//gm).length, 1, `${name}: one answer, then the end`);
    }
    const twoHosts = await raw(stage.dragoman.port, 'GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
    assert.match(twoHosts, /^HTTP\/1\.1 400 /);
});

test('chunked bodies, 100-continue and a connection for several requests work', async () => {
    stage.upstream.script({ text: 'Yes.' });
    const body = JSON.stringify(message());
    const chunks = [body.slice(0, 10), body.slice(10)]
        .map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`)
        .join('');
    const head = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const answer = await raw(
        stage.dragoman.port,
        `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n` +
            'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    assert.equal(answer.match(/HTTP\/1\.1 200 /g).length, 2);
    assert.match(answer, /Yes\.[^]*"service":\s*"dragoman"/);
    const waiting = await raw(
        stage.dragoman.port,
        `${head}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`,
        (got) => got.includes('100 Continue'),
    );
    assert.match(waiting, /^HTTP\/1\.1 100 Continue\r\n\r\n/);
});

test('curl gets an answer, whole and streamed, and a compressed request is understood', async () => {
    stage.upstream.script({ text: 'Hello, curl.' });
    const curl = (args, input) =>
        new Promise((done, fail) =>
            import('node:child_process').then(({ execFile }) => {
                const child = execFile(
                    'curl',
                    ['-sS', '--max-time', '20', ...args, `${stage.url}/v1/messages`],
                    (error, out) => (error ? fail(error) : done(out)),
                );
                child.stdin.end(input);
            }),
        );
    const json = ['-H', 'content-type: application/json', '--data-binary', '@-'];
    assert.match(await curl(json, JSON.stringify(message())), /"text":"Hello, curl\."/);
    const stream = await curl(['-N', ...json], JSON.stringify(message('x', { stream: true })));
    assert.match(stream, /^event: message_start\ndata: /);
    assert.match(stream, /event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
    const packed = execFileSync('gzip', ['-c'], { input: JSON.stringify(message()) });
    assert.match(await curl(['-H', 'content-encoding: gzip', ...json], packed), /Hello, curl\./);
    stage.upstream.assertClean();
});

test('count_tokens answers a burst alone', async () => {
    const before = stage.upstream.paid.length;
    const tools = Array.from({ length: 20 }, (_, n) => ({
        name: `Tool${n}`,
        description: 'does '.repeat(50),
        input_schema: { type: 'object', properties: { a: { type: 'string' } } },
    }));
    const bodies = Array.from({ length: 60 }, (_, n) => ({
        model: 'claude-opus-4-8',
        tools: tools.slice(0, n % 20),
        messages: [{ role: 'user', content: 'foo' }],
    }));
    const answers = await Promise.all(
        bodies.map((body) => post(stage.url, body, { path: '/v1/messages/count_tokens?beta=true' })),
    );
    answers.forEach(({ status, json }) => {
        assert.equal(status, 200);
        assert.ok(Number.isInteger(json.input_tokens) && json.input_tokens > 0);
    });
    assert.ok(answers[19].json.input_tokens > answers[0].json.input_tokens);
    assert.equal(
        answers[0].json.input_tokens,
        answers[20].json.input_tokens,
        'the same body, the same count',
    );
    assertError(
        await post(stage.url, { model: 'claude-opus-4-8' }, { path: '/v1/messages/count_tokens' }),
        400,
        'invalid_request_error',
    );
    assert.equal(stage.upstream.paid.length, before);
});

test('the models list serves both kinds of client', async () => {
    const { json } = await ask(stage.url, '/v1/models?limit=1000', {
        headers: { 'anthropic-version': '2023-06-01' },
    });
    assert.equal(json.object, 'list');
    assert.equal(json.has_more, false);
    assert.equal(json.first_id, json.data[0].id);
    assert.equal(json.last_id, json.data[json.data.length - 1].id);
    for (const model of json.data) {
        assert.equal(model.type, 'model');
        assert.equal(model.object, 'model');
        assert.equal(typeof model.created, 'number');
        assert.equal(typeof model.owned_by, 'string');
    }
    for (const path of ['/v1/models/openai/gpt-5.5', '/v1/models/openai%2Fgpt-5.5']) {
        const one = await ask(stage.url, path);
        assert.equal(one.status, 200, path);
        assert.equal(one.json.id, 'openai/gpt-5.5');
    }
    assertError(await ask(stage.url, '/v1/models/nobody/knows'), 404, 'not_found_error');
});
