// Which of several upstreams Claude Code's requests go to: what it really sends for an agent, a search, a picture,
// a title or another model is what routes are chosen by.

import assert from 'node:assert/strict';

import { call, withBothClientsOnRoutes } from './claude_scenario.mjs';
import { big, other, routeTable, upstreamTable } from './routes_stage.mjs';
import { png } from './samples.mjs';

// The first answers; `when` is a condition for the second, and for the third if there is one more.
const routes =
    (...conditions) =>
    ({ first, second, third }) =>
        `[models]\nbig = "${other}"\nsmall = "${big}"\n` +
        upstreamTable('first', first.baseUrl) +
        upstreamTable('second', second.baseUrl) +
        upstreamTable('third', third.baseUrl) +
        conditions
            .map((when, i) => routeTable([`${['second', 'third'][i]}/${other}`], `when = { ${when} }\n`))
            .join('');

const spoken = (request) => JSON.stringify(request.messages.filter((message) => message.role === 'user'));

withBothClientsOnRoutes(
    'an agent is at work elsewhere',
    routes('scenario = "subagent"'),
    async (claude, stage) => {
        const { first, second } = stage.upstreams;
        const task = {
            description: 'Work',
            prompt: 'TASK-FOR-AGENT: run it',
            subagent_type: 'general-purpose',
        };
        first.answer = (request) => {
            if (request.toolResults.length === 0) return { tools: [call('Agent', task, 1)] };
            const reported = JSON.stringify(request.messages).includes('AGENT-REPORT from-agent-77');
            return { text: reported ? 'The agent found 77.' : 'The agent is at work.' };
        };
        second.answer = (request) =>
            request.toolResults.length > 0
                ? { text: `AGENT-REPORT ${request.toolResults[0].text.trim()}` }
                : { tools: [call('Bash', { command: 'echo from-agent-$((7*11))', description: 'Work' }, 5)] };
        const printed = await claude.print('Delegate this to an agent');
        assert.equal(printed.text, 'The agent found 77.');
        assert.deepEqual(stage.asked, [claude.newest ? 3 : 2, 2, 0]);
        for (const request of second.paid) assert.match(spoken(request), /TASK-FOR-AGENT/);
    },
);

withBothClientsOnRoutes(
    'a search goes to who can search',
    routes('scenario = "web_search"'),
    async (claude, stage) => {
        const { first, second } = stage.upstreams;
        first.answer = (request) => {
            if (claude.newest && request.toolResults.length === 0)
                return { tools: [call('ToolSearch', { query: 'select:WebSearch', max_results: 3 }, 1)] };
            const found = request.toolResults.some((result) => result.text.includes('example.org'));
            return found
                ? { text: 'It is Paris.' }
                : { tools: [call('WebSearch', { query: 'capital of France' }, 2)] };
        };
        const citation = {
            url: 'https://example.org/paris',
            title: 'Paris',
            content: '…',
            start_index: 0,
            end_index: 5,
        };
        second.script({ text: 'Paris.', annotations: [{ type: 'url_citation', url_citation: citation }] });
        const printed = await claude.print('What is the capital of France? Search.');
        assert.equal(printed.text, 'It is Paris.');
        assert.deepEqual(stage.asked, [claude.newest ? 3 : 2, 1, 0]);
        assert.deepEqual(second.paid[0].toolNames, ['openrouter:web_search']);
    },
);

withBothClientsOnRoutes(
    'from the first picture on who can see answers',
    routes('scenario = "image"'),
    async (claude, stage) => {
        const { first, second } = stage.upstreams;
        const picture = claude.file('red.png', png());
        first.script({ text: 'Reading.', tools: [call('Read', { file_path: picture })] });
        second.script(
            { text: 'Red.', tools: [call('Bash', { command: 'echo seen', description: 'Say' }, 2)] },
            { text: 'A red square.' },
        );
        const printed = await claude.print('What is in red.png?');
        assert.equal(printed.text, 'A red square.');
        assert.deepEqual(stage.asked, [1, 2, 0]);
        assert.match(second.paid[0].text, /data:image\/png;base64,/);
    },
);

withBothClientsOnRoutes(
    'a haiku is for the background, and --model names a target',
    routes('scenario = "background"', 'family = "sonnet"'),
    async (claude, stage) => {
        for (const name of ['first', 'second', 'third'])
            stage.upstreams[name].answer = () => ({ text: `Done by the ${name}.` });
        const ask = async (...args) => (await claude.print('Hello', { args })).text;
        assert.equal(await ask('--model', 'haiku'), 'Done by the second.');
        assert.equal(await ask('--model', 'sonnet'), 'Done by the third.');
        assert.equal(await ask('--model', 'opus'), 'Done by the first.');
        assert.equal(await ask('--model', `third/${big}`), 'Done by the third.');
        assert.equal(stage.upstreams.third.paid.at(-1).body.model, big);
    },
);
