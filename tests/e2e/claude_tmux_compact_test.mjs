// Sessions that outgrow the window of their model: the client compacts before the upstream has to refuse, and
// where it cannot know better, the refusal tells it so in words that it acts upon.

import assert from 'node:assert/strict';

import { call } from './claude_scenario.mjs';
import { inBothTerminals, lastAsked } from './code_session.mjs';

// About twenty thousand tokens of what looks like a program, no two lines alike.
const listing = (n) =>
    Array.from(
        { length: 1200 },
        (_, i) => `export const value_${n}_${i} = compute(${(i * 7919 + n) % 9973}, "part ${i % 97}");`,
    ).join('\n');

const isCompaction = (request) => /detailed summary of (?:the|this) conversation/i.test(lastAsked(request));

// Reads one file after another, each in a turn of its own, and can sum up what it has read.
function readerOf(person, files) {
    for (let n = 1; n <= files; n += 1) person.file(`part${n}.js`, listing(n));
    let next = 1;
    return (request) => {
        if (request.body.response_format) return { text: '{"title":"Reading"}' };
        if (isCompaction(request)) {
            return { text: `<analysis>Much.</analysis><summary>${next - 1} parts are read.</summary>` };
        }
        if (next > files) return { text: `All is read, says ${request.body.model}.` };
        const input = { file_path: `${person.work}/part${next}.js` };
        next += 1;
        return { text: `Part ${next - 1}.`, tools: [call('Read', input, next)] };
    };
}

async function exit(person) {
    await person.say('/exit');
    assert.deepEqual(await person.terminal.ended(), { code: 0, signal: null });
}

inBothTerminals('the window fills, and the session compacts by itself', async (person, upstream) => {
    person.knowsClaude();
    upstream.answer = readerOf(person, 8);
    await person.code('--permission-mode', 'default');
    await person.ask('read all the parts', /All is read, says openai\/gpt-oss-120b\./, { limit: 60000 });

    assert.ok(upstream.chats.some(isCompaction), 'it compacted');
    const billed = upstream.chats.map((request) => request.promptTokens);
    assert.ok(Math.max(...billed) > 80000, `the window was used: ${billed}`);
    assert.ok(upstream.chats.at(-1).text.includes('parts are read'), 'the summary stands for the parts');
    assert.ok(!upstream.chats.some((request) => request.status !== 200), 'no request was refused');
    await exit(person);
});

inBothTerminals('a model with a smaller window in mid-session', async (person, upstream) => {
    person.knowsClaude();
    person.configure('[models]\nfavourites = ["openai/gpt-oss-120b"]\n');
    upstream.answer = readerOf(person, 7);
    await person.code('openai/gpt-5.5', '--permission-mode', 'default');
    await person.ask('read all the parts', /All is read, says openai\/gpt-5\.5\./, { limit: 60000 });
    const read = upstream.chats.at(-1).promptTokens;
    assert.ok(read > 131072 && upstream.billing.refused.length === 0, `${read} tokens are in the session`);

    await person.switchModel(/\bgpt-oss-120b \(OpenRouter\)/);
    await person.ask('and now?', /All is read, says openai\/gpt-oss-120b\./, { limit: 60000 });
    const [refused] = upstream.billing.refused.splice(0);
    assert.ok(refused.prompt > 131072, 'the upstream had to say it');
    assert.ok(upstream.chats.some(isCompaction), 'the client understood');
    assert.ok(upstream.chats.at(-1).text.includes('parts are read'));
    assert.ok(upstream.chats.at(-1).promptTokens < 131072);
    await exit(person);
});
