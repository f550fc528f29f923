// Routes with several upstreams: who is asked when somebody cannot answer, and what the client sees of it.

import assert from 'node:assert/strict';

import { CUT, END, chunk, failure, steps } from './answers.mjs';
import { Stream, grammarProblems, message, post } from './http_client.mjs';
import {
    answeredBySecond,
    big,
    chain,
    deafAddress,
    other,
    routeTable,
    routerError,
    startStranger,
    textOf,
    upstreamTable,
    withUpstreams,
} from './routes_stage.mjs';
import { test } from './suite.mjs';

const processing = ': OPENROUTER PROCESSING\n\n';
const refused = (status, text, headers) => failure(status, routerError(status, text), headers);
const thoughtless = (request) => steps([chunk(request.body.model, {}, 'stop'), 'data: [DONE]\n\n']);

// What the first does, and the word for it.
const failures = [
    ['429', refused(429, 'Rate limited', { 'retry-after': '7' }), '429'],
    ['503', refused(503, 'No instances available'), '503'],
    ['529', refused(529, 'Overloaded'), '529'],
    ['500', refused(500, 'Internal error'), '500'],
    ['a 502 without a word', failure(502, ''), '502'],
    ['504', refused(504, 'Timeout'), '504'],
    [
        '524 of somebody in between',
        failure(524, '<html><title>524: A timeout occurred</title></html>'),
        '524',
    ],
    ['408', refused(408, 'Request timed out'), '408'],
    ['401', refused(401, 'User not found.'), '401'],
    ['402', refused(402, 'Insufficient credits'), '402'],
    ['403 of a region', refused(403, 'This model is not available in your region.'), '403'],
    ['an unknown model', refused(404, 'No endpoints found for this model'), '404'],
    ['a redirect', failure(302, '', { location: 'http://127.0.0.1:9/v1/chat/completions' }), '302'],
    ['a page of HTML', failure(200, '<html>maintenance</html>'), 'failed'],
    ['an answer without a word', failure(200, ''), 'failed'],
    ['an error that says 200', failure(200, routerError(502, 'Provider returned error')), '502'],
    ['an answer that ends at once', steps([END]), 'failed'],
    ['a connection that breaks', steps([CUT]), 'failed'],
    ['a connection that breaks after a comment', steps([processing, CUT]), 'failed'],
    ['half an event', steps([processing, 'data: {"choices":[{"delta":{"con', END]), 'failed'],
    ['an event that is no JSON', steps(['data: {"choices":[}\n\n', END]), 'failed'],
    ['an error as its first event', steps([routerError(502, 'Provider returned error')]), '502'],
    ['nothing but a finish', thoughtless, 'failed'],
];

for (const [name, answer, outcome] of failures)
    test(`the next target answers after ${name}`, () =>
        withUpstreams(chain, async ({ first, second, dragoman, url, asked }) => {
            first.script(answer);
            const stream = await answeredBySecond(url, 'Hello');
            assert.deepEqual(asked(), [1, 1, 0]);
            assert.equal(second.paid[0].body.model, other);
            assert.equal(second.paid[0].lastText, 'Hello', 'the whole request went to the second');
            assert.equal(stream.response.headers['x-dragoman-model'], other);
            assert.match(
                stream.response.headers['x-dragoman-attempts'],
                new RegExp(`^first/${big} ${outcome}, second/${other} 200$`),
            );
            const line = await dragoman.child.says(/.*"path":"\/v1\/messages".*/);
            const record = JSON.parse(line[0]);
            assert.equal(record.attempts, 2);
            assert.match(record.tried, new RegExp(`^first/${big} ${outcome}$`));
            second.assertClean();
            const whole = await post(url, message('Once more'));
            assert.equal(whole.status, 200);
            assert.equal(whole.json.content[0].text, 'the second');
        }));

test('a connection that is refused', async () => {
    const baseUrl = await deafAddress();
    await withUpstreams(
        (all) => chain({ ...all, first: { baseUrl } }),
        async ({ url, asked }) => {
            const stream = await answeredBySecond(url, 'Hello');
            assert.deepEqual(asked(), [0, 1, 0]);
            assert.match(stream.response.headers['x-dragoman-attempts'], / unreachable, second/);
        },
    );
});

test('a certificate that nobody knows', async () => {
    const stranger = await startStranger();
    try {
        await withUpstreams(
            (all) => chain({ ...all, first: { baseUrl: stranger.url } }),
            async ({ url, asked }) => {
                await answeredBySecond(url, 'Hello');
                assert.deepEqual(asked(), [0, 1, 0]);
            },
        );
        assert.ok(stranger.greeted > 0, 'it was asked for its certificate');
        stranger.assertHeardNothing();
    } finally {
        await stranger.stop();
    }
});

test('a target that does not begin in time is left, and its connection closed', () =>
    withUpstreams(
        ({ first, second, third }) =>
            upstreamTable('first', first.baseUrl) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl) +
            routeTable([`{ target = "first/${big}", first_byte = "150ms" }`, `second/${other}`]),
        async ({ first, url, asked }) => {
            first.script(steps([': OPENROUTER PROCESSING\n\n', new Promise(() => {})]));
            const stream = await answeredBySecond(url, 'Hello');
            assert.match(stream.response.headers['x-dragoman-attempts'], / too late, second/);
            await first.paid[0].left;
            assert.deepEqual(asked(), [1, 1, 0]);
        },
    ));

test('a client that has signs of life already gets the answer of the next target in the same stream', () =>
    withUpstreams(chain, async ({ first, url, asked }) => {
        let fail;
        const late = new Promise((resolve) => {
            fail = resolve;
        });
        first.script(steps([': OPENROUTER PROCESSING\n\n', late, END]));
        const stream = new Stream(url, message('Hello'));
        await stream.until((s) => s.text.includes('message_start')); // after eight seconds
        fail();
        await stream.end();
        assert.equal(textOf(stream), 'the second');
        assert.deepEqual(grammarProblems(stream.text), []);
        assert.equal(stream.events.filter((event) => event.name === 'message_start').length, 1);
        assert.deepEqual(asked(), [1, 1, 0]);
    }));

test('nobody goes on with an answer that has begun', () =>
    withUpstreams(chain, async ({ first, url, asked }) => {
        first.script((request) => steps([chunk(request.body.model, { content: 'half' }), END]));
        const stream = await new Stream(url, message('Hello')).end();
        assert.equal(textOf(stream), 'half');
        assert.equal(stream.events.at(-1).name, 'error');
        assert.deepEqual(asked(), [1, 0, 0]);
        // One that is not streamed can still be taken back: nothing of it has gone to the client.
        first.script(failure(200, '{"choices":[{"message":{"content":"ha'));
        const whole = await post(url, message('Hello whole'));
        assert.equal(whole.json.content[0].text, 'the second');
    }));

test('a route may end an answer that breaks off as if it were full', () =>
    withUpstreams(
        (all) => chain(all).replace('[[routes]]\n', '[[routes]]\nmidstream = "resume"\n'),
        async ({ first, url, asked }) => {
            first.script((request) => steps([chunk(request.body.model, { content: 'half' }), END]));
            const stream = await new Stream(url, message('Hello')).end();
            assert.equal(textOf(stream), 'half');
            assert.deepEqual(grammarProblems(stream.text), []);
            assert.equal(
                stream.events.find((e) => e.name === 'message_delta').data.delta.stop_reason,
                'max_tokens',
            );
            assert.equal(stream.events.at(-1).name, 'message_stop');
            const call = {
                index: 0,
                id: 'call_AbCdEfGh00000001',
                function: { name: 'Bash', arguments: '{"com' },
            };
            first.script((request) => steps([chunk(request.body.model, { tool_calls: [call] }), END]));
            const tools = [{ name: 'Bash', input_schema: { type: 'object' } }];
            const half = await new Stream(url, message('Half a call', { tools })).end();
            assert.equal(half.events.at(-1).name, 'error', 'half a call is no call');
            assert.deepEqual(asked(), [2, 0, 0]);
        },
    ));

test("what is the client's own fault is said at once", () =>
    withUpstreams(chain, async ({ first, url, asked }) => {
        first.script(failure(400, routerError(400, 'bad parameter foo')));
        const answer = await post(url, message('Hello'));
        assert.equal(answer.status, 400);
        assert.match(answer.json.error.message, /bad parameter foo/);
        assert.equal(answer.headers['x-dragoman-attempts'], undefined);
        assert.deepEqual(asked(), [1, 0, 0]);
    }));

const tooLong = failure(400, {
    error: {
        message:
            "This model's maximum context length is 131072 tokens. However, you requested about 190000 tokens.",
        code: 400,
    },
});

test('a conversation that does not fit goes to a larger window, and to no other', () =>
    withUpstreams(
        (all) => chain(all).replace(`"second/${other}"`, `"third/${big}", "second/${other}"`),
        async ({ first, url, asked, dragoman }) => {
            first.script(tooLong);
            await dragoman.child.until(() => dragoman.log.split('model list fetched').length === 4);
            const stream = await new Stream(url, message('long')).end();
            assert.equal(textOf(stream), 'the second', stream.text);
            assert.deepEqual(asked(), [1, 1, 0], 'the third has the same window as the first');
        },
        { env: { LOG_LEVEL: 'debug' } },
    ));

test('where no window is larger, the client is told to compact', () =>
    withUpstreams(
        ({ first, second, third }) =>
            upstreamTable('first', first.baseUrl) +
            upstreamTable('second', second.baseUrl) +
            upstreamTable('third', third.baseUrl) +
            routeTable([`first/${big}`, `second/${big}`]),
        async ({ first, url, asked }) => {
            first.script(tooLong);
            const answer = await post(url, message('long'));
            assert.equal(answer.status, 400);
            assert.match(answer.json.error.message, /^prompt is too long: 190000 tokens > 131072 maximum/);
            assert.deepEqual(asked(), [1, 0, 0]);
        },
    ));

test('when all fail the client hears what it can do most about, and what was tried', () =>
    withUpstreams(chain, async ({ first, second, url, asked }) => {
        first.script(failure(429, routerError(429, 'Rate limited'), { 'retry-after': '7' }));
        second.script(failure(401, routerError(401, 'User not found.')));
        const answer = await post(url, message('Hello'));
        assert.equal(answer.status, 429);
        assert.equal(answer.headers['retry-after'], '7');
        assert.equal(answer.headers['x-dragoman-attempts'], `first/${big} 429, second/${other} 401`);
        assert.deepEqual(asked(), [1, 1, 0]);
    }));
