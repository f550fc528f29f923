// Working in a terminal: being asked before a tool runs, giving up in mid-answer, going on, stepping out to
// the shell and back, and leaving.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { call } from './claude_scenario.mjs';
import { conversation, inBothTerminals, lastAsked, within } from './code_session.mjs';
import { binary } from './harness.mjs';

const compute = { command: `python3 -c 'print("sum-" + str(40 + 2))'`, description: 'Add' };
const forever = new Promise(() => {});

function answerOf(request) {
    if (request.body.response_format) return { text: '{"title":"Work"}' };
    const asked = lastAsked(request);
    const story = /tell a long story (\d)/.exec(asked);
    if (story) return { text: [`Beginning ${story[1]}.\n\n`, 'More of it.\n\n'], hold: forever };
    if (/compute/.test(asked) && !request.text.includes('sum-42'))
        return { text: 'Computing.', tools: [call('Bash', compute)] };
    return { text: `Heard: ${asked}.` };
}

// Gives up in the middle of an answer: upstream the request ends at once, and the session goes on.
async function interrupt(person, n, key) {
    await person.say(`tell a long story ${n}`);
    const told = (r) => r.toolNames.includes('Bash') && lastAsked(r).includes(`story ${n}`);
    const request = await within(person.upstream.request(told), `request for story ${n}`);
    await person.terminal.until(new RegExp(`Beginning ${n}\\.`));
    assert.equal(request.gone, false);
    await person.terminal.key(key);
    await within(request.left, `${key} reaches the upstream`);
    await person.terminal.until(/Interrupted/);
    await person.ask(`going on ${n}`, new RegExp(`Heard: going on ${n}\\.`));
}

inBothTerminals('an isolated profile: no, yes, a tool, Escape, Ctrl-C', async (person, upstream) => {
    upstream.answer = answerOf;
    const declined = await person.code('--isolated');
    await person.choose(/No, exit/);
    assert.deepEqual(await declined.ended(), { code: 1, signal: null }, "the exit code is the client's");
    assert.deepEqual(await person.alone(), []);

    const terminal = await person.code('--isolated', '--permission-mode', 'default');
    await person.trust();
    assert.doesNotMatch(terminal.history, /login|log in|sign in|api key/i);

    await person.say('compute please');
    await person.pressable(/Do you want to proceed\?/, 'a question about the tool');
    assert.equal(conversation(upstream).length, 1, 'nothing ran unasked');
    await person.choose(/1\. Yes$/);
    await terminal.until(/Heard: compute please\./);
    assert.match(conversation(upstream)[1].toolResults[0].text, /sum-42/);

    await interrupt(person, 1, 'Escape');
    await interrupt(person, 2, 'C-c');
    const { text } = conversation(upstream).at(-1);
    for (const known of ['Beginning 1.', 'going on 1', 'Beginning 2.', 'going on 2'])
        assert.ok(text.includes(known), `${known} is still known`);

    await terminal.key('C-c');
    await terminal.until(/Press Ctrl-C again to exit/i);
    await terminal.key('C-c');
    assert.deepEqual(await terminal.ended(), { code: 0, signal: null });
    assert.deepEqual(await person.alone(), [], 'nothing runs on');
    assert.deepEqual(person.instances(), []);

    assert.doesNotMatch(terminal.history, /can't check actions|isn't compatible/, 'no word about safeguards');
    assert.ok(!existsSync(join(person.home, '.claude.json')), 'the usual configuration is left alone');
    assert.ok(!existsSync(join(person.home, '.claude')));
    assert.ok(readdirSync(join(person.home, '.local/state/dragoman/claude')).includes('projects'));
});

inBothTerminals('Ctrl-Z to the shell, and fg', async (person, upstream) => {
    upstream.answer = answerOf;
    person.knowsClaude();
    const atShell = /^\$ *\s*$(?![^]*\S)/m;
    const terminal = await person.run('bash', '--norc', '-i');
    await terminal.type(`PS1='$ '; ${binary} code --permission-mode default`);
    await terminal.key('Enter');
    await person.ask('the first', /Heard: the first\./);

    await terminal.key('C-z');
    await terminal.until(atShell);
    await terminal.type('echo job-$(jobs -s | wc -l)');
    await terminal.key('Enter');
    await terminal.until(/^job-1$/m);
    await terminal.type('fg');
    await terminal.key('Enter');
    await person.ask('the second', /Heard: the second\./);

    await person.say('/exit');
    await terminal.until(atShell);
    await terminal.type('exit $?');
    await terminal.key('Enter');
    assert.deepEqual(await terminal.ended(), { code: 0, signal: null });
    assert.deepEqual(await person.alone(), []);
});
