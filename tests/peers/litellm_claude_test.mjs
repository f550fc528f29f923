// The real Claude Code, the program, LiteLLM, and the scripted provider behind it.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';

import { failure } from '../e2e/answers.mjs';
import { Claude } from '../e2e/claude.mjs';
import { call } from '../e2e/claude_scenario.mjs';
import { claudeBinary, versions } from '../e2e/harness.mjs';
import { sharedRelay } from './litellm.mjs';

const relay = sharedRelay();
const only = process.env.CLAUDE_VERSION;
const ways = [
    { dialect: 'chat', model: 'gpt' },
    { dialect: 'messages', model: 'gpt' },
    { dialect: 'messages', model: 'haiku' },
    { dialect: 'responses', model: 'sol' },
];

function withClaude(name, body) {
    for (const version of versions.filter((v) => only === undefined || v === only))
        for (const way of ways)
            relay.test(`Claude Code ${version}: ${name}`, { ...way, timeout: 200000 }, async (stage) => {
                assert.ok(existsSync(claudeBinary(version)), `not installed: ${claudeBinary(version)}`);
                const claude = new Claude(version, stage);
                try {
                    await body(claude, stage.upstream, way);
                } catch (error) {
                    if (claude.last) error.message += `\n--- the client ---\n${claude.last.summary}`;
                    throw error;
                } finally {
                    claude.end();
                }
            });
}

const signature = Buffer.from('signed by the real one').toString('base64');
const thoughts = (way) =>
    way.model === 'haiku' ? { thinking: 'Let me see.', signature } : { reasoning: ['Let me see.'] };
const ids = (way, n) =>
    (way.model === 'haiku' ? 'toolu_01AbCdEfGhIjKlMnOpQrStU' : 'call_AbCdEfGh00000000000') + n;
const conversation = (upstream) => upstream.paid.filter((request) => request.toolNames.includes('Bash'));

withClaude('talk', async (claude, upstream, way) => {
    upstream.answer = () => ({ ...thoughts(way), text: 'Grüße – 你好 “quoted”.' });
    const printed = await claude.print('Say hello in a few languages.');
    assert.equal(printed.code, 0);
    assert.equal(printed.text, 'Grüße – 你好 “quoted”.');
    assert.ok(printed.thought.join('').includes('Let me see.'), 'what it thought is shown');
    const [request] = conversation(upstream);
    assert.match(JSON.stringify(request.messages), /Say hello in a few languages\./);
    assert.ok(request.toolNames.length >= 5, `${request.toolNames.length} tools`);
    for (const { text } of upstream.paid)
        for (const secret of ['x-anthropic-billing-header', 'device_id', 'any-token-will-do'])
            assert.ok(!text.includes(secret), `${secret} went upstream`);
});

withClaude('two tools at once, and a second question', async (claude, upstream, way) => {
    claude.file('notes.txt', 'the word is heron\n');
    upstream.answer = (request) => {
        if (/Second question/.test(request.text)) return { text: 'Second answer.' };
        if (request.toolResults.length > 0) return { ...thoughts(way), text: 'peer-42 and heron.' };
        return {
            ...thoughts(way),
            text: 'Looking.',
            tools: [
                { ...call('Bash', { command: 'echo peer-$((6*7))', description: 'Say' }), id: ids(way, 1) },
                { ...call('Read', { file_path: `${claude.work}/notes.txt` }), id: ids(way, 2) },
            ],
        };
    };
    const printed = await claude.converse(['First question', 'Second question']);
    assert.equal(printed.text, 'Second answer.');
    assert.ok(printed.said.includes('peer-42 and heron.'));
    assert.deepEqual(
        printed.called.map((block) => block.name),
        ['Bash', 'Read'],
    );
    const requests = conversation(upstream);
    assert.equal(requests.length, 3);
    for (const request of requests.slice(1)) {
        const results = new Map(request.toolResults.map((result) => [result.id, result.text]));
        assert.deepEqual([...results.keys()].sort(), [ids(way, 1), ids(way, 2)]);
        assert.match(results.get(ids(way, 1)), /peer-42/);
        assert.match(results.get(ids(way, 2)), /the word is heron/);
        const turns = request.messages.filter((item) => item.role === 'assistant' || item.type === 'reasoning');
        assert.match(JSON.stringify(turns), /Let me see\./, 'what it thought goes back');
    }
});

withClaude('a limited provider is asked again', async (claude, upstream, way) => {
    let limited = 0;
    const body =
        way.model === 'haiku'
            ? { type: 'error', error: { type: 'rate_limit_error', message: 'Number of requests exceeded.' } }
            : { error: { code: 429, message: 'Rate limit exceeded' } };
    upstream.answer = () => {
        limited += 1;
        return limited === 1 ? failure(429, body, { 'retry-after': '1' }) : { text: 'Now I can.' };
    };
    const printed = await claude.print('Hello');
    assert.equal(printed.code, 0);
    assert.equal(printed.text, 'Now I can.');
    assert.ok(upstream.paid.length >= 2);
});

withClaude('a model that LiteLLM does not have', async (claude) => {
    const printed = await claude.print('Hello', { args: ['--model', 'nobody/nothing'] });
    assert.notEqual(printed.code, 0);
    assert.match(printed.text, /nobody\/nothing/);
});
