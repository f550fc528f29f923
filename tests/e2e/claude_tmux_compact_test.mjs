// A session that outgrows the window of its model: the client compacts before the upstream has to refuse.

import assert from 'node:assert/strict';

import { call } from './claude_scenario.mjs';
import { inBothTerminals, lastAsked } from './code_session.mjs';

const files = 8;

// About twenty thousand tokens of what looks like a program, no two lines alike.
const listing = (n) =>
    Array.from(
        { length: 1200 },
        (_, i) => `export const value_${n}_${i} = compute(${(i * 7919 + n) % 9973}, "part ${i % 97}");`,
    ).join('\n');

const isCompaction = (request) => /detailed summary of (?:the|this) conversation/i.test(lastAsked(request));

inBothTerminals('the window fills, and the session compacts by itself', async (person, upstream) => {
    for (let n = 1; n <= files; n += 1) person.file(`part${n}.js`, listing(n));
    person.knowsClaude();
    let next = 1;
    upstream.answer = (request) => {
        if (request.body.response_format) return { text: '{"title":"Reading"}' };
        if (isCompaction(request)) {
            return { text: `<analysis>Much.</analysis><summary>${next - 1} parts are read.</summary>` };
        }
        if (next > files) return { text: 'All of it is read.' };
        const input = { file_path: `${person.work}/part${next}.js` };
        next += 1;
        return { text: `Part ${next - 1}.`, tools: [call('Read', input, next)] };
    };
    await person.code('--permission-mode', 'default');
    await person.ask('read all the parts', /All of it is read\./, { limit: 60000 });

    const compactions = upstream.chats.filter(isCompaction);
    assert.ok(compactions.length >= 1, 'it compacted');
    const billed = upstream.chats.map((request) => request.promptTokens);
    assert.ok(Math.max(...billed) > 80000, `the window was used: ${billed}`);
    assert.ok(upstream.chats.at(-1).text.includes('parts are read'), 'the summary stands for the parts');
    assert.ok(!upstream.chats.some((request) => request.status !== 200), 'no request was refused');
    await person.say('/exit');
    assert.deepEqual(await person.terminal.ended(), { code: 0, signal: null });
});
