// The shells' completions, asked the way each shell asks them; zsh and fish where they are installed.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { binary, run, temporaryFolder } from './harness.mjs';

const folder = temporaryFolder();
const installed = (shell) => ['/bin', '/usr/bin', '/usr/local/bin'].some((d) => existsSync(join(d, shell)));
const environment = {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    LANG: 'C.UTF-8',
    TERM: 'dumb',
};

function answerOf(shell, args, input) {
    const done = spawnSync(shell, args, { env: environment, cwd: folder, input, encoding: 'utf8' });
    assert.equal(done.status, 0, `${done.stderr}${done.error ?? ''}`);
    return done.stdout.split('\n').filter(Boolean).sort();
}

before(async () => {
    mkdirSync(join(folder, 'bin'));
    symlinkSync(binary, join(folder, 'bin', 'dragoman'));
    mkdirSync(join(folder, 'cache', 'dragoman'), { recursive: true });
    const list = JSON.stringify({
        data: [{ id: 'openai/gpt-oss-120b' }, { id: 'openai/gpt-oss-20b:free' }, { id: 'z-ai/glm-4.6' }, { id: 'evil/$(x)\u001b[2J' }],
    });
    const head = { version: 1, fetched_at: 1, url: 'https://openrouter.ai/api/v1/models', bytes: Buffer.byteLength(list) };
    writeFileSync(join(folder, 'cache', 'dragoman', 'models.json'), `${JSON.stringify(head)}\n${list}`);
    for (const shell of ['bash', 'zsh', 'fish'])
        writeFileSync(join(folder, shell), (await run(['completion', shell])).out);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const inBash = (line) =>
    answerOf('bash', ['--norc'], `. ./bash\nCOMP_LINE='${line}' COMP_POINT=${line.length}\n_dragoman 2> /dev/null\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`);

test('bash completes commands, options, values and models', () => {
    assert.deepEqual(inBash('dragoman co'), ['code', 'completion']);
    assert.deepEqual(inBash('dragoman --log-level d'), ['debug']);
    assert.deepEqual(inBash('dragoman --port 80 che'), ['check-config']);
    assert.deepEqual(inBash('dragoman models --so'), ['--sort']);
    assert.deepEqual(inBash('dragoman models --sort p'), ['price']);
    assert.deepEqual(inBash('dragoman service '), ['install', 'status', 'uninstall']);
    assert.deepEqual(inBash('dragoman code openai/'), ['openai/gpt-oss-120b', 'openai/gpt-oss-20b:free']);
    assert.deepEqual(inBash('dragoman code --isolated z'), ['z-ai/glm-4.6']);
    assert.deepEqual(inBash('dragoman code z-ai/glm-4.6 openai'), [], "what follows is the client's");
    assert.deepEqual(inBash('dragoman init --big z'), ['z-ai/glm-4.6']);
});

test('bash gets only what follows the colon of a model, as it splits words there', () => {
    assert.deepEqual(inBash('dragoman code openai/gpt-oss-20b:f'), ['free']);
});

test('fish completes commands, options, values and models', { skip: !installed('fish') && 'fish is not installed' }, () => {
    const inFish = (line) =>
        answerOf('fish', ['--no-config', '-c', `source ./fish; complete -C '${line}'`]).map((l) => l.split('\t')[0]);
    assert.deepEqual(inFish('dragoman co'), ['code', 'completion']);
    assert.deepEqual(inFish('dragoman models --so'), ['--sort']);
    assert.deepEqual(inFish('dragoman models --sort p'), ['price']);
    assert.deepEqual(inFish('dragoman code openai/gpt-oss-1'), ['openai/gpt-oss-120b']);
});

test('zsh reads its script without a complaint', { skip: !installed('zsh') && 'zsh is not installed' }, () => {
    const script = 'autoload -Uz compinit; compinit -u -D; source ./zsh; print -r -- ${_comps[dragoman]}';
    assert.deepEqual(answerOf('zsh', ['-f', '-c', script]), ['_dragoman']);
});

test('ids that could steer a terminal are left out', async () => {
    const ids = spawnSync(binary, ['completion', 'models'], { env: environment, encoding: 'utf8' }).stdout;
    assert.deepEqual(ids.split('\n').filter(Boolean), [
        'openai/gpt-oss-120b',
        'openai/gpt-oss-20b:free',
        'z-ai/glm-4.6',
    ]);
});
