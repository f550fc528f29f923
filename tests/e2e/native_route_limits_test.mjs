// Routes with several upstreams: what rests and for how long, keys and shares, who is meant by a name, and limits.

import assert from 'node:assert/strict';

import { chunk, failure, steps } from './answers.mjs';
import { canaryKey } from './harness.mjs';
import { Stream, message, post } from './http_client.mjs';
import {
    answeredBySecond,
    big,
    chain,
    other,
    otherKey,
    routeTable,
    routerError,
    textOf,
    upstreamTable,
    withUpstreams,
} from './routes_stage.mjs';
import { test } from './suite.mjs';

test('a limited target rests for as long as it says, and is not asked meanwhile', () =>
    withUpstreams(chain, async ({ first, url, asked }) => {
        first.script(failure(429, routerError(429, 'Rate limited'), { 'retry-after': '60' }), {
            text: 'the first',
        });
        await answeredBySecond(url, 'one');
        const stream = await answeredBySecond(url, 'two');
        assert.match(
            stream.response.headers['x-dragoman-attempts'],
            /^first\/openai\/gpt-oss-120b resting, second/,
        );
        assert.deepEqual(asked(), [1, 2, 0]);
    }));

test('the breaker opens, lets one request try after a while, and closes', () =>
    withUpstreams(
        (all) => chain(all, 'breaker_failures = 2\nbreaker_rest = "300ms"\n'),
        async ({ first, url, asked }) => {
            let allowed;
            const slow = new Promise((resolve) => {
                allowed = resolve;
            });
            const down = failure(503, routerError(503, 'No instances available'));
            first.script(down, down, (request) =>
                steps([
                    slow,
                    chunk(request.body.model, { content: 'the first' }, 'stop'),
                    'data: [DONE]\n\n',
                ]),
            );
            await answeredBySecond(url, '1');
            await answeredBySecond(url, '2');
            const opened = Date.now();
            await answeredBySecond(url, '3');
            if (Date.now() - opened < 250) assert.deepEqual(asked(), [2, 3, 0], 'open: nobody asks it');
            let probe; // Asked again until the rest is over.
            while (first.paid.length < 3) {
                probe = new Stream(url, message('probe'));
                await Promise.race([probe.end(), first.request(() => first.paid.length === 3)]);
            }
            const before = asked()[1];
            await answeredBySecond(url, 'beside the probe');
            assert.deepEqual(asked(), [3, before + 1, 0], 'half open: one request tries');
            allowed();
            await probe.end();
            assert.equal(textOf(probe), 'the first');
            const after = await new Stream(url, message('closed again')).end();
            assert.equal(textOf(after), 'the first');
        },
    ));

const twoKeys = ({ first, second, third }) =>
    upstreamTable('first', first.baseUrl, `keys = [{ key = "${canaryKey}" }, { key = "${otherKey}" }]\n`) +
    upstreamTable('second', second.baseUrl) +
    upstreamTable('third', third.baseUrl);

test('a refused key is exchanged for another of its pool, and rests', () =>
    withUpstreams(
        twoKeys,
        async ({ first, url }) => {
            first.wrongKeyExpected = true; // The other key gets 401.
            const sessions = Array.from(
                { length: 12 },
                (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
            );
            for (const session of sessions) {
                const headers = { 'x-claude-code-session-id': session };
                const answer = await post(url, message('Hello'), { headers });
                assert.equal(answer.status, 200, answer.text);
            }
            const refused = first.paid.filter((r) => r.headers.authorization !== `Bearer ${canaryKey}`);
            assert.equal(
                refused.length,
                1,
                'the refused key was used once, by the first session that was dealt it',
            );
            assert.equal(first.paid.length, 13);
        },
    ));

test('a key that may not do what is asked (403) is exchanged, too, and alone says so', () =>
    withUpstreams(
        twoKeys,
        async ({ first, url }) => {
            first.wrongKey = () => false;
            const forbidden = failure(403, { error: { message: 'Forbidden' } });
            first.script(forbidden, { text: 'the other key' }, { text: 'once more' });
            const answer = await post(url, message('Hello'));
            assert.equal(answer.status, 200, answer.text);
            assert.match(answer.text, /the other key/);
            assert.notEqual(first.paid[0].headers.authorization, first.paid[1].headers.authorization);
            assert.equal((await post(url, message('Hello again'))).status, 200);
            assert.equal(first.paid[2].headers.authorization, first.paid[1].headers.authorization);
        },
    ));

test('a session stays on its key, and sessions are dealt out among the keys', () =>
    withUpstreams(
        twoKeys,
        async ({ first, url }) => {
            first.wrongKey = () => false;
            const keyOf = new Map();
            for (let round = 0; round < 2; ++round)
                for (let i = 0; i < 16; ++i) {
                    const session = `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
                    const headers = { 'x-claude-code-session-id': session };
                    assert.equal((await post(url, message(`Hello ${round}`), { headers })).status, 200);
                    const key = first.paid.at(-1).headers.authorization;
                    assert.equal(keyOf.get(session) ?? key, key);
                    keyOf.set(session, key);
                }
            assert.equal(new Set(keyOf.values()).size, 2);
        },
    ));

test('more than its share goes to the next target, and to nobody where there is none', () =>
    withUpstreams(
        (all) => chain(all, 'parallel = 1\n'),
        async ({ first, url, asked }) => {
            let go;
            const held = new Promise((resolve) => {
                go = resolve;
            });
            first.script({ text: ['the ', 'first'], hold: held });
            const long = new Stream(url, message('long'));
            await first.request();
            await answeredBySecond(url, 'beside it');
            const alone = await post(url, message('alone', { model: `first/${big}` }));
            assert.equal(alone.status, 429);
            assert.match(alone.json.error.message, /first takes 1 requests at a time/);
            assert.equal(alone.headers['retry-after'], '1');
            go();
            await long.end();
            assert.equal(textOf(long), 'the first');
            const again = await new Stream(url, message('again')).end();
            assert.equal(textOf(again), 'the first', 'the place is free again');
            assert.deepEqual(asked(), [2, 1, 0]);
        },
    ));

test('routes by scenario, names of targets, and names that are no targets', () =>
    withUpstreams(
        ({ first, second, third }) =>
            `[models]\nbig = "${big}"\nsmall = "${big}"\n` +
            upstreamTable('first', first.baseUrl) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl) +
            routeTable([`second/${other}`], 'name = "quick"\nwhen = { scenario = "background" }\n') +
            routeTable([`third/${other}`], 'when = { scenario = "long_context", tokens_over = 5000 }\n') +
            routeTable(
                [`{ target = "third", provider = { order = ["groq"] } }`],
                'when = { model = "*gpt-5.5*" }\n',
            ),
        async ({ first, second, third, url }) => {
            const who = async (body, headers = {}) => {
                const answer = await post(url, body, { headers });
                assert.equal(answer.status, 200, answer.text);
                return answer.json.content[0].text;
            };
            assert.equal(await who(message('Hello', { max_tokens: 9000 })), 'the first');
            assert.equal(
                await who(message('Hello', { model: 'claude-haiku-4-5', max_tokens: 9000 })),
                'the second',
            );
            assert.equal(await who(message('a title', { max_tokens: 64 })), 'the second');
            assert.equal(await who(message('word '.repeat(20000), { max_tokens: 9000 })), 'the third');
            assert.equal(await who(message('Hello', { model: other, max_tokens: 9000 })), 'the third');
            assert.equal(third.paid.at(-1).body.model, other, 'the model as the client asked');
            assert.deepEqual(third.paid.at(-1).body.provider, { order: ['groq'] });
            assert.equal(
                await who(message('Hello', { model: other, max_tokens: 9000, provider: { sort: 'price' } })),
                'the third',
            );
            assert.deepEqual(third.paid.at(-1).body.provider, { sort: 'price' }, "the request's own counts");
            assert.equal(await who(message('Hello', { model: `second/${big}` })), 'the second');
            assert.equal(second.paid.at(-1).body.model, big);
            assert.equal(
                await who(message('Hello', { max_tokens: 9000 }), { 'x-dragoman-route': 'quick' }),
                'the second',
            );
            assert.equal(await who(message('Hello'), { 'x-dragoman-route': `third/${big}` }), 'the third');
            assert.equal(third.paid.at(-1).body.model, big);
            const unknown = await post(url, message('Hello'), { headers: { 'x-dragoman-route': 'nowhere' } });
            assert.equal(unknown.status, 400);
            assert.match(
                unknown.json.error.message,
                /no route or upstream nowhere; there are quick, first, second/,
            );
            for (const upstream of [first, second, third]) upstream.assertClean();
        },
    ));

test('naming a target can be switched off', () =>
    withUpstreams(
        (all) => `[server]\nclient_targets = false\n` + chain(all).replace(/\[\[routes\]\][^]*/, ''),
        async ({ first, url }) => {
            const refused = await post(url, message('Hello'), {
                headers: { 'x-dragoman-route': `second/${big}` },
            });
            assert.equal(refused.status, 403);
            first.script({ text: 'the first' });
            const answer = await post(url, message('Hello', { model: big }));
            assert.equal(answer.json.content[0].text, 'the first');
        },
    ));

test('limits hold exactly when a thousand requests come at once', () =>
    withUpstreams(
        ({ first, second, third }) =>
            `[limits]\nall = { requests = 37, body_bytes = "64MiB" }\n` +
            upstreamTable('first', first.baseUrl) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl),
        async ({ first, url }) => {
            let go;
            const held = new Promise((resolve) => {
                go = resolve;
            });
            first.script({ text: ['the ', 'first'], hold: held });
            let refused = 0;
            let enough;
            const allRefused = new Promise((resolve) => {
                enough = resolve;
            });
            const all = Array.from({ length: 1000 }, () =>
                post(url, message('Hello'), { agent: false }).then((answer) => {
                    if (answer.status === 429) {
                        refused += 1;
                        assert.match(answer.headers['retry-after'], /^\d+$/);
                        assert.match(answer.json.error.message, /37 requests at a time are allowed in all/);
                    }
                    if (refused === 963) enough();
                    return answer.status;
                }),
            );
            await Promise.race([allRefused, Promise.all(all)]);
            assert.equal(refused, 963);
            go();
            const statuses = await Promise.all(all);
            assert.equal(statuses.filter((status) => status === 200).length, 37);
            assert.equal(first.paid.length, 37);
            const after = await post(url, message('again'));
            assert.equal(after.status, 200, 'all places are free again');
        },
        { args: ['--workers', '4'] },
    ));

test('so many requests a minute, and no more, for each token', () =>
    withUpstreams(
        ({ first, second, third }) =>
            `[server]\nclient_tokens = ["token-a", "token-b"]\nworkers = 4\n[limits]\neach = { requests_a_minute = 25 }\n` +
            upstreamTable('first', first.baseUrl) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl),
        async ({ first, url }) => {
            const ask = (token) =>
                post(url, message('Hello'), { agent: false, headers: { authorization: `Bearer ${token}` } });
            const answers = await Promise.all(Array.from({ length: 100 }, () => ask('token-a')));
            assert.equal(answers.filter((answer) => answer.status === 200).length, 25);
            const refused = answers.find((answer) => answer.status === 429);
            assert.match(
                refused.json.error.message,
                /25 requests a minute are allowed for each client token/,
            );
            assert.ok(Number(refused.headers['retry-after']) > 30);
            assert.equal((await ask('token-b')).status, 200, 'the other token has its own share');
            assert.equal(first.paid.length, 26);
        },
    ));
