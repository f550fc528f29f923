// The program as a command: what it says to the one who types it.

import assert from 'node:assert/strict';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, Child, here, run, temporaryFolder } from './harness.mjs';

test('every command has help of its own, and none needs a home, a key or a network for it', async () => {
    const whole = await run(['--help']);
    const commands = [...whole.out.split('Subcommands:')[1].matchAll(/^ {2}([a-z-]+) /gm)].map((m) => m[1]);
    assert.ok(commands.length >= 11);
    for (const command of commands) {
        const help = await run([command, '--help']);
        assert.equal(help.code, 0);
        assert.equal(help.err, '');
        assert.match(help.out, /^Usage: dragoman/m);
    }
});

test('what cannot be written is no success', async () => {
    for (const command of [['completion', 'bash'], ['--version'], ['check-config'], ['env', '--shell', 'sh']]) {
        const child = new Child('sh', ['-c', 'exec "$@" > /dev/full', 'sh', binary, ...command], {
            env: { HOME: '/nonexistent', OPENROUTER_BASE_URL: 'http://127.0.0.1:9/v1' },
        });
        assert.equal((await child.exit).code, 1, command[0]);
        assert.match(child.err, /standard output could not be written/);
    }
});

test('under the name of an older launcher it starts Claude Code', async () => {
    const folder = temporaryFolder();
    const launcher = join(folder, 'claude-openrouter');
    symlinkSync(binary, launcher);
    const child = new Child(launcher, ['--help'], { env: { HOME: folder } });
    assert.equal((await child.exit).code, 0);
    assert.match(child.out, /dragoman code \[OPTIONS\] \[MODEL\]/);
    rmSync(folder, { recursive: true });
});

test('on a terminal serve says how to go on', async () => {
    const folder = temporaryFolder();
    const child = new Child('python3', [join(here, 'in_terminal.py'), '200', '20', binary, 'serve', '--port', '0'], {
        env: { HOME: folder, OPENROUTER_API_KEY: 'sk-or-v1-x', OPENROUTER_BASE_URL: 'http://127.0.0.1:9/v1', TERM: 'dumb' },
        input: 'pipe',
    });
    await child.says(/start Claude Code in another terminal with: \S*dragoman code/);
    child.process.stdin.write('\u0003');
    assert.equal((await child.exit).code, 0);
    rmSync(folder, { recursive: true });
});
