// Many requests at once: everybody gets what belongs to them, and nothing else.

import assert from 'node:assert/strict';
import http from 'node:http';

import { Stream, eventsOf, grammarProblems, message, post } from './http_client.mjs';
import { sharedStage } from './suite.mjs';

const stage = sharedStage();
const { test } = stage;
const rounds = Number(process.env.LOAD_REQUESTS ?? 10000);

// Runs `work` for 0…count-1, `width` at a time.
async function inParallel(count, width, work) {
    let next = 0;
    await Promise.all(
        Array.from({ length: width }, async () => {
            while (next < count) {
                const n = next;
                next += 1;
                await work(n);
            }
        }),
    );
}

test(`${rounds} tagged requests get their own answers`, async () => {
    const tagOf = (request) => /tag-\d+-end/.exec(request.lastText)[0];
    stage.upstream.answer = (request) => ({
        text: [`echo ${tagOf(request)}`],
        reasoning: `for ${tagOf(request)}`,
    });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
    const wrong = [];
    await inParallel(rounds, 64, async (n) => {
        const stream = n % 4 !== 0;
        const { status, text } = await post(stage.url, message(`say tag-${n}-end`, { stream }), { agent });
        const tags = new Set(text.match(/tag-\d+-end/g));
        if (status !== 200 || tags.size !== 1 || !tags.has(`tag-${n}-end`))
            wrong.push([n, status, [...tags]]);
        if (stream && n % 100 === 1) assert.deepEqual(grammarProblems(text), []);
    });
    agent.destroy();
    assert.deepEqual(wrong, []);
    assert.equal(stage.upstream.chats.length, rounds);
    stage.upstream.assertClean();
    stage.upstream.received.length = 0;
});

test('500 streams at the same time', async () => {
    let open;
    const everybody = new Promise((resolve) => {
        open = resolve;
    });
    stage.upstream.answer = (request) => ({
        text: [`begin ${request.lastText}`, ` end ${request.lastText}`],
        hold: everybody,
    });
    const streams = Array.from({ length: 500 }, (_, n) => new Stream(stage.url, message(`stream-${n}-x`)));
    await Promise.all(
        streams.map((stream, n) => stream.until((s) => s.text.includes(`begin stream-${n}-x`))),
    );
    open();
    await Promise.all(streams.map((stream) => stream.end()));
    streams.forEach((stream, n) => {
        const text = eventsOf(stream.text)
            .map((event) => event.data.delta?.text ?? '')
            .join('');
        assert.equal(text, `begin stream-${n}-x end stream-${n}-x`);
    });
    stage.upstream.assertClean();
});

test('a burst of counting does not make a stream wait', async () => {
    stage.upstream.script({ text: 'Quick.' });
    let state = 1; // Letters without sense take longest.
    const letters = Array.from({ length: 400_000 }, () => {
        state = (state * 48271) % 2147483647;
        return String.fromCharCode(97 + (state % 26));
    });
    const long = letters.join('');
    const counts = Array.from({ length: 20 }, (_, n) =>
        post(
            stage.url,
            { model: 'claude-opus-4-8', messages: [{ role: 'user', content: `${n} ${long}` }] },
            { path: '/v1/messages/count_tokens' },
        ),
    );
    const answered = [];
    counts.forEach((count) => count.then(() => answered.push('count')));
    const quick = await post(stage.url, message('quick')).then((answer) => {
        answered.push('message');
        return answer;
    });
    assert.equal(quick.status, 200);
    for (const { status, json } of await Promise.all(counts)) {
        assert.equal(status, 200);
        assert.ok(json.input_tokens > 150000);
    }
    assert.ok(
        answered.indexOf('message') < 19,
        `the message was answered as number ${answered.indexOf('message')}`,
    );
});
