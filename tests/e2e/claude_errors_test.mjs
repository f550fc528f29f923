// Trouble: what the person sees when the upstream fails, and how often it is asked.

import assert from 'node:assert/strict';

import { CUT, END, chunk, failure, openRouterFailure, pieces, steps } from './answers.mjs';
import { call, mainRequests, withBothClients } from './claude_scenario.mjs';

const model = 'openai/gpt-oss-120b';
const begun = (text) => [
    ': OPENROUTER PROCESSING\n\n',
    chunk(model, { content: '' }),
    ...pieces(text).map((piece) => chunk(model, { content: piece })),
];
const midStream = (code, message) => ({
    ...chunk(model, { content: '' }, 'error'),
    error: { code, message, metadata: { provider_name: 'Fireworks' } },
});

withBothClients('429, then success', {}, async (claude, upstream) => {
    upstream.script(
        openRouterFailure(
            429,
            'Provider returned error',
            {
                provider_name: 'Groq',
                raw: JSON.stringify({
                    error: {
                        message: 'Rate limit reached for model gpt-oss-120b. Please try again in 0.4s.',
                    },
                }),
            },
            { 'retry-after': '1' },
        ),
        { text: 'Patience pays.' },
    );
    const printed = await claude.print('Try');
    assert.equal(printed.text, 'Patience pays.');
    assert.equal(upstream.chats.length, 2);
    assert.equal(upstream.chats[0].text, upstream.chats[1].text, 'asked again with the same bytes');
});

const tooLong = openRouterFailure(
    400,
    "This endpoint's maximum context length is 131072 tokens. However, you " +
        'requested about 140000 tokens (139000 of text input, 1000 in the output). Please reduce the ' +
        'length of either one, or use the "middle-out" transform to compress your prompt automatically.',
);

withBothClients('context overflow ends in compaction', {}, async (claude, upstream, stage) => {
    let refused = 0;
    upstream.answer = (request) => {
        if (/TEXT ONLY|detailed summary/i.test(request.lastText))
            return { text: '<summary>Two questions.</summary>' };
        if (/Question 3/.test(request.text) && refused === 0) {
            refused += 1;
            return tooLong;
        }
        return { text: `Answer to ${/Question \d/g[Symbol.match](request.text).pop()}.` };
    };
    const printed = await claude.converse(['Question 1', 'Question 2', 'Question 3']);
    assert.equal(refused, 1);
    assert.equal(printed.text, 'Answer to Question 3.');
    assert.equal(printed.result.is_error, false);
    const compacted = printed.events.some((e) => e.type === 'system' && e.subtype === 'compact_boundary');
    assert.ok(compacted, 'the client compacted');
    assert.match(mainRequests(upstream).pop().text, /Two questions\./, 'the summary went upstream');
    assert.doesNotMatch(stage.dragoman.log, /Two questions/);
});

withBothClients('a bad key', { env: { OPENROUTER_API_KEY: 'sk-or-v1-wrong' } }, async (claude, upstream) => {
    upstream.wrongKeyExpected = true;
    const printed = await claude.print('Hello?');
    assert.equal(printed.result.is_error, true);
    assert.match(printed.text, /401/);
    assert.match(printed.text, /key/i);
    assert.ok(!printed.text.includes('sk-or-v1-wrong'));
    assert.equal(upstream.paid.length, 1, 'a bad key is not tried again');
});

withBothClients('a 400 that explains nothing', {}, async (claude, upstream) => {
    upstream.script(
        openRouterFailure(400, 'Provider returned error', { provider_name: 'DeepInfra', raw: 'nope' }),
    );
    const printed = await claude.print('Hello?');
    assert.equal(printed.result.is_error, true);
    assert.match(printed.text, /API Error/);
    assert.match(printed.text, /nope/, 'what the provider said is shown');
    assert.ok(upstream.chats.length <= 2, `${upstream.chats.length} requests reached the upstream`);
});

withBothClients('a request without credit', {}, async (claude, upstream) => {
    upstream.script(
        openRouterFailure(402, 'Insufficient credits. Add more using https://openrouter.ai/credits'),
    );
    const printed = await claude.print('Hello?');
    assert.equal(printed.result.is_error, true);
    assert.match(printed.text, /credit/i);
    assert.equal(upstream.chats.length, 1);
});

withBothClients('an error page of somebody in between', {}, async (claude, upstream) => {
    upstream.script(failure(502, '<html><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>'), {
        text: 'It was only a moment.',
    });
    const printed = await claude.print('Hello?');
    assert.equal(printed.text, 'It was only a moment.');
});

withBothClients('an error in the stream before any text', {}, async (claude, upstream) => {
    upstream.script(
        steps([
            ': OPENROUTER PROCESSING\n\n',
            chunk(model, { content: '' }),
            midStream(502, 'Upstream overloaded'),
            'data: [DONE]\n\n',
        ]),
        { text: 'The second time it worked.' },
    );
    const printed = await claude.print('Hello?');
    assert.equal(printed.text, 'The second time it worked.');
    assert.equal(printed.result.is_error, false);
    assert.equal(upstream.chats.length, 2);
});

withBothClients('an error in the stream after text', {}, async (claude, upstream) => {
    upstream.script(
        steps([
            ...begun('The first half is here. '),
            midStream(502, 'Provider disconnected'),
            'data: [DONE]\n\n',
        ]),
        { text: 'And here is the second half.' },
    );
    const printed = await claude.print('Tell me both halves');
    assertResumedOrShown(claude, printed, upstream);
});

withBothClients('an abrupt end', {}, async (claude, upstream) => {
    upstream.script(steps([...begun('The first half is here. '), () => claude.child.says(/"e\. "/), CUT]), {
        text: 'And here is the second half.',
    });
    const printed = await claude.print('Tell me both halves', {
        args: ['--include-partial-messages'], // so that the cut comes after the text was seen
    });
    assertResumedOrShown(claude, printed, upstream);
});

withBothClients('an end without finish', {}, async (claude, upstream) => {
    upstream.script(steps([...begun('The first half is here. '), END]), {
        text: 'And here is the second half.',
    });
    const printed = await claude.print('Tell me both halves');
    assertResumedOrShown(claude, printed, upstream);
});

// The newest client keeps the half that came and asks the model to go on; the older one shows the error.
function assertResumedOrShown(claude, printed, upstream) {
    assert.match(printed.said.join('\n'), /The first half is here\./);
    if (claude.newest) {
        assert.match(printed.said.join('\n'), /And here is the second half\./);
        assert.equal(printed.result.is_error, false);
        assert.equal(upstream.chats.length, 2);
        const turn = upstream.chats[1].messages.filter((m) => m.role === 'assistant').pop();
        assert.equal(turn.content.trim(), 'The first half is here.');
        assert.equal(upstream.chats[1].last.role, 'user');
    } else {
        assert.equal(printed.result.is_error, true);
        assert.match(printed.text, /API Error/);
        assert.equal(upstream.chats.length, 1);
    }
}

withBothClients('a tool call that is cut is never run', {}, async (claude, upstream) => {
    const marker = `${claude.work}/never`;
    const [whole] = [call('Bash', { command: `touch ${marker}`, description: 'Touch' })];
    const half = JSON.stringify(whole.input).slice(0, -20);
    upstream.script(
        steps([
            ...begun(''),
            chunk(model, {
                tool_calls: [
                    { index: 0, id: whole.id, type: 'function', function: { name: 'Bash', arguments: half } },
                ],
            }),
            CUT,
        ]),
        { text: 'Not run.' },
    );
    const printed = await claude.print('Touch it');
    assert.equal(printed.text, 'Not run.');
    assert.equal(printed.called.length, 0);
});
