// Talking: the model that answers, thinking and its return, and histories that only grow.

import assert from 'node:assert/strict';

import { call, mainRequests, withBothClients } from './claude_scenario.mjs';
import { canonical, topLevelText } from './strict_json.mjs';

withBothClients('plain text', {}, async (claude, upstream) => {
    upstream.script({ text: 'Bonjour, voilà: 👋🏽 “ça marche”.' });
    const printed = await claude.print('Say hello in French');
    assert.equal(printed.code, 0);
    assert.equal(printed.text, 'Bonjour, voilà: 👋🏽 “ça marche”.');
    assert.equal(printed.result.is_error, false);
    assert.equal(printed.result.usage.input_tokens, 1000, 'prompt tokens without the cached ones');
    assert.equal(printed.result.usage.cache_read_input_tokens, 200);
    assert.equal(printed.result.usage.output_tokens, 34);

    assert.equal(upstream.chats.length, 1);
    const [request] = upstream.chats;
    assert.equal(request.body.model, 'openai/gpt-oss-120b');
    assert.equal(request.body.stream, true);
    assert.ok(request.body.max_tokens <= 32768);
    assert.equal(request.messages[0].role, 'system');
    assert.ok(
        request.messages.some((m) => m.role === 'user' && JSON.stringify(m.content).includes('in French')),
    );
    assert.match(request.body.session_id ?? request.headers['x-session-id'], /^[0-9a-f-]{36}/);
    assert.equal(request.body.reasoning?.effort, claude.newest ? 'medium' : 'high');
});

withBothClients('haiku means the small model', {}, async (claude, upstream) => {
    upstream.script({ text: 'Small and quick.' });
    const printed = await claude.print('Be quick', { args: ['--model', 'haiku'] });
    assert.equal(printed.text, 'Small and quick.');
    assert.equal(upstream.chats[0].body.model, 'openai/gpt-5.5-mini');
});

withBothClients('an upstream id as --model', { big: 'openai/gpt-5.5' }, async (claude, upstream) => {
    upstream.script({ text: 'Open weights here.' });
    const printed = await claude.print('Who are you?', { args: ['--model', 'openai/gpt-oss-120b'] });
    assert.equal(printed.text, 'Open weights here.');
    assert.equal(upstream.chats[0].body.model, 'openai/gpt-oss-120b');
    assert.equal(printed.blocks('assistant', 'text').length, 1);
    assert.equal(printed.events.find((e) => e.type === 'assistant').message.model, 'openai/gpt-oss-120b');
});

withBothClients('an anthropic model goes through the Messages dialect', {}, async (claude, upstream) => {
    const signature = Buffer.from('a signature of the real thing').toString('base64');
    upstream.script(
        {
            thinking: 'Let me run it.',
            signature,
            text: 'Running.',
            tools: [
                {
                    id: 'toolu_01AbCdEfGhIjKlMnOpQrStUv',
                    name: 'Bash',
                    input: { command: 'echo through-$((40+2))', description: 'Say it' },
                },
            ],
        },
        { text: 'It said through-42.' },
    );
    const printed = await claude.print('Run it', { args: ['--model', 'anthropic/claude-sonnet-4.5'] });
    assert.equal(printed.text, 'It said through-42.');
    assert.equal(upstream.chats.length, 0);
    assert.equal(upstream.passed.length, 2);
    const [first, second] = upstream.passed;
    assert.equal(first.body.model, 'anthropic/claude-sonnet-4.5');
    assert.ok(first.headers['anthropic-version']);
    const turn = second.messages.find((m) => m.role === 'assistant');
    assert.deepEqual(
        turn.content.map((block) => block.type),
        ['thinking', 'text', 'tool_use'],
    );
    assert.equal(turn.content[0].thinking, 'Let me run it.');
    assert.equal(turn.content[0].signature, signature, 'a signature comes back as it was');
    assert.match(second.toolResults[0].text, /through-42/);
});

const openaiThinking = {
    details: [
        { type: 'reasoning.summary', summary: '**Plan**\n\nRun ', format: 'openai-responses-v1', index: 0 },
        { type: 'reasoning.summary', summary: 'the command.', format: 'openai-responses-v1', index: 0 },
        {
            type: 'reasoning.encrypted',
            data: 'gAAAAABo+/9k==secret_state',
            id: 'rs_0a1b2c',
            index: 1,
            format: 'openai-responses-v1',
        },
    ],
    returns: [
        {
            type: 'reasoning.summary',
            summary: '**Plan**\n\nRun the command.',
            format: 'openai-responses-v1',
            index: 0,
        },
        {
            type: 'reasoning.encrypted',
            data: 'gAAAAABo+/9k==secret_state',
            id: 'rs_0a1b2c',
            index: 1,
            format: 'openai-responses-v1',
        },
    ],
};

withBothClients('thinking comes back as it was', { big: 'openai/gpt-5.5' }, async (claude, upstream) => {
    const tools = [call('Bash', { command: 'echo first', description: 'One' })];
    const signed = [
        { type: 'reasoning.text', text: 'Now “the\tsecond” — ', format: 'unknown', index: 0 },
        { type: 'reasoning.text', text: 'one 🧮.', signature: 'c2lnbmVk', format: 'unknown', index: 0 },
    ];
    upstream.script(
        { ...openaiThinking, text: 'On it.', tools },
        {
            details: signed,
            tools: [call('Bash', { command: 'echo second', description: 'Two' }, 2)],
            returns: [
                {
                    type: 'reasoning.text',
                    text: 'Now “the\tsecond” — one 🧮.',
                    signature: 'c2lnbmVk',
                    format: 'unknown',
                    index: 0,
                },
            ],
        },
        { text: 'Both ran.' },
    );
    const printed = await claude.print('Run both');
    assert.equal(printed.text, 'Both ran.');
    assert.equal(upstream.chats.length, 3);
    // The upstream itself compares every later request with `returns`; here: it had something to compare.
    const turns = upstream.chats[2].messages.filter((m) => m.role === 'assistant');
    assert.equal(turns.length, 2);
    assert.equal(canonical(turns[0].reasoning_details), canonical(openaiThinking.returns));
    assert.ok(
        turns.every((turn) => turn.reasoning === undefined),
        'the text is not sent twice',
    );
});

// The messages of one request as raw text, without the closing bracket.
const historyOf = (request) => topLevelText(request.text).messages.replace(/\s*\]$/, '');

withBothClients('ten turns, each a prefix of the next', {}, async (claude, upstream) => {
    const prompts = Array.from(
        { length: 10 },
        (_, n) => `Question ${n}: what is ${n} + ${n}? „gut“ \u2028 ok`,
    );
    upstream.answer = (request) => {
        const asked = /Question (\d+)/g;
        const n = [...request.text.matchAll(asked)].map((found) => Number(found[1])).pop();
        const results = request.toolResults.length;
        if (n % 3 === 1 && results < (n + 2) / 3) {
            return {
                text: 'Computing.',
                reasoning: `Thinking about ${n}.`,
                tools: [call('Bash', { command: `echo $((${n}+${n}))`, description: 'Add' }, n)],
            };
        }
        return { text: `Answer ${n}: ${n + n}.` };
    };
    const printed = await claude.converse(prompts);
    assert.equal(printed.text, 'Answer 9: 18.');
    const requests = mainRequests(upstream);
    assert.equal(requests.length, 13, 'ten answers and three tools');
    for (let i = 1; i < requests.length; i += 1) {
        const before = historyOf(requests[i - 1]);
        const now = historyOf(requests[i]);
        assert.ok(
            now.startsWith(before),
            `request ${i} does not begin with request ${i - 1}: ` + firstDifference(before, now),
        );
        const [rest, earlier] = [requests[i], requests[i - 1]].map((r) => topLevelText(r.text));
        for (const key of ['model', 'tools', 'session_id', 'reasoning', 'user']) {
            assert.equal(rest[key], earlier[key], `${key} changed between turns`);
        }
    }
});

function firstDifference(a, b) {
    let at = 0;
    while (at < a.length && a[at] === b[at]) at += 1;
    return (
        `${JSON.stringify(a.slice(Math.max(0, at - 120), at + 120))} became ` +
        `${JSON.stringify(b.slice(Math.max(0, at - 120), at + 120))}`
    );
}
