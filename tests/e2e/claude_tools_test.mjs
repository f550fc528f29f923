// Tools: loops, parallel calls, files, searches, agents, and tools that are found first.

import assert from 'node:assert/strict';

import { call, mainRequests, withBothClients } from './claude_scenario.mjs';
import { pdf, png } from './samples.mjs';

withBothClients('a Bash tool loop', {}, async (claude, upstream) => {
    upstream.script(
        {
            text: 'Let me look.',
            tools: [call('Bash', { command: 'echo "one-$((1+1))" > made.txt', description: 'Make a file' })],
        },
        {
            tools: [
                call('Bash', { command: 'cat made.txt; echo oops >&2; exit 3', description: 'Read it' }, 2),
            ],
        },
        { text: 'The file says one-2.' },
    );
    const printed = await claude.print('Make a file and read it');
    assert.equal(printed.text, 'The file says one-2.');
    assert.equal(printed.result.num_turns, 3);
    assert.deepEqual(
        printed.called.map((block) => block.name),
        ['Bash', 'Bash'],
    );
    assert.match(JSON.stringify(printed.results[1].content), /one-2/);
    assert.equal(printed.results[1].is_error, true);

    const last = upstream.chats[2];
    const assistants = last.messages.filter((m) => m.role === 'assistant');
    assert.equal(assistants[0].content, 'Let me look.');
    assert.equal(assistants[0].tool_calls[0].function.name, 'Bash');
    assert.deepEqual(JSON.parse(assistants[0].tool_calls[0].function.arguments), {
        command: 'echo "one-$((1+1))" > made.txt',
        description: 'Make a file',
    });
    assert.equal(last.toolResults.length, 2);
    assert.ok(last.toolResults[0].text.length > 0, 'a result without output is not sent empty');
    assert.match(last.toolResults[1].text, /^Error|error/);
    assert.match(last.toolResults[1].text, /one-2/);
});

withBothClients('three parallel calls with interleaved deltas', {}, async (claude, upstream) => {
    const tools = [1, 2, 3].map((n) =>
        call('Bash', { command: `echo parallel-$((${n}*11)) "ü${n}"`, description: `Number ${n}` }, n),
    );
    upstream.script({ text: 'All three.', tools, interleave: true }, { text: 'Done with three.' });
    const printed = await claude.print('Run three');
    assert.equal(printed.text, 'Done with three.');
    assert.deepEqual(
        printed.called.map((block) => block.input),
        tools.map((tool) => tool.input),
    );
    const { messages, toolResults } = upstream.chats[1];
    const turns = messages.filter((m) => m.role === 'assistant');
    assert.equal(turns.length, 1, 'one message of the assistant, not three');
    assert.deepEqual(
        turns[0].tool_calls.map((c) => c.id),
        tools.map((tool) => tool.id),
    );
    assert.deepEqual(
        toolResults.map((r) => r.id),
        tools.map((tool) => tool.id),
        'results in the order of calls',
    );
    toolResults.forEach((result, i) =>
        assert.match(result.text, new RegExp(`parallel-${(i + 1) * 11} ü${i + 1}`)),
    );
});

withBothClients('reading an image and a PDF', { big: 'openai/gpt-5.5' }, async (claude, upstream) => {
    const picture = png();
    const paper = pdf('Hello PDF');
    const tools = [
        call('Read', { file_path: claude.file('red.png', picture) }, 1),
        call('Read', { file_path: claude.file('paper.pdf', paper) }, 2),
    ];
    upstream.script({ text: 'Reading.', tools }, { text: 'A red square, and a greeting.' });
    const printed = await claude.print('What is in red.png and paper.pdf?');
    assert.equal(printed.text, 'A red square, and a greeting.');

    const { messages } = upstream.chats[1];
    const at = messages.findIndex((m) => m.role === 'assistant');
    assert.deepEqual(
        messages.slice(at + 1, at + 4).map((m) => m.role),
        ['tool', 'tool', 'user'],
    );
    const parts = messages[at + 3].content;
    const image = parts.find((part) => part.type === 'image_url');
    assert.ok(image.image_url.url.startsWith('data:image/png;base64,'));
    assert.equal(
        Buffer.from(image.image_url.url.split(',')[1], 'base64').subarray(0, 8).toString('hex'),
        '89504e470d0a1a0a',
    );
    const file = parts.find((part) => part.type === 'file');
    assert.equal(file.file.file_data, `data:application/pdf;base64,${paper.toString('base64')}`);
    assert.ok(file.file.filename.endsWith('.pdf'));
});

withBothClients('an image for a model that reads text only', {}, async (claude, upstream) => {
    const tools = [call('Read', { file_path: claude.file('red.png', png()) })];
    upstream.script({ tools }, { text: 'I cannot see it.' });
    const printed = await claude.print('What is in red.png?');
    assert.equal(printed.text, 'I cannot see it.');
    assert.match(upstream.chats[1].text, /image omitted: model openai\/gpt-oss-120b accepts text only/);
});

const citations = ['https://example.org/paris', 'https://example.org/france'].map((url, i) => ({
    type: 'url_citation',
    url_citation: { url, title: `Page ${i + 1}`, content: 'Paris …', start_index: 0, end_index: 5 },
}));

withBothClients('WebSearch', {}, async (claude, upstream) => {
    upstream.answer = (request) => {
        if (request.toolNames[0] === 'openrouter:web_search') {
            return { text: 'Paris is the capital of France.', annotations: citations };
        }
        if (claude.newest && request.toolResults.length === 0) {
            return { tools: [call('ToolSearch', { query: 'select:WebSearch', max_results: 3 }, 1)] };
        }
        const found = request.toolResults.find((result) => result.text.includes('example.org'));
        return found
            ? { text: 'It is Paris.' }
            : { tools: [call('WebSearch', { query: 'capital of France' }, 2)] };
    };
    const printed = await claude.print('What is the capital of France? Search.');
    assert.equal(printed.text, 'It is Paris.');

    const search = upstream.chats.find((request) => request.toolNames[0] === 'openrouter:web_search');
    assert.deepEqual(
        search.body.tools.map((tool) => tool.type),
        ['openrouter:web_search'],
    );
    assert.equal(search.body.tools[0].parameters.max_uses, 8);
    assert.ok(
        search.body.tool_choice === 'required' || search.body.tool_choice.type === 'openrouter:web_search',
        'the search is forced, whatever the client said',
    );
    assert.match(search.lastText, /capital of France/);
    const result = mainRequests(upstream).pop().toolResults.pop().text;
    assert.match(result, /Page 1.*https:\/\/example\.org\/paris/);
    assert.match(result, /Page 2.*https:\/\/example\.org\/france/);
    assert.match(result, /Paris is the capital of France/);
});

withBothClients('a tool that is found by tool search first', {}, async (claude, upstream) => {
    upstream.script(
        { tools: [call('ToolSearch', { query: 'select:NotebookEdit', max_results: 3 }, 1)] },
        {
            tools: [
                call(
                    'NotebookEdit',
                    {
                        notebook_path: claude.file('n.ipynb', notebook),
                        cell_id: 'c1',
                        new_source: 'print(42)',
                    },
                    2,
                ),
            ],
        },
        { text: 'Edited.' },
    );
    const env = claude.newest ? {} : { ENABLE_TOOL_SEARCH: 'true' };
    const printed = await claude.print('Edit the notebook', { env });
    assert.equal(printed.text, 'Edited.');
    const [first, second, third] = upstream.chats;
    assert.ok(!first.toolNames.includes('NotebookEdit'), 'deferred tools are left out');
    assert.ok(!first.toolNames.includes('DeferredToolPlaceholder'));
    assert.deepEqual(
        second.toolNames,
        [...first.toolNames, 'NotebookEdit'],
        'the found tool comes at the end',
    );
    assert.deepEqual(second.body.tools.slice(0, -1), first.body.tools);
    assert.deepEqual(third.toolNames, second.toolNames);
    assert.match(second.toolResults[0].text, /NotebookEdit/);
    assert.equal(printed.called.map((block) => block.name).join(), 'ToolSearch,NotebookEdit');
});

const notebook = JSON.stringify({
    cells: [{ cell_type: 'code', id: 'c1', source: ['1'], metadata: {}, outputs: [], execution_count: null }],
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
});

withBothClients('a subagent', { big: 'openai/gpt-5.5' }, async (claude, upstream) => {
    const spoken = (request, role) =>
        request.messages
            .filter((m) => m.role === role)
            .map((m) => JSON.stringify(m.content))
            .join('\n');
    upstream.answer = (request) => {
        const asked = spoken(request, 'user');
        const all = JSON.stringify(request.messages);
        if (asked.includes('TASK-FOR-AGENT') && !asked.includes('Delegate this')) {
            return request.toolResults.length > 0
                ? { text: `AGENT-REPORT ${request.toolResults[0].text.trim()}` }
                : { tools: [call('Bash', { command: 'echo from-agent-$((7*11))', description: 'Work' }, 5)] };
        }
        if (request.toolResults.length === 0) {
            return {
                tools: [
                    call(
                        'Agent',
                        {
                            description: 'Work',
                            prompt: 'TASK-FOR-AGENT: run it',
                            subagent_type: 'general-purpose',
                        },
                        1,
                    ),
                ],
            };
        }
        return {
            text: all.includes('AGENT-REPORT from-agent-77')
                ? 'The agent found 77.'
                : 'The agent is at work.',
        };
    };
    const printed = await claude.print('Delegate this to an agent');
    assert.equal(printed.text, 'The agent found 77.');
    const main = upstream.chats.filter((request) => spoken(request, 'user').includes('Delegate this'));
    const agent = upstream.chats.filter((request) => !main.includes(request));
    assert.equal(agent.length, 2);
    assert.equal(main.length, claude.newest ? 3 : 2);
    assert.match(main[1].toolResults[0].text, claude.newest ? /launched/ : /AGENT-REPORT from-agent-77/);
    assert.match(JSON.stringify(main[main.length - 1].messages), /AGENT-REPORT from-agent-77/);
    const [session, other] = [main[0], agent[0]].map((r) => r.body.session_id ?? r.headers['x-session-id']);
    assert.notEqual(session, other, 'an agent has a prefix of its own, so it has a cache key of its own');
});
