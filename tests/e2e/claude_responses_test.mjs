// Claude Code on a model of OpenAI's, through the Responses API.

import assert from 'node:assert/strict';

import { call, withBothClients } from './claude_scenario.mjs';
import { responsesStage } from './responses_stage.mjs';

const stage = responsesStage();
const mainRequests = (upstream) => upstream.responses.filter((r) => r.toolNames.includes('Bash'));
const ofType = (request, type) => request.body.input.filter((item) => item.type === type);

// The parts of a request that a cache of prompts compares.
function assertGrows(requests) {
    for (let i = 1; i < requests.length; i += 1) {
        const [before, now] = [requests[i - 1].body, requests[i].body];
        assert.equal(now.instructions, before.instructions);
        assert.deepEqual(now.tools, before.tools);
        assert.deepEqual(now.input.slice(0, before.input.length), before.input, `request ${i}`);
    }
}

withBothClients('Responses: a tool loop and a second question', stage, async (claude, upstream) => {
    upstream.answer = (request) => {
        if (request.isHelper) return { text: 'Title' };
        if (/Second question/.test(request.text)) return { text: 'Second answer.' };
        return request.toolResults.length > 0
            ? { text: 'It said vendor-42.' }
            : {
                  text: 'Looking.',
                  tools: [call('Bash', { command: 'echo vendor-$((6*7))', description: 'Say' })],
              };
    };
    const printed = await claude.converse(['First question', 'Second question'], {
        env: { ENABLE_TOOL_SEARCH: 'false' },
    });
    assert.equal(printed.text, 'Second answer.');
    assert.ok(printed.said.includes('It said vendor-42.'));
    const requests = mainRequests(upstream);
    assert.equal(requests.length, 3);
    assert.match(requests[1].toolResults[0].text, /vendor-42/);
    assert.ok(requests[0].toolNames.length >= 20, `${requests[0].toolNames.length} tools`);
    assert.ok(requests[0].body.tools.every((tool) => tool.strict === false));
    assertGrows(requests);
});

withBothClients('Responses: thinking comes back, turn after turn', stage, async (claude, upstream) => {
    upstream.answer = (request) => {
        if (request.isHelper) return { text: 'Title' };
        const n = request.toolResults.length;
        const reasoning = n % 2 === 0 ? [`**Step ${n}**\n\nI think.`, 'And on.'] : [];
        return n < 3
            ? {
                  reasoning,
                  tools: [call('Bash', { command: `echo step-${n}`, description: `Step ${n}` }, n + 1)],
              }
            : { reasoning: ['Enough.'], text: 'All steps done.' };
    };
    const printed = await claude.print('Take three steps');
    assert.equal(printed.text, 'All steps done.');
    const requests = mainRequests(upstream);
    assert.equal(requests.length, 4);
    assert.deepEqual(
        requests.map((request) => ofType(request, 'reasoning').length),
        [0, 1, 2, 3],
        'the strict upstream has checked each of them',
    );
    assertGrows(requests);
});

withBothClients('Responses: parallel calls that interleave', stage, async (claude, upstream) => {
    const tools = [1, 2, 3].map((n) =>
        call('Bash', { command: `echo parallel-$((${n}*11)) "ü${n}"`, description: `Number ${n}` }, n),
    );
    upstream.answer = (request) => {
        if (request.isHelper) return { text: 'Title' };
        return request.toolResults.length > 0
            ? { text: 'Done with three.' }
            : { reasoning: ['All at once.'], text: 'All three.', tools, interleave: true };
    };
    const printed = await claude.print('Run three');
    assert.equal(printed.text, 'Done with three.');
    assert.deepEqual(
        printed.called.map((block) => block.input),
        tools.map((tool) => tool.input),
    );
    const [, last] = mainRequests(upstream);
    assert.deepEqual(
        ofType(last, 'function_call').map((item) => item.call_id),
        tools.map((tool) => tool.id),
    );
    assert.deepEqual(
        last.toolResults.map((result) => result.id),
        tools.map((tool) => tool.id),
    );
    last.toolResults.forEach((result, i) =>
        assert.match(result.text, new RegExp(`parallel-${(i + 1) * 11} ü${i + 1}`)),
    );
});
