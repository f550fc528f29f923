// What an upstream refuses for a part of it that a conversation can do without: the same place is asked once
// more, for less, and what that taught is known from then on.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { contentOf } from './conversation.mjs';
import { Dragoman, canaryKey, run, temporaryFolder } from './harness.mjs';
import { Stream, grammarProblems, message, post } from './http_client.mjs';
import { cases } from './rectify_cases.mjs';
import { test } from './suite.mjs';
import { RefusingUpstream, anthropic, openai } from './refusing_upstream.mjs';

const model = 'claude-opus-4-8'; // as clients ask for it
const dialectOf = (one) => one.dialect ?? 'chat';

function configurationOf(upstream, one) {
    const quirks = one.quirks ? `quirks = ${JSON.stringify(one.quirks)}\n` : '';
    const vendor =
        one.preset === 'anthropic'
            ? `preset = "anthropic"\nbase_url = "${upstream.origin}"\nkey = "${canaryKey}"\n`
            : `base_url = "${upstream.origin}/v1"\ndialect = "${dialectOf(one)}"\n`;
    return `[models]\nbig = "some-model"\nmiddle = "some-model"\nsmall = "some-model"\n[upstreams.vendor]\n${vendor}${quirks}`;
}

// The program in front of one vendor; `start` starts it again with what it had kept.
async function withVendor(one, body) {
    const upstream = await RefusingUpstream.start();
    const folder = temporaryFolder();
    const file = join(folder, 'config.toml');
    const cache = join(folder, 'cache');
    mkdirSync(cache, { recursive: true });
    writeFileSync(file, configurationOf(upstream, one), { mode: 0o600 });
    const env = { XDG_CACHE_HOME: cache };
    const learnedFile = join(cache, 'dragoman', 'learned.json');
    const running = [];
    const start = async () => {
        const dragoman = await Dragoman.start(env, { args: ['serve', '--config', file] });
        running.push(dragoman);
        return dragoman;
    };
    const command = (...args) => run(['route', '--config', file, ...args], { ...env, HOME: folder });
    try {
        const dragoman = await start();
        const configure = (text) => writeFileSync(file, text, { mode: 0o600 });
        await body({ upstream, dragoman, url: dragoman.url, start, command, configure, learnedFile });
        assert.deepEqual(upstream.problems, []);
    } catch (error) {
        error.message += running.map((each) => `\n--- log ---\n${each.log.slice(-4000)}`).join('');
        error.message += `\n--- upstream ---\n${JSON.stringify(upstream.bodies, null, 1).slice(0, 6000)}`;
        throw error;
    } finally {
        for (const dragoman of running) if (!dragoman.child.status) await dragoman.stop();
        await upstream.stop();
        rmSync(folder, { recursive: true, force: true });
    }
}

const session = { metadata: { user_id: '{"device_id":"ab","session_id":"5f4d0000-0000-4000-8000-000000000001"}' } };
const other = { metadata: { user_id: '{"device_id":"ab","session_id":"5f4d0000-0000-4000-8000-000000000002"}' } };

// One turn; the client's message and the content of the answer.
async function talk(url, messages, extra = {}) {
    const body = { ...message('', { ...session, ...extra }), messages };
    if (!body.stream) {
        const answer = await post(url, body);
        return { status: answer.status, headers: answer.headers, content: answer.json?.content, text: answer.text };
    }
    const stream = await new Stream(url, body).end();
    if (stream.status === 200) assert.deepEqual(grammarProblems(stream.text), []);
    return {
        status: stream.status,
        headers: stream.response.headers,
        content: [{ type: 'text', text: 'Done.' }],
        text: stream.text,
    };
}

const historyOf = (body) => body.messages ?? body.input;

function assertPrefix(before, after) {
    const [first, second] = [historyOf(before), historyOf(after)];
    assert.ok(second.length > first.length, 'the history has grown');
    assert.deepEqual(second.slice(0, first.length), first, 'a turn stays what it was');
    assert.deepEqual(after.tools, before.tools);
    assert.deepEqual(after.system, before.system);
}

const logged = async (dragoman, n) => {
    const lines = () => dragoman.log.split('\n').filter((line) => line.includes('"path":"/v1/messages"'));
    await dragoman.child.until(() => lines().length >= n);
    return JSON.parse(lines()[n - 1]);
};

for (const one of cases)
    test(`refused: ${one.name}`, () =>
        withVendor(one, async ({ upstream, dragoman, url, command, learnedFile }) => {
            upstream.refuse = (body) => one.refuse(body) || undefined;
            const expected = one.refusals ?? 1;
            const messages = one.messages ?? [{ role: 'user', content: 'Hello.' }];
            const first = await talk(url, messages, one.request);
            assert.equal(first.status, 200, first.text);
            assert.equal(upstream.refused.length, expected);
            assert.equal(upstream.asked.length, expected + 1, 'once more for each cause');
            one.mended?.(upstream.last.body);
            const tried = first.headers['x-dragoman-attempts'];
            assert.ok(tried.includes(` mended (${one.repaired}), vendor/`), tried);
            assert.match(tried, /, vendor\/\S+ 200$/);
            const record = await logged(dragoman, 1);
            assert.equal(record.attempts, expected + 1);
            assert.match(record.tried, /mended/);

            const grown = [
                ...messages,
                { role: 'assistant', content: first.content },
                { role: 'user', content: 'And now?' },
            ];
            const before = upstream.last.body;
            const second = await talk(url, grown, one.request);
            assert.equal(second.status, 200, second.text);
            assert.equal(upstream.refused.length, expected, 'right at once');
            assert.equal(second.headers['x-dragoman-attempts'], undefined);
            assertPrefix(before, upstream.last.body);

            // Another session knows it, too.
            const third = await talk(url, messages, { ...one.request, ...other });
            assert.equal(third.status, 200, third.text);
            assert.equal(upstream.refused.length, expected);

            await dragoman.stop(); // which writes what is not written yet
            assert.equal(statSync(learnedFile).mode & 0o777, 0o600);
            const shown = await command(model, '--offline');
            assert.match(shown.out, one.learned, shown.err);
        }));

const thought = { type: 'thinking', thinking: 'Well.', signature: 'c29tZWJvZHkgZWxzZQ==' };
const signed = (body) => JSON.stringify(body.messages).includes('"thinking"');

test('a signature of somebody else: thoughts stay here for the session, and for it alone', () =>
    withVendor({ preset: 'anthropic' }, async ({ upstream, url, command }) => {
        upstream.turn = () => ({ thinking: 'Mine.', signature: 'bWluZQ==', text: 'Done.' });
        upstream.refuse = (body) =>
            JSON.stringify(body).includes(thought.signature)
                ? anthropic('messages.1.content.0: Invalid `signature` in `thinking` block')
                : undefined;
        const messages = [
            { role: 'user', content: 'Hello.' },
            { role: 'assistant', content: [thought, { type: 'text', text: 'Hm.' }] },
            { role: 'user', content: 'Go on.' },
        ];
        const thinks = { thinking: { type: 'adaptive' } };
        const first = await talk(url, messages, thinks);
        assert.equal(first.status, 200, first.text);
        assert.equal(upstream.refused.length, 1);
        const grown = [...messages, { role: 'assistant', content: first.content }, { role: 'user', content: 'On.' }];
        const before = upstream.last.body;
        assert.equal(signed(before), false);
        const second = await talk(url, grown, thinks);
        assert.equal(second.status, 200, second.text);
        assert.equal(upstream.refused.length, 1, 'right at once');
        assertPrefix(before, upstream.last.body);
        const own = [
            { role: 'user', content: 'Hello.' },
            { role: 'assistant', content: [{ ...thought, signature: 'bWluZQ==' }, { type: 'text', text: 'Hm.' }] },
            { role: 'user', content: 'Go on.' },
        ];
        await talk(url, own, { ...thinks, ...other });
        assert.equal(signed(upstream.last.body), true, 'another session keeps its thoughts');
        assert.doesNotMatch((await command(model, '--offline')).out, /learned/);
    }));

// --- Encrypted reasoning of the Responses API.

const encrypted = (body) => JSON.stringify(body).includes('"encrypted_content":"');
const undecipherable = [
    [
        'another organisation',
        openai(
            'The encrypted content for item rs_0a1b2c3d4e5f0a1b00000001 could not be verified. Reason: Encrypted content organization_id did not match the target organization.',
            { code: 'invalid_encrypted_content' },
        ),
    ],
    [
        'a key that has changed',
        openai(
            'The encrypted content gAAA...abc= could not be verified. Reason: Encrypted content could not be decrypted or parsed.',
            { code: 'invalid_encrypted_content' },
        ),
    ],
    ['another deployment', openai('Encrypted content could not be decrypted or parsed.', { code: 'invalid_encrypted_content' })],
];
const asEvent = ({ body }) => ({
    first: `event: response.failed\ndata: ${JSON.stringify({
        type: 'response.failed',
        sequence_number: 1,
        response: { id: 'resp_1', object: 'response', status: 'failed', error: { code: body.error.code, message: body.error.message } },
    })}\n\n`,
});

async function thinkAloud(url, upstream, extra = {}) {
    upstream.turn = (body, n) => ({ reasoning: [`Thought ${n}.`], text: `Said ${n}.` });
    const messages = [{ role: 'user', content: 'Hello.' }];
    const ask = async (say) => {
        if (say) messages.push({ role: 'user', content: say });
        const body = { ...message('', { ...session, max_tokens: 4000, thinking: { type: 'adaptive' }, ...extra }), messages };
        const stream = await new Stream(url, body).end();
        if (stream.status !== 200) return stream;
        assert.deepEqual(grammarProblems(stream.text), []);
        messages.push({ role: 'assistant', content: contentOf(stream.events) });
        return stream;
    };
    return { ask, messages };
}

for (const [name, refusal] of undecipherable)
    for (const how of ['as a status', 'as an event'])
        test(`encrypted reasoning of ${name}, refused ${how}: the session goes on without it`, () =>
            withVendor({ dialect: 'responses' }, async ({ upstream, url, command }) => {
                const { ask, messages } = await thinkAloud(url, upstream);
                await ask();
                const [thought] = messages[1].content;
                assert.equal(thought.type, 'thinking');
                assert.ok(thought.signature.length > 0, 'it comes back to the client in an envelope');
                await ask('Go on.');
                assert.equal(encrypted(upstream.last.body.input), true, 'and goes to the one that made it');

                const before = upstream.last.body;
                const answer = how === 'as a status' ? refusal : asEvent(refusal);
                upstream.refuse = (body) => (encrypted(body.input) ? answer : undefined);
                const third = await ask('And now?');
                assert.equal(third.status, 200, third.text);
                assert.equal(third.response.headers['x-dragoman-attempts'].includes('mended (drop_thinking)'), true);
                assert.equal(upstream.refused.length, 1);
                const mended = upstream.last.body;
                assert.equal(encrypted(mended.input), false);
                for (const part of ['Said 1.', 'Said 2.', 'And now?'])
                    assert.ok(JSON.stringify(mended.input).includes(part), `${part} is still there`);
                assert.deepEqual(mended.instructions, before.instructions);

                const fourth = await ask('Once more.');
                assert.equal(fourth.status, 200, fourth.text);
                assert.equal(upstream.refused.length, 1, 'right at once');
                assertPrefix(mended, upstream.last.body);

                upstream.refuse = () => undefined;
                const fresh = await thinkAloud(url, upstream, other);
                await fresh.ask();
                await fresh.ask('Go on.');
                assert.equal(encrypted(upstream.last.body.input), true, 'another session keeps its thoughts');
                assert.doesNotMatch((await command(model, '--offline')).out, /learned/);
            }));

test('an envelope that somebody has changed goes nowhere, and the conversation goes on', () =>
    withVendor({ dialect: 'responses' }, async ({ upstream, url }) => {
        const { ask, messages } = await thinkAloud(url, upstream);
        await ask();
        const [thought] = messages[1].content;
        thought.signature = `${thought.signature.slice(0, -8)}AAAAAAAA`;
        const second = await ask('Go on.');
        assert.equal(second.status, 200, second.text);
        assert.equal(upstream.asked.length, 2, 'nothing was refused');
        assert.ok(!upstream.last.text.includes('dgm1.'), 'no envelope went upstream');
    }));

test('a signature of the Messages API means nothing to the Responses API, and is not sent', () =>
    withVendor({ dialect: 'responses' }, async ({ upstream, url }) => {
        const messages = [
            { role: 'user', content: 'Hello.' },
            { role: 'assistant', content: [thought, { type: 'text', text: 'Hm.' }] },
            { role: 'user', content: 'Go on.' },
        ];
        const answer = await talk(url, messages, { thinking: { type: 'adaptive' } });
        assert.equal(answer.status, 200, answer.text);
        assert.equal(upstream.asked.length, 1);
        assert.ok(!upstream.last.text.includes(thought.signature));
        assert.ok(upstream.last.text.includes('Hm.'));
    }));

test('between a call and its result encrypted reasoning is left out, too, and the call stays', () =>
    withVendor({ dialect: 'responses' }, async ({ upstream, url }) => {
        upstream.turn = (body, n) =>
            n === 1
                ? { reasoning: ['I must look.'], tools: [{ id: 'call_AbCdEfGh00000001', name: 'Read', input: { path: '/a' } }] }
                : { text: 'Done.' };
        const tools = [{ name: 'Read', input_schema: { type: 'object', properties: { path: { type: 'string' } } } }];
        const extra = { max_tokens: 4000, thinking: { type: 'adaptive' }, tools };
        const messages = [{ role: 'user', content: 'Hello.' }];
        const first = await talk(url, messages, extra);
        assert.equal(first.status, 200, first.text);
        const call = first.content.find((block) => block.type === 'tool_use');
        upstream.refuse = (body) => (encrypted(body.input) ? undecipherable[0][1] : undefined);
        messages.push({ role: 'assistant', content: first.content });
        messages.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'alpha' }] });
        const second = await talk(url, messages, extra);
        assert.equal(second.status, 200, second.text);
        assert.equal(upstream.refused.length, 1);
        const kinds = upstream.last.body.input.map((item) => item.type ?? item.role);
        assert.ok(kinds.includes('function_call') && kinds.includes('function_call_output'), kinds.join());
        assert.equal(encrypted(upstream.last.body.input), false);
    }));

test('between a call and its result thinking is switched off where its thought is refused', () =>
    withVendor({ preset: 'anthropic' }, async ({ upstream, url }) => {
        const open = (body) => body.messages.at(-1).content?.[0]?.type === 'tool_result';
        upstream.refuse = (body) => {
            if (JSON.stringify(body).includes(thought.signature))
                return anthropic('messages.1.content.0: Invalid `signature` in `thinking` block');
            if (body.thinking.type === 'enabled' && open(body))
                return anthropic('messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`.');
            return undefined;
        };
        const call = { type: 'tool_use', id: 'toolu_0123456789abcdef01', name: 'Read', input: {} };
        const messages = [
            { role: 'user', content: 'Hello.' },
            { role: 'assistant', content: [thought, call] },
            { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'a' }] },
        ];
        const request = {
            max_tokens: 4000,
            thinking: { type: 'enabled', budget_tokens: 2000 },
            tools: [{ name: 'Read', input_schema: { type: 'object' } }],
        };
        const first = await talk(url, messages, request);
        assert.equal(first.status, 200, first.text);
        assert.equal(upstream.refused.length, 1);
        const grown = [...messages, { role: 'assistant', content: first.content }, { role: 'user', content: 'On.' }];
        await talk(url, grown, request);
        assert.equal(upstream.last.body.thinking.type, 'enabled', 'and on again afterwards');
        assert.equal(upstream.refused.length, 1);
    }));

test('a server that takes no thoughts back', () =>
    withVendor({}, async ({ upstream, url }) => {
        upstream.turn = () => ({ reasoning: 'Hm.', text: 'Done.' });
        upstream.refuse = (body) =>
            body.messages.some((one) => 'reasoning_content' in one)
                ? openai("'messages.1' : for 'role:assistant' the following must be satisfied[('messages.1' : property 'reasoning_content' is unsupported)]")
                : undefined;
        let messages = [{ role: 'user', content: 'Hello.' }];
        for (const [turn, refused] of [[1, 0], [2, 1], [3, 1]]) {
            const answer = await talk(url, messages, { thinking: { type: 'adaptive' } });
            assert.equal(answer.status, 200, answer.text);
            assert.equal(upstream.refused.length, refused, `turn ${turn}`);
            messages = [...messages, { role: 'assistant', content: answer.content }, { role: 'user', content: 'On.' }];
        }
        const taken = upstream.asked.filter((one) => !one.refused);
        assertPrefix(taken[1].body, taken[2].body);
    }));

test('thoughts in the text of an answer are taken out of it, and looked for from then on', () =>
    withVendor({}, async ({ upstream, url, command, learnedFile, dragoman }) => {
        upstream.turn = () => ({ text: ['<think>', 'Hm.', '</think>', '\n\nDone.'] });
        for (const question of ['Hello.', 'Once more.']) {
            const answer = await talk(url, [{ role: 'user', content: question }]);
            assert.deepEqual(answer.content.map((block) => block.type), ['thinking', 'text']);
            assert.equal(answer.content[0].thinking, 'Hm.');
            assert.equal(answer.content[1].text, 'Done.');
        }
        await dragoman.stop();
        assert.ok(existsSync(learnedFile));
        assert.match((await command(model, '--offline')).out, /thinks in its text/);
    }));

test('where the window is full beside the answer, the answer gets what is left', () =>
    withVendor({}, async ({ upstream, url }) => {
        upstream.refuse = (body) =>
            body.max_tokens > 20000
                ? openai(
                      "This model's maximum context length is 128000 tokens. However, you requested 140000 tokens (108000 in the messages, 32000 in the completion). Please reduce the length of the messages or completion.",
                      { param: 'messages', code: 'context_length_exceeded' },
                  )
                : undefined;
        const answer = await talk(url, [{ role: 'user', content: 'Hello.' }], { max_tokens: 32000 });
        assert.equal(answer.status, 200, answer.text);
        assert.equal(upstream.last.body.max_tokens, 128000 - 108000 - 64);
    }));

test('a prompt that is too long is the client\'s to shorten', () =>
    withVendor({}, async ({ upstream, url }) => {
        upstream.refuse = () =>
            openai('This model\'s maximum context length is 131072 tokens. However, your messages resulted in 190000 tokens.', {
                code: 'context_length_exceeded',
            });
        const answer = await talk(url, [{ role: 'user', content: 'Hello.' }]);
        assert.equal(answer.status, 400);
        assert.match(answer.text, /prompt is too long: 190000 tokens > 131072 maximum/);
        assert.equal(upstream.asked.length, 1);
    }));

test('what helps nothing is neither repeated nor learned', () =>
    withVendor({}, async ({ upstream, dragoman, url, learnedFile }) => {
        upstream.refuse = () => openai("Unsupported parameter: 'temperature' is not supported with this model.");
        const answer = await talk(url, [{ role: 'user', content: 'Hello.' }], { temperature: 0.5 });
        assert.equal(answer.status, 400);
        assert.equal(upstream.asked.length, 2, 'twice, and no more');
        upstream.refuse = () => undefined;
        await talk(url, [{ role: 'user', content: 'Another.' }], { temperature: 0.5 });
        assert.equal(upstream.last.body.temperature, 0.5);
        await dragoman.stop();
        assert.equal(existsSync(learnedFile), false);
    }));

test('each target of a route is asked once more for itself, and then the next one', () =>
    withVendor({}, async ({ upstream: second, start, configure }) => {
        const first = await RefusingUpstream.start();
        const refuses = (body) =>
            body.temperature !== undefined
                ? openai("Unsupported parameter: 'temperature' is not supported with this model.")
                : undefined;
        first.refuse = (body) => refuses(body) ?? { status: 503, body: { error: { message: 'overloaded' } } };
        second.refuse = refuses;
        try {
            configure(
                ['first', first.origin, 'second', second.origin].reduce(
                    (text, name, i, all) =>
                        i % 2 ? text : `${text}[upstreams.${name}]\nbase_url = "${all[i + 1]}/v1"\n`,
                    '',
                ) + '[[routes]]\ntargets = ["first/some-model", "second/some-model"]\n',
            );
            const { url } = await start();
            const answer = await talk(url, [{ role: 'user', content: 'Hello.' }], { temperature: 0.5 });
            assert.equal(answer.status, 200, answer.text);
            assert.deepEqual([first.asked.length, second.asked.length], [2, 2]);
            const again = ' mended (drop_parameter temperature)';
            assert.equal(
                answer.headers['x-dragoman-attempts'],
                `first/some-model 400${again}, first/some-model 503, second/some-model 400${again}, second/some-model 200`,
            );
        } finally {
            await first.stop();
        }
    }));

test('what was learned survives a restart, is shown, and is forgotten when told to', () =>
    withVendor({}, async ({ upstream, dragoman, start, command, learnedFile }) => {
        upstream.refuse = (body) =>
            body.temperature !== undefined
                ? openai("Unsupported parameter: 'temperature' is not supported with this model.", { param: 'temperature' })
                : undefined;
        const ask = (url) => talk(url, [{ role: 'user', content: 'Hello.' }], { temperature: 0.5 });
        assert.equal((await ask(dragoman.url)).status, 200);
        await dragoman.stop();
        assert.equal(JSON.parse(readFileSync(learnedFile, 'utf8')).version, 1);

        const again = await start();
        assert.equal((await ask(again.url)).status, 200);
        assert.equal(upstream.refused.length, 1, 'known from before');

        const shown = JSON.parse((await command(model, '--offline', '--json')).out);
        assert.deepEqual(shown.targets[0].learned, ['refuses temperature']);
        const cleared = await command(model, '--offline', '--clear-learned');
        assert.equal(cleared.code, 0, cleared.err);
        assert.equal(cleared.out, 'forgot about vendor/some-model: refuses temperature\n');
        assert.deepEqual(JSON.parse((await command(model, '--offline', '--json')).out).targets[0].learned, []);
        assert.equal((await command('--clear-learned')).out, 'nothing was learned\n');

        // The one that runs looks at the file now and then.
        while (upstream.refused.length === 1) assert.equal((await ask(again.url)).status, 200);
        assert.equal(upstream.refused.length, 2);
    }));
