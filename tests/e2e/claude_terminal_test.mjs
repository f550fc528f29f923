// An interactive session: the title of the terminal is a request of its own, with a schema for its answer.

import assert from 'node:assert/strict';

import { mainRequests, withBothClients } from './claude_scenario.mjs';

// What a terminal shows, without colours and movements of the cursor.
const plain = (shown) => shown.replace(/\u001b\[[0-9;?>]*[a-zA-Z]/g, '');

withBothClients('a session title', {}, async (claude, upstream) => {
    upstream.answer = (request) => (request.body.response_format
        ? { text: '{"title":"Greeting in French"}', reasoning: 'A title.' } : { text: 'Bonjour!' });
    const terminal = claude.interactive({ args: ['--permission-mode', 'default'] });
    const limit = setTimeout(() => terminal.signal('SIGTERM'), 60000);
    try {
        await terminal.until(() => plain(terminal.out).includes('❯'));
        terminal.process.stdin.write('Say-hello-in-French');
        await terminal.until(() => plain(terminal.out).includes('Say-hello-in-French'));
        terminal.process.stdin.write('\r');
        await terminal.until(() => plain(terminal.out).includes('Bonjour!'));
        await terminal.until(() => /\u001b\]0;[^\u0007]*Greeting in French/.test(terminal.out));
    } finally {
        terminal.process.stdin.end();
        await terminal.exit;
        clearTimeout(limit);
    }
    const title = upstream.chats.find((request) => request.body.response_format);
    assert.equal(title.body.tools, undefined, 'an empty list of tools is left out');
    assert.equal(title.body.tool_choice, undefined);
    assert.equal(title.body.response_format.type, 'json_schema');
    assert.deepEqual(title.body.response_format.json_schema.schema.required, ['title']);
    assert.match(title.lastText, /Say-hello-in-French/);
    assert.equal(mainRequests(upstream).length, 1);
});
