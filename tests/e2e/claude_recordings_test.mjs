// What the providers' streams look like (tests/golden), before the real Claude Code: thoughts are shown, both
// calls are made, and their results go back with the ids that the provider gave.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { steps } from './answers.mjs';
import { withBothClients } from './claude_scenario.mjs';
import { canaryKey, root } from './harness.mjs';

const golden = join(root, 'tests/golden');
const named = (folder, ending) =>
    readdirSync(join(golden, folder))
        .filter((name) => name.endsWith(ending))
        .map((name) => name.slice(0, -ending.length))
        .sort();

// What the two calls of a recording say, and the thought before them, if it is shown.
async function seesBoth(claude, upstream, recording, thought) {
    upstream.answer = (request) =>
        request.toolResults.length > 0 ? { text: 'Both are done.' } : steps([recording]);
    const printed = await claude.print('Do both.');
    assert.equal(printed.text, 'Both are done.');
    assert.deepEqual(printed.called.map((block) => block.name).sort(), ['Bash', 'Read']);
    assert.equal(printed.results.length, 2);
    if (thought) assert.ok(printed.thought.join('').includes(thought), `${thought} in ${printed.thought}`);
    const last = upstream.paid.at(-1);
    assert.equal(new Set(last.toolResults.map((result) => result.id)).size, 2);
    return last;
}

// The stage is a router, which does not take back thoughts in MiniMax's own format.
const chats = named('streams', '_two_tools.upstream.sse').filter((name) => !name.startsWith('minimax'));
for (const name of chats) {
    const recording = readFileSync(join(golden, 'streams', `${name}_two_tools.upstream.sse`));
    const wanted = join(golden, 'streams', `${name}_two_tools.message.json`);
    const { thinking } = JSON.parse(readFileSync(wanted, 'utf8'));
    withBothClients(`calls as in ${name.replaceAll('_', ' ')}`, {}, (claude, upstream) =>
        seesBoth(claude, upstream, recording, thinking.trim()),
    );
}

// Imitations of the Messages API, passed on as they are.
const imitations = ['deepseek', 'litellm', 'llamacpp', 'minimax', 'moonshot', 'ollama', 'vllm', 'zai'];
const configuration = (preset) => (upstream) =>
    `[upstreams.${preset}]\nbase_url = "${upstream.baseUrl}"\nmessages_url = "${upstream.baseUrl}/messages"\n` +
    `dialect = "messages"\nauth = "bearer"\nkey = "${canaryKey}"\n\n` +
    '[models]\nbig = "anthropic/claude-haiku-4.5"\n';

for (const name of imitations) {
    const recording = readFileSync(join(golden, 'messages/streams', `${name}.upstream.sse`));
    withBothClients(
        `an imitation like ${name}'s`,
        { configuration: configuration(name) },
        async (claude, upstream) => {
            const last = await seesBoth(claude, upstream, recording);
            assert.ok(claude.last.thought.join('').length > 0, 'its thoughts are shown');
            const ids = [...recording.toString().matchAll(/"type": ?"tool_use", ?"id": ?"([^"]*)"/g)];
            assert.deepEqual(
                last.toolResults.map((result) => result.id).sort(),
                ids.map((found) => found[1]).sort(),
            );
        },
    );
}
