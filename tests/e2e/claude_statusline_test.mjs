// The status line of the real client, drawn by `dragoman statusline`. A terminal is told only of what changes
// on it, so that what the command printed is read from a file beside it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { withBothClients } from './claude_scenario.mjs';
import { binary } from './harness.mjs';

// What a terminal shows, without colours and movements of the cursor.
const plain = (shown) => shown.replace(/\u001b\[[0-9;?>]*[a-zA-Z]/g, '');
const linesOf = (file) => (existsSync(file) ? plain(readFileSync(file, 'utf8')).split('\n') : []);

withBothClients('the status line names the model that answers', {}, async (claude, upstream) => {
    upstream.answer = (request) =>
        request.body.response_format ? { text: '{"title":"Greeting"}' } : { text: 'Bonjour!' };
    const [asked, printed] = ['asked', 'printed'].map((name) => join(claude.folder, name));
    const command = `tee -a '${asked}' | '${binary}' statusline | tee -a '${printed}'`;
    const settings = JSON.stringify({ statusLine: { type: 'command', command } });
    const terminal = claude.interactive({ args: ['--permission-mode', 'default', '--settings', settings] });
    const limit = setTimeout(() => terminal.signal('SIGTERM'), 60000);
    try {
        await terminal.until(() => plain(terminal.out).includes('❯'));
        terminal.process.stdin.write('Say-hello');
        await terminal.until(() => plain(terminal.out).includes('Say-hello'));
        terminal.process.stdin.write('\r');
        const answered = /^openai\/gpt-oss-120b \(Fireworks\) · context \d+% of 131k · \$0\.\d+$/;
        await terminal.until(() => linesOf(printed).some((line) => answered.test(line)));
        const [first] = linesOf(printed);
        assert.match(first, /^openai\/gpt-oss-120b/, 'also before the first answer');
        for (const field of ['session_id', 'context_window_size', 'current_usage', 'total_cost_usd'])
            assert.ok(readFileSync(asked, 'utf8').includes(`"${field}"`), `${field} is what the client hands over`);
    } finally {
        terminal.process.stdin.end();
        await terminal.exit;
        clearTimeout(limit);
    }
});
