// The edges of an exchange: the codings a client offers, an upstream that is not there, the side paths of
// clients, and the oldest version of HTTP.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { chunk, steps } from './answers.mjs';
import { canaryKey, onStage, withUpstream } from './harness.mjs';
import { Stream, ask, grammarProblems, message, post, raw } from './http_client.mjs';
import { test as plainTest, sharedStage } from './suite.mjs';

const stage = sharedStage({ env: { LOG_LEVEL: 'debug' } });
const { test } = stage;
const model = 'openai/gpt-oss-120b';

// A port of this machine on which nobody listens.
const deadPort = () =>
    new Promise((done) => {
        const server = createServer().listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => done(port));
        });
    });

// R66
test('codings that a client offers change neither what goes upstream nor how events arrive', async () => {
    stage.upstream.script({ text: ['plain ', 'text'] });
    const headers = { 'accept-encoding': 'gzip, br, zstd' };
    const stream = await new Stream(stage.url, message('coded'), { headers }).end();
    assert.equal(stream.status, 200);
    assert.equal(stream.response.headers['content-encoding'], undefined);
    assert.deepEqual(grammarProblems(stream.text), []);
    const whole = await post(stage.url, message('coded whole'), { headers });
    assert.equal(whole.headers['content-encoding'], undefined);
    assert.equal(whole.json.content[0].text, 'plain text');
    for (const question of ['coded', 'coded whole']) {
        const sent = await stage.upstream.request((r) => r.lastText === question);
        assert.notEqual(sent.headers['accept-encoding'], headers['accept-encoding']);
    }
});

// E10
plainTest('an upstream that is not there is named, and the answer has a status', () =>
    withUpstream(async ({ start }) => {
        const port = await deadPort();
        for (const [base, host] of [
            [`http://127.0.0.1:${port}/v1`, '127.0.0.1'],
            ['http://nobody.invalid/v1', 'nobody.invalid'],
        ]) {
            const { url } = await start({ OPENROUTER_API_KEY: canaryKey, OPENROUTER_BASE_URL: base });
            for (const stream of [false, true]) {
                const answer = await post(url, message('anyone?', { stream }));
                assert.ok([502, 503].includes(answer.status), answer.text);
                assert.equal(answer.json.error.type, 'api_error');
                assert.ok(answer.json.error.message.includes(host), answer.text);
                assert.equal(answer.json.request_id, answer.headers['request-id']);
                assert.ok(!answer.text.includes(canaryKey));
            }
        }
    }),
);

// E13
test('the id of a failed request is in its header, in its body and in the log', async () => {
    stage.upstream.script({ status: 500, body: { error: { code: 500, message: 'broken' } } });
    const answer = await post(stage.url, message('who failed?'));
    const id = answer.headers['request-id'];
    assert.ok(id.length > 0);
    assert.equal(answer.json.request_id, id);
    await stage.dragoman.child.says(new RegExp(`"request_id":"${id}"`));
});

// C6, C7
test('side paths of clients are quiet, and OPTIONS is refused in the shape of the API', async () => {
    const before = stage.dragoman.log.length;
    for (const [path, method] of [
        ['/api/claude_code/metrics', 'POST'],
        ['/api/claude_code/organizations/metrics_enabled', 'GET'],
        ['/v1/messages/batches', 'POST'],
        ['/v1/files', 'GET'],
    ]) {
        const answer = await ask(stage.url, path, { method, body: method === 'POST' ? {} : undefined });
        assert.equal(answer.status, 404, path);
        assert.equal(answer.json.error.type, 'not_found_error');
        await stage.dragoman.child.says(new RegExp(answer.headers['request-id']));
    }
    assert.doesNotMatch(stage.dragoman.log.slice(before), /"level":"(warn|warning|error|critical)"/);
    for (const path of ['/v1/messages', '/v1/models']) {
        const answer = await ask(stage.url, path, { method: 'OPTIONS' });
        assert.equal(answer.status, 405, path);
        assert.equal(answer.json.type, 'error');
        assert.ok(answer.headers.allow.length > 0);
    }
});

// C8
test('HTTP/1.0 gets its answer whole and the end of the connection', async () => {
    stage.upstream.script({ text: ['From long ago.'] });
    for (const stream of [false, true]) {
        const body = JSON.stringify(message('old', { stream }));
        const answer = await raw(
            stage.dragoman.port,
            'POST /v1/messages HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
                `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
        assert.match(answer, /^HTTP\/1\.[01] 200 /);
        assert.doesNotMatch(answer, /transfer-encoding/i);
        assert.match(answer, /From long ago\./);
        if (stream) assert.match(answer, /event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
    }
});

// N10
plainTest('a whole answer may take its time, with white space in front', () =>
    onStage({}, async ({ dragoman, upstream }) => {
        upstream.script({
            body: `${'\n   '.repeat(2000)}${JSON.stringify({
                id: 'gen-1',
                object: 'chat.completion',
                created: 1,
                model,
                choices: [
                    { index: 0, message: { role: 'assistant', content: 'At last.' }, finish_reason: 'stop' },
                ],
            })}`,
        });
        const answer = await post(dragoman.url, message());
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.json.content[0].text, 'At last.');
    }),
);

// S34: a comment keeps the connection, and is still silence.
plainTest('an upstream that falls silent is left, and the client hears why', () =>
    withUpstream(async ({ start, upstream, folder }) => {
        const file = join(folder, 'config.toml');
        const times = 'idle = "400ms"\nfirst_byte = "400ms"\n';
        writeFileSync(file, `[upstreams.openrouter]\npreset = "openrouter"\n${times}`);
        const { url } = await start(
            { OPENROUTER_API_KEY: canaryKey, BIG_MODEL_NAME: model },
            { args: ['serve', '--config', file] },
        );
        const never = new Promise(() => {});
        upstream.script(steps([chunk(model, { content: 'Half' }), ': OPENROUTER PROCESSING\n\n', never]));
        const stream = await new Stream(url, message('goes silent')).end();
        assert.equal(stream.status, 200);
        assert.deepEqual(grammarProblems(stream.text), []);
        assert.deepEqual(
            stream.events.slice(-2).map((event) => event.name),
            ['content_block_stop', 'error'],
        );
        const { error } = stream.events.at(-1).data;
        assert.ok(['timeout_error', 'overloaded_error', 'api_error'].includes(error.type), stream.text);
        await (
            await upstream.request((r) => r.lastText === 'goes silent')
        ).left;

        upstream.script(steps([never]));
        for (const stream of [false, true]) {
            const question = `never speaks ${stream}`;
            const answer = await post(url, message(question, { stream }));
            assert.ok(answer.status >= 500, answer.text);
            assert.equal(answer.json.type, 'error');
            assert.ok(answer.json.error.message.length > 0);
            await (
                await upstream.request((r) => r.lastText === question)
            ).left;
        }
    }),
);
