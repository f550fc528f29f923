// An interactive session: the title of the terminal is a request of its own, with a schema for its answer.

import assert from 'node:assert/strict';

import { mainRequests, withBothClients } from './claude_scenario.mjs';

// What a terminal shows, without colours and movements of the cursor.
const plain = (shown) => shown.replace(/\u001b\[[0-9;?>]*[a-zA-Z]/g, '');

// Types one line into a new session, and resolves once `shown` is true of what the terminal shows.
async function typeInto(claude, args, line, shown) {
    const terminal = claude.interactive({ args });
    const limit = setTimeout(() => terminal.signal('SIGTERM'), 60000);
    try {
        await terminal.until(() => plain(terminal.out).includes('❯'));
        terminal.process.stdin.write(line);
        await terminal.until(() => plain(terminal.out).includes(line));
        terminal.process.stdin.write('\r');
        await terminal.until(() => shown(terminal.out));
    } finally {
        terminal.process.stdin.end();
        await terminal.exit;
        clearTimeout(limit);
    }
}

const titled = (title) => (out) => new RegExp(`\u001b\\]0;[^\u0007]*${title}`).test(out);

withBothClients('a session title', {}, async (claude, upstream) => {
    upstream.answer = (request) =>
        request.body.response_format
            ? { text: '{"title":"Greeting in French"}', reasoning: 'A title.' }
            : { text: 'Bonjour!' };
    await typeInto(
        claude,
        ['--permission-mode', 'default'],
        'Say-hello-in-French',
        (out) => plain(out).includes('Bonjour!') && titled('Greeting in French')(out),
    );
    const title = upstream.chats.find((request) => request.body.response_format);
    assert.equal(title.body.tools, undefined, 'an empty list of tools is left out');
    assert.equal(title.body.tool_choice, undefined);
    assert.equal(title.body.response_format.type, 'json_schema');
    assert.deepEqual(title.body.response_format.json_schema.schema.required, ['title']);
    assert.match(title.lastText, /Say-hello-in-French/);
    assert.equal(mainRequests(upstream).length, 1);
});

// A fresh profile of the newest client starts in auto mode: it asks for safeguards, and for updates of the
// thinking, neither of which a chat upstream knows.
withBothClients('the mode that a fresh profile starts in', {}, async (claude, upstream) => {
    upstream.answer = (request) =>
        request.body.response_format
            ? { text: '{"title":"Greeting in Dutch"}' }
            : { text: 'Hallo!', reasoning: 'In Dutch.' };
    await typeInto(claude, [], 'Say-hello-in-Dutch', (out) => plain(out).includes('Hallo!'));
    const [request] = mainRequests(upstream);
    assert.ok(!request.text.includes('classifier_context'));
});

withBothClients('the same with an anthropic model', {}, async (claude, upstream) => {
    const answerOf = (request) =>
        request.body.output_config?.format
            ? { text: '{"title":"Greeting in Danish"}' }
            : { text: 'Hej-med-dig!' };
    upstream.answer = answerOf;
    await typeInto(claude, ['--model', 'anthropic/claude-sonnet-4.5'], 'Say-hello-in-Danish', (out) =>
        plain(out).includes('Hej-med-dig!'),
    );
    assert.equal(upstream.chats.length, 0);
    const request = upstream.passed.find((r) => r.toolNames.includes('Bash'));
    assert.notEqual(request.body.thinking?.display, 'updates');
});
