// Sessions that are taken up again: what went upstream before is the beginning of what goes upstream now,
// byte for byte, or the upstream's cache would be of no use. And the line below the prompt that says who
// answers.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { conversation, inBothTerminals, lastAsked, reachable } from './code_session.mjs';
import { Dragoman, portToComeBackTo } from './harness.mjs';
import { topLevelText } from './strict_json.mjs';

const answerOf = (request) =>
    request.body.response_format
        ? { text: '{"title":"Counting"}' }
        : { text: `Heard: ${lastAsked(request)}.`, reasoning: 'Somebody counts.' };

// The messages of one request as raw text, without the closing bracket.
const historyOf = (request) => topLevelText(request.text).messages.replace(/\s*\]$/, '');

function assertGrown(upstream) {
    const [before, now] = conversation(upstream).slice(-2);
    const [old, grown] = [historyOf(before), historyOf(now)];
    assert.ok(grown.startsWith(old), firstDifference(old, grown));
    assert.equal(topLevelText(now.text).tools, topLevelText(before.text).tools);
}

function firstDifference(a, b) {
    let at = 0;
    while (at < a.length && a[at] === b[at]) at += 1;
    const around = (text) => JSON.stringify(text.slice(Math.max(0, at - 120), at + 240));
    return `${around(a)} became ${around(b)}`;
}

async function oneTurn(person, args, text) {
    const terminal = await person.code('--permission-mode', 'default', ...args);
    if (args.includes('--resume')) {
        await person.pressable(/Resume [Ss]ession/, 'the sessions to resume');
        await terminal.key('Enter');
    }
    await person.ask(text, new RegExp(`Heard: ${text}\\.`));
    return terminal;
}

async function exit(person) {
    await person.say('/exit');
    assert.deepEqual(await person.terminal.ended(), { code: 0, signal: null });
    assert.deepEqual(await person.alone(), []);
}

inBothTerminals('the status line, --continue, --resume, a closed window', async (person, upstream) => {
    upstream.answer = answerOf;
    person.knowsClaude({ statusLine: { type: 'command', command: 'dragoman statusline' } });
    const terminal = await oneTurn(person, [], 'count one');
    await terminal.until(/^ *openai\/gpt-oss-120b .*\$0/m, { what: 'a status line with model and cost' });
    await exit(person);

    await oneTurn(person, ['--continue'], 'count two');
    assertGrown(upstream);
    await exit(person);

    await oneTurn(person, ['--resume'], 'count three');
    assertGrown(upstream);
    assert.match(conversation(upstream).at(-1).text, /Heard: count one\..*Heard: count two\./s);

    assert.equal(person.instances().length, 1);
    await person.terminal.hangUp();
    assert.deepEqual(await person.alone(), [], 'nothing outlives its window');
    assert.deepEqual(person.instances(), []);
});

// What serves already is used, may be restarted meanwhile, and stays when the client goes.
inBothTerminals('beside a dragoman that serves', async (person, upstream) => {
    upstream.answer = answerOf;
    person.knowsClaude();
    const PORT = await portToComeBackTo();
    const environment = { ...person.environment, PORT, HOME: join(person.folder, 'other') };
    const first = await Dragoman.start(environment);
    let serving = first;
    try {
        await oneTurn(person, [], 'count one');
        assert.equal(person.instances().length, 1);
        assert.equal(person.instance.url, first.url);
        await first.child.says(/\/v1\/messages/);

        await first.child.stop('SIGTERM');
        serving = await Dragoman.start(environment, { folder: first.folder });
        await person.ask('count two', /Heard: count two\./);
        assertGrown(upstream);
        await exit(person);
        assert.ok(await reachable(serving.port));
        assert.ok(!existsSync(person.log), 'nothing else has served');
    } catch (error) {
        error.message += [first, serving].map((d) => `\n--- log ---\n${d.log.slice(-3000)}`).join('');
        throw error;
    } finally {
        await serving.stop();
    }
});
