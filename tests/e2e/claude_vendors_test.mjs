// What the clients really send, schemas of all their tools included, in a form that every vendor takes.

import assert from 'node:assert/strict';

import { call, withBothClients } from './claude_scenario.mjs';

// The parts of a request that a cache of prompts compares; where the marks stand does not count.
function compared(request) {
    const plain = (value) =>
        JSON.stringify(value, (key, inner) => (key === 'cache_control' ? undefined : inner));
    const { system, tools, messages } = request.body;
    return { system: plain(system), tools: plain(tools), messages: messages.map(plain) };
}

function assertGrows(requests) {
    const all = requests.map(compared);
    for (let i = 1; i < all.length; i += 1) {
        const [before, now] = [all[i - 1], all[i]];
        assert.equal(now.system, before.system);
        assert.equal(now.tools, before.tools);
        before.messages.forEach((message, n) => {
            let at = 0;
            while (at < message.length && message[at] === now.messages[n][at]) at += 1;
            assert.equal(
                at,
                message.length,
                `message ${n} of request ${i}: ${message.slice(Math.max(0, at - 80), at + 80)} ` +
                    `became ${now.messages[n].slice(Math.max(0, at - 80), at + 80)}`,
            );
        });
    }
}

const textOf = (content) =>
    typeof content === 'string' ? content : content.map((part) => part.text).join('');

const plainTools = { ENABLE_TOOL_SEARCH: 'false' }; // all tools at once

for (const model of [
    'google/gemini-3-pro',
    'deepseek/deepseek-v3.2',
    'moonshotai/kimi-k2-thinking',
    'qwen/qwen3-coder',
    'openai/gpt-5.5',
]) {
    withBothClients(
        `a tool loop and a second question with ${model}`,
        { big: model },
        async (claude, upstream) => {
            const id = model.startsWith('moonshotai/') ? 'functions.Bash:0' : 'call_0';
            upstream.answer = (request) => {
                if (/Second question/.test(request.text)) return { text: 'Second answer.' };
                return request.toolResults.length > 0
                    ? { text: 'It said vendor-42.' }
                    : {
                          reasoning: ['Let me ', 'see.'],
                          text: 'Looking.',
                          tools: [
                              {
                                  ...call('Bash', { command: 'echo vendor-$((6*7))', description: 'Say' }),
                                  id,
                              },
                          ],
                      };
            };
            const printed = await claude.converse(['First question', 'Second question'], { env: plainTools });
            assert.equal(printed.text, 'Second answer.');
            assert.ok(printed.said.includes('It said vendor-42.'));
            assert.equal(upstream.chats.length, 3);
            const { messages, toolNames, toolResults } = upstream.chats[2];
            assert.ok(toolNames.length >= 20, `${toolNames.length} tools`);
            assert.equal(toolResults.length, 1);
            assert.match(toolResults[0].text, /vendor-42/);
            const turn = messages.find((m) => m.role === 'assistant');
            assert.equal(textOf(turn.content), 'Looking.');
            assert.equal(turn.tool_calls[0].id, toolResults[0].id);
            if (model.startsWith('moonshotai/'))
                assert.equal(toolResults[0].id, id, 'Kimi gets its own ids back');
            assertGrows(upstream.chats);
        },
    );
}

withBothClients('a history in the Messages dialect only grows', {}, async (claude, upstream) => {
    const signature = Buffer.from('signed by the real one').toString('base64');
    upstream.answer = (request) => {
        const n = [...request.text.matchAll(/Question (\d)/g)].map((found) => Number(found[1])).pop();
        return n === 2 && request.toolResults.length === 0
            ? {
                  thinking: 'I add.',
                  signature,
                  tools: [
                      { id: 'toolu_01AbCdEfGhIjKlMnOpQrStUv', name: 'Bash', input: { command: 'echo 4' } },
                  ],
              }
            : { text: `Answer ${n}.` };
    };
    const prompts = [1, 2, 3, 4].map((n) => `Question ${n}`);
    const printed = await claude.converse(prompts, { args: ['--model', 'anthropic/claude-haiku-4.5'] });
    assert.equal(printed.text, 'Answer 4.');
    const requests = upstream.passed.filter((r) => r.toolNames.includes('Bash'));
    assert.equal(requests.length, 5);
    assertGrows(requests);
});
