// Figures about a running program: /metrics as Prometheus reads it, /api/status, /api/session, and the two
// commands that show them to people.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { Child, binary, canaryKey, here, onStage, run, temporaryFolder, withUpstream } from './harness.mjs';
import { Stream, ask, message, post } from './http_client.mjs';
import { readMetrics, valueIn } from './metrics_format.mjs';
import { test } from './suite.mjs';

const withMetrics = { env: { DRAGOMAN_METRICS_LISTEN: '127.0.0.1:0' } };
const big = 'openai/gpt-oss-120b';
const session = '7a0c1f0e-5d6b-4f0e-9f3b-2b1f0c9d8e7f';

async function metricsUrl(dragoman) {
    const [, url] = await dragoman.child.says(/metrics are at (http:[^/]*\/\/[^/"\s]+)/);
    return url;
}

async function scrape(dragoman) {
    const answer = await ask(await metricsUrl(dragoman), '/metrics');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    return readMetrics(answer.text);
}

// What is counted when a request is over may still be on its way when its answer has arrived.
async function scrapeUntil(dragoman, reached) {
    for (;;) {
        const families = await scrape(dragoman);
        if (reached(families)) return families;
    }
}

async function sessionUntil(dragoman, id, requests) {
    for (;;) {
        const { status: code, json } = await ask(dragoman.url, `/api/session/${id}`);
        if (code === 200 && json.requests === requests) return json;
        assert.ok(code === 404 || json.requests < requests, `${code} ${JSON.stringify(json)}`);
    }
}

function instanceOf(dragoman) {
    const folder = join(dragoman.folder, 'home/state/dragoman/run');
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    assert.equal(files.length, 1);
    return JSON.parse(readFileSync(join(folder, files[0]), 'utf8'));
}

// What commands of the same person see: the environment that the program was started with.
const personOf = (dragoman) => ({
    HOME: join(dragoman.folder, 'home'),
    XDG_STATE_HOME: join(dragoman.folder, 'home/state'),
    TZ: 'UTC',
});

// What Claude Code hands to its status line.
const clientState = (id = session) =>
    JSON.stringify({
        session_id: id,
        model: { id: 'claude-opus-4-8[1m]', display_name: 'Opus 4.8 (1M context)' },
        workspace: { current_dir: '/src' },
        cost: { total_cost_usd: 0.38 },
        context_window: {
            total_input_tokens: 65536,
            context_window_size: 1000000,
            current_usage: {
                input_tokens: 65536,
                output_tokens: 5,
                cache_creation_input_tokens: 0,
                cache_read_input_tokens: 0,
            },
            used_percentage: 7,
        },
    });

async function statusline(env, input) {
    const child = new Child(binary, ['statusline'], { env: { NO_COLOR: '1', ...env }, cwd: '/', input });
    const begun = Date.now();
    const { code } = await child.exit;
    assert.deepEqual([code, child.err], [0, ''], 'it never fails loudly');
    return { line: child.out, time: Date.now() - begun };
}

// It gives up asking after 300 ms, which a machine that is busy with other tests may need.
async function lineOf(env, input, expected) {
    let line;
    for (let tries = 0; tries < 10 && line !== expected; tries += 1)
        ({ line } = await statusline(env, input));
    return line;
}

const status = (dragoman, token) =>
    ask(dragoman.url, '/api/status', { headers: token ? { authorization: `Bearer ${token}` } : {} });

test('requests are counted once, by target and outcome, with tokens, cost and times', () =>
    onStage(withMetrics, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'One.' });
        for (let n = 0; n < 3; n += 1) assert.equal((await post(dragoman.url, message())).status, 200);
        await new Stream(dragoman.url, message('x', { model: 'claude-haiku-4-5' })).end();
        upstream.script({ status: 429, body: { error: { message: 'Slow down', code: 429 } } });
        assert.equal((await post(dragoman.url, message('again'))).status, 429);
        assert.equal((await post(dragoman.url, '{"model": 5}')).status, 400);
        assert.equal((await ask(dragoman.url, '/nothing')).status, 404);
        await post(dragoman.url, message(), { path: '/v1/messages/count_tokens' });
        const ended = (families) => valueIn(families, 'dragoman_request_seconds_count') === 6;
        const now = await scrapeUntil(dragoman, ended);
        const of = (outcome, target = big) => valueIn(now, 'dragoman_requests_total', { target, outcome });
        assert.deepEqual(
            [of('ok'), of('upstream_error'), of('client_error'), of('client_cancelled')],
            [3, 1, 0, 0],
        );
        assert.equal(of('ok', 'openai/gpt-5.5-mini'), 1);
        assert.equal(of('client_error', 'none'), 1);
        const errors = (outcome, code) =>
            valueIn(now, 'dragoman_request_errors_total', { outcome, status: code });
        assert.equal(errors('upstream_error', '429'), 1);
        assert.equal(errors('client_error', '400'), 1);
        assert.equal(valueIn(now, 'dragoman_refused_requests_total', { status: '404' }), 1);
        assert.equal(valueIn(now, 'dragoman_token_counts_total'), 1);
        assert.equal(valueIn(now, 'dragoman_requests_running'), 0);
        const tokens = (kind) => valueIn(now, 'dragoman_tokens_total', { target: big, kind });
        assert.deepEqual([tokens('input'), tokens('cached'), tokens('output')], [3000, 600, 102]);
        assert.equal(valueIn(now, 'dragoman_cost_dollars_total', { target: big }), 0.00126);
        assert.equal(valueIn(now, 'dragoman_first_byte_seconds_count', { target: big }), 4);
        const connections = ['new', 'reused', 'none'].map((connection) =>
            valueIn(now, 'dragoman_upstream_requests_total', { connection }),
        );
        assert.equal(connections[0] + connections[1], 5);
        assert.ok(connections[1] > 0, 'connections are reused');
        assert.ok(valueIn(now, 'process_resident_memory_bytes') > 1e6);
        const age = Date.now() / 1000 - valueIn(now, 'process_start_time_seconds');
        assert.ok(age >= 0 && age < 90, `${age} s old`);
    }));

test('a client that leaves is counted as one that left, and a running one as running', () =>
    onStage(withMetrics, async ({ dragoman, upstream }) => {
        upstream.script({ text: ['Begun', ' and never ended'], hold: new Promise(() => {}) });
        const stream = new Stream(dragoman.url, message('x', { tools: undefined }));
        await stream.until(({ text }) => text.includes('Begun'));
        assert.equal(valueIn(await scrape(dragoman), 'dragoman_requests_running'), 1);
        stream.leave();
        const now = await scrapeUntil(
            dragoman,
            (families) => valueIn(families, 'dragoman_requests_running') === 0,
        );
        const count = now.get('dragoman_requests_total').samples.find(({ value }) => value === 1);
        assert.equal(count.labels.outcome, 'client_cancelled');
        assert.deepEqual(now.get('dragoman_request_errors_total').samples, []);
    }));

test('labels are bounded, and only names that were answered to become labels', () =>
    onStage(withMetrics, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Yes.' });
        const answer = await post(dragoman.url, message('x', { model: 'nobody/canary-model' }));
        assert.ok(answer.status >= 400);
        upstream.violations.length = 0;
        await post(dragoman.url, message());
        const now = await scrapeUntil(
            dragoman,
            (families) => valueIn(families, 'dragoman_request_seconds_count') === 2,
        );
        const targets = new Set(now.get('dragoman_requests_total').samples.map(({ labels }) => labels.target));
        assert.deepEqual([...targets].sort(), [big, 'other']);
    }));

test('keys, tokens and prompts are in none of the figures', () =>
    onStage(
        { env: { ...withMetrics.env, DRAGOMAN_CLIENT_TOKEN: 'canary-client-token' } },
        async ({ dragoman, upstream }) => {
            const prompt = 'canary-prompt-77aa';
            const headers = { 'x-api-key': 'canary-client-token', 'x-claude-code-session-id': session };
            upstream.script({ text: `it said ${prompt}`, reasoning: prompt });
            const body = message(prompt, { system: prompt, metadata: { user_id: prompt } });
            assert.equal((await post(dragoman.url, body, { headers })).status, 200);
            upstream.script({
                status: 400,
                body: { error: { message: `no: ${prompt} ${canaryKey}`, code: 400 } },
            });
            await post(dragoman.url, { ...body, max_tokens: 99 }, { headers });
            await post(dragoman.url, { ...body, model: prompt }, { headers });
            const { token } = instanceOf(dragoman);
            const url = await metricsUrl(dragoman);
            const figures = [
                await ask(url, '/metrics', { headers }),
                await status(dragoman, token),
                await ask(dragoman.url, `/api/session/${session}`, { headers }),
            ];
            for (const answer of figures) {
                assert.equal(answer.status, 200, answer.text);
                for (const secret of [prompt, canaryKey, 'canary-client-token', token])
                    assert.ok(!answer.text.includes(secret), `${secret} in ${answer.text}`);
            }
            readMetrics(figures[0].text);
        },
    ));

test('metrics are served only where they were asked for, and to whom clients are', async () => {
    await onStage({}, async ({ dragoman }) => {
        assert.equal((await ask(dragoman.url, '/metrics')).status, 404);
        assert.doesNotMatch(dragoman.log, /metrics are at/);
    });
    await onStage(withMetrics, async ({ dragoman }) => {
        const url = await metricsUrl(dragoman);
        assert.equal((await ask(dragoman.url, '/metrics')).status, 404, 'not on the port of the clients');
        assert.equal((await ask(url, '/v1/models')).status, 404, 'and nothing else on its own');
        assert.equal((await ask(url, '/metrics', { headers: { host: 'evil.example' } })).status, 403);
        assert.equal((await ask(url, '/metrics', { headers: { origin: 'http://localhost' } })).status, 403);
        assert.equal((await ask(url, '/metrics', { method: 'POST' })).status, 405);
        const head = await ask(url, '/metrics', { method: 'HEAD' });
        assert.deepEqual([head.status, head.text], [200, '']);
        assert.equal((await ask(url, '/metrics?name=x', { headers: { host: 'localhost:1' } })).status, 200);
    });
    await withUpstream(async ({ start }) => {
        const dragoman = await start({
            OPENROUTER_API_KEY: canaryKey,
            DRAGOMAN_METRICS_LISTEN: '0.0.0.0:0',
            DRAGOMAN_CLIENT_TOKEN: 'a-long-client-token',
        });
        const port = Number(new URL(await metricsUrl(dragoman)).port);
        const url = `http://127.0.0.1:${port}`;
        assert.equal((await ask(url, '/metrics')).status, 401);
        const headers = { authorization: 'Bearer a-long-client-token', host: 'prometheus.example' };
        assert.equal((await ask(url, '/metrics', { headers })).status, 200);
    });
    const refused = await run(['serve', '--port', '0'], {
        OPENROUTER_API_KEY: canaryKey,
        DRAGOMAN_METRICS_LISTEN: '0.0.0.0:0',
    });
    assert.equal(refused.code, 2);
    assert.match(refused.err, /could read the metrics.*client_tokens/);
});

test('an address that is in use for the metrics is named, and nothing starts', () =>
    onStage(withMetrics, async ({ dragoman }) => {
        const port = new URL(await metricsUrl(dragoman)).port;
        const second = await run(['serve', '--host', '127.0.0.1', '--port', '0'], {
            OPENROUTER_API_KEY: canaryKey,
            DRAGOMAN_METRICS_LISTEN: `127.0.0.1:${port}`,
        });
        assert.equal(second.code, 1);
        assert.match(second.err, new RegExp(`in use.*${port}`));
    }));

test('/api/status answers to the token of the instance alone', () =>
    onStage({}, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Yes.' });
        await post(dragoman.url, message());
        for (const token of [undefined, 'wrong', canaryKey])
            assert.equal((await status(dragoman, token)).status, 401);
        const { token, pid } = instanceOf(dragoman);
        let json;
        do ({ json } = await status(dragoman, token));
        while (json.requests < 1);
        assert.equal(json.service, 'dragoman');
        assert.equal(json.pid, pid);
        assert.equal(json.requests, 1);
        assert.equal(json.errors, 0);
        assert.equal(json.refused, 3);
        assert.equal(json.outcomes.ok, 1);
        assert.equal(json.targets[0].target, big);
        assert.deepEqual(json.targets[0].tokens, { input: 1000, cached: 200, output: 34 });
        assert.equal(json.cost_usd, 0.00042);
        const { p50, p90, p99, count } = json.first_byte_ms;
        assert.ok(p50 >= 0 && p50 <= p90 && p90 <= p99 && count === 1);
        assert.doesNotMatch(dragoman.log, /"path":"\/api\/status".*"status":200/, 'asked all day long: no line');
    }));

test('a session knows what it cost, and who answered to which name', () =>
    onStage({}, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Yes.' });
        assert.equal((await ask(dragoman.url, '/v1/models')).status, 200); // the catalogue is there now
        const headers = { 'x-claude-code-session-id': session };
        await post(dragoman.url, message(), { headers });
        await post(dragoman.url, message('title', { model: 'claude-haiku-4-5' }), { headers });
        const inside = { user_id: JSON.stringify({ device_id: 'd', account_uuid: '', session_id: 'other-1' }) };
        await post(dragoman.url, message('x', { metadata: inside }));
        const older = { user_id: 'user_abc_account__session_other-2' };
        await post(dragoman.url, message('x', { metadata: older }));
        const json = await sessionUntil(dragoman, session, 2);
        assert.equal(json.cost_usd, 0.00084);
        assert.equal(json.model, 'openai/gpt-5.5-mini');
        assert.equal(json.provider, 'Fireworks');
        const opus = json.answering.find((one) => one.client_model === 'claude-opus-4-8');
        assert.equal(opus.model, big);
        assert.equal(opus.context_window, 131072);
        for (const id of ['other-1', 'other-2']) await sessionUntil(dragoman, id, 1);
        assert.equal((await ask(dragoman.url, '/api/session/never-seen')).status, 404);
        assert.equal((await ask(dragoman.url, '/api/session/never-seen?model=gpt-nothing')).status, 404);
        const asked = await ask(dragoman.url, '/api/session/never-seen?x=1&model=openai%2Fgpt-5.5%5B1m%5D');
        assert.deepEqual([asked.json.next.model, asked.json.answering], ['openai/gpt-5.5', []]);
        assert.doesNotMatch(dragoman.log, /"path":"\/api\/session/, 'asked all day long: no line');
    }));

test('dragoman status finds what runs, and says when nothing does', () =>
    onStage(withMetrics, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Yes.' });
        await post(dragoman.url, message());
        upstream.script({ status: 429, body: { error: { message: 'Slow down', code: 429 } } });
        await post(dragoman.url, message('again'));
        await scrapeUntil(
            dragoman,
            (families) => valueIn(families, 'dragoman_request_seconds_count') === 2,
        );
        const shown = await run(['status'], personOf(dragoman));
        assert.equal(shown.code, 0, shown.err);
        assert.ok(shown.out.includes(`${dragoman.url} running`), shown.out);
        assert.match(shown.out, /requests +2 finished, 0 running, 1 failed \(upstream 1\)/);
        assert.match(shown.out, /openai\/gpt-oss-120b +2 +1 .*\$0\.0004\n/);
        assert.ok(shown.out.includes(`${await metricsUrl(dragoman)}/metrics`));
        assert.doesNotMatch(shown.out, /\u001b/, 'no colours but on a terminal');
        const { token } = instanceOf(dragoman);
        const json = await run(['status', '--json'], personOf(dragoman));
        assert.equal(json.code, 0);
        const { running, instances } = JSON.parse(json.out);
        assert.equal(running, true);
        assert.equal(instances[0].url, dragoman.url);
        assert.equal(instances[0].status.requests, 2);
        assert.equal(instances[0].status.targets[0].errors, 1);
        for (const output of [shown.out, json.out])
            for (const secret of [token, canaryKey]) assert.ok(!output.includes(secret));

        const elsewhere = { HOME: join(dragoman.folder, 'nobody') };
        const nothing = await run(['status'], elsewhere);
        assert.deepEqual([nothing.code, nothing.err], [1, '']);
        assert.match(nothing.out, /no dragoman of yours is running/);
        const none = await run(['status', '--json'], elsewhere);
        assert.equal(none.code, 1);
        assert.deepEqual(JSON.parse(none.out), { running: false, instances: [] });
        assert.equal((await run(['status', '--watch'], personOf(dragoman))).code, 2, 'not on a terminal');
        assert.equal((await run(['status', '--watch', '--json'], personOf(dragoman))).code, 2);
    }));

const enters = /\u001b\[\?1049h/;
const leaves = /\u001b\[\?25h\u001b\[\?1049l/;

async function watched(dragoman, end, env = {}) {
    const args = [join(here, 'in_terminal.py'), '100', '30', binary, 'status', '--watch'];
    const child = new Child('python3', args, {
        env: { ...personOf(dragoman), TERM: 'xterm', ...env },
        cwd: '/',
        input: 'pipe',
    });
    await child.says(enters);
    await child.until(() => child.out.split('running').length > 3 && /q ends this/.test(child.out));
    const before = child.out;
    await end(child);
    const { code } = await child.exit;
    return { code, before, after: child.out };
}

test('status --watch draws again and again, and leaves the terminal as it was', () =>
    onStage({}, async ({ dragoman }) => {
        for (const key of ['q', '\u0003']) {
            const { code, before, after } = await watched(dragoman, ({ process }) => process.stdin.write(key));
            assert.equal(code, 0);
            assert.doesNotMatch(before, leaves);
            assert.match(after, new RegExp(`${leaves.source}$`), 'the last thing it says');
            assert.match(before, /\u001b\[32mrunning/);
        }
        // The end of its input hangs the terminal up.
        const hungUp = await watched(dragoman, ({ process }) => process.stdin.end());
        assert.equal(hungUp.code, 0);
        const { before } = await watched(dragoman, ({ process }) => process.stdin.write('q'), { NO_COLOR: '1' });
        assert.doesNotMatch(before, /\u001b\[[0-9;]*m/);
    }));

test('the status line says who answers, how full the window is, and what was billed', () =>
    onStage({}, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Yes.' });
        assert.equal((await ask(dragoman.url, '/v1/models')).status, 200);
        const headers = { 'x-claude-code-session-id': session };
        await post(dragoman.url, message(), { headers });
        await post(dragoman.url, message('title', { model: 'claude-haiku-4-5' }), { headers });
        await sessionUntil(dragoman, session, 2);
        const expected = 'openai/gpt-oss-120b (Fireworks) · context 50% of 131k · $0.0008\n';
        for (const url of [dragoman.url, `${dragoman.url}/`, `${dragoman.url}/v1`, `${dragoman.url}/anthropic/`]) {
            const line = await lineOf({ ANTHROPIC_BASE_URL: url }, clientState(), expected);
            assert.equal(line, expected, url);
        }
        assert.equal(await lineOf(personOf(dragoman), clientState(), expected), expected, 'by its file');
        const base = { ANTHROPIC_BASE_URL: dragoman.url };
        const coloured = await statusline({ ...base, NO_COLOR: '' }, clientState());
        assert.match(coloured.line, /^\u001b\[36m.*\u001b\[2mcontext \u001b\[0m\u001b\[32m\d+%\u001b\[0m/);
        const fresh = 'openai/gpt-oss-120b · context 50% of 131k\n';
        assert.equal(await lineOf(base, clientState('not-seen'), fresh), fresh, 'who would answer');
        const stranger = await statusline(personOf(dragoman), clientState('not-seen'));
        assert.equal(stranger.line, 'Opus 4.8 (1M context) · context 7% of 1.00M · ~$0.38\n');
    }));

test('the status line needs the token that the client has', () =>
    onStage({ env: { DRAGOMAN_CLIENT_TOKEN: 'a-long-client-token' } }, async ({ dragoman, upstream }) => {
        upstream.script({ text: 'Yes.' });
        const headers = { 'x-api-key': 'a-long-client-token', 'x-claude-code-session-id': session };
        await post(dragoman.url, message(), { headers });
        const base = { ANTHROPIC_BASE_URL: dragoman.url };
        const found = async (env) => (await statusline({ ...base, ...env }, clientState())).line;
        let line;
        do line = await found({ ANTHROPIC_AUTH_TOKEN: 'a-long-client-token' });
        while (!line.startsWith(big));
        do line = await found({ ANTHROPIC_API_KEY: 'a-long-client-token' });
        while (!line.startsWith(big));
        assert.match(await found({}), /^Opus/);
        assert.match(await found({ ANTHROPIC_AUTH_TOKEN: 'wrong' }), /^Opus/);
    }));

test('the status line shows what the client knows when nobody answers, and never waits long', async () => {
    const folder = temporaryFolder();
    const silent = createServer();
    await new Promise((done) => silent.listen(0, '127.0.0.1', done));
    try {
        const home = { HOME: folder };
        const deaf = { ...home, ANTHROPIC_BASE_URL: `http://127.0.0.1:${silent.address().port}` };
        const gone = { ...home, ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' };
        const anthropic = { ...home, ANTHROPIC_BASE_URL: 'https://api.anthropic.com' };
        const none = { ...home, ANTHROPIC_BASE_URL: 'not a URL' };
        for (const env of [home, deaf, gone, anthropic, none]) {
            const { line, time } = await statusline(env, clientState());
            assert.match(line, /^Opus 4\.8 .* ~\$0\.38\n$/);
            assert.ok(time < 2000, `${time} ms`);
        }
        for (const input of ['', 'no JSON', '[', '{}', '{"session_id":"../../x"}', '\u0000'.repeat(5000)])
            assert.equal((await statusline(gone, input)).line, 'dragoman\n');
        const open = await statusline(home, 'pipe');
        assert.equal(open.line, 'dragoman\n', 'an input that does not end');
        assert.ok(open.time < 2000, `${open.time} ms`);
    } finally {
        silent.close();
        rmSync(folder, { recursive: true, force: true });
    }
});
