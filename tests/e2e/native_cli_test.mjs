// The program as a command: what it says to the one who types it.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

// Two upstreams, a route, and nobody who would have to be asked.
const twoUpstreams = `
[models]
big = "home/qwen3-coder"
small = "groq/openai/gpt-oss-20b"
[models.names]
mine = "home/qwen3-coder"
[upstreams.home]
base_url = "http://127.0.0.1:9/v1"
[upstreams.home.models."qwen3-coder"]
context = 32768
[upstreams.groq]
[[routes]]
name = "deep"
when = { scenario = "thinking" }
targets = ["groq/openai/gpt-oss-120b", "home/qwen3-coder"]
[catalogue]
enabled = false
`;

async function withConfiguration(text, body) {
    const folder = temporaryFolder();
    const file = join(folder, 'config.toml');
    writeFileSync(file, text, { mode: 0o600 });
    const command = async (args, env = {}) => {
        const child = new Child(binary, args, { env: { HOME: folder, ...env }, cwd: folder });
        const { code } = await child.exit;
        return { code, out: child.out, err: child.err };
    };
    try {
        await body(command, file);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

test('route says where a request would go, and why', () =>
    withConfiguration(twoUpstreams, async (command, file) => {
        const name = await command(['route', 'opus', '--config', file]);
        assert.equal(name.code, 0, name.err);
        assert.match(name.out, /no route fits; a name of Claude's, \[models\] big: home\/qwen3-coder/);
        assert.match(name.out, /1\. home\/qwen3-coder\n +asked at +http:\/\/127\.0\.0\.1:9\/v1\/chat\/completions \(chat\)/);
        assert.match(name.out, /window 32k/);
        const deep = await command(['route', 'opus', '--scenario', 'thinking', '--json', '--config', file], {
            GROQ_API_KEY: 'gsk-canary',
        });
        assert.equal(deep.code, 0, deep.err);
        assert.ok(!deep.out.includes('canary'));
        const said = JSON.parse(deep.out);
        assert.equal(said.route, 'deep');
        assert.deepEqual(said.targets.map((one) => [one.upstream, one.model, one.ready]), [
            ['groq', 'openai/gpt-oss-120b', true],
            ['home', 'qwen3-coder', true],
        ]);
        assert.equal(said.targets[0].key, 'GROQ_API_KEY');
        const keyless = await command(['route', 'opus', '--scenario', 'thinking', '--config', file]);
        assert.match(keyless.out, /none, so it is passed over: set GROQ_API_KEY/);
        const wrong = await command(['route', 'opus', '--scenario', 'thinkin', '--config', file]);
        assert.equal(wrong.code, 2);
        assert.match(wrong.err, /is none of background, thinking/);
        assert.equal((await command(['route', '--config', file])).code, 2);
        const hostile = await command(['route', '../../etc', '--config', file]);
        assert.equal(hostile.code, 1);
    }));

test('route tells who asks for a short name where the whole one goes', () =>
    withConfiguration(
        `${twoUpstreams}[[routes]]\nwhen = { model = "claude-*" }\ntargets = ["home/for-claude"]\n`,
        async (command, file) => {
            const short = await command(['route', 'opus', '--config', file]);
            assert.match(short.out, /claude-opus-4-5 goes elsewhere, to home\/for-claude: `dragoman route claude-opus-4-5`/);
            assert.doesNotMatch((await command(['route', 'claude-opus-4-5', '--config', file])).out, /elsewhere/);
        },
    ));

test('what completes a model knows short names, and every upstream', () =>
    withConfiguration(twoUpstreams, async (command, file) => {
        const home = join(file, '..');
        mkdirSync(join(home, 'dragoman'));
        writeFileSync(join(home, 'dragoman/config.toml'), twoUpstreams, { mode: 0o600 });
        const { out, code } = await command(['completion', 'models'], { XDG_CONFIG_HOME: home });
        assert.equal(code, 0);
        assert.deepEqual(out.trim().split('\n'), ['mine', 'home/qwen3-coder']);
    }));
