// `dragoman code` and `dragoman env` around a client that is a script: what it is given, what it leaves, and
// which dragoman it is sent to.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';

import { Child, Dragoman, binary, canaryKey, temporaryFolder } from './harness.mjs';
import { ask } from './http_client.mjs';
import { StrictUpstream } from './strict_upstream.mjs';
import { test } from './suite.mjs';

// Records what it was given, then does what FAKE_DO says. Signals are looked at before any other process is
// started from it.
const fakeClient = `#!/bin/sh
while read -r line; do case $line in Sig[BI]*) signals="$signals$line
"; esac; done < /proc/$$/status
printf '%s' "$signals" > "$FAKE_RECORD/signals"
umask > "$FAKE_RECORD/umask"
for one in /proc/$$/fd/*; do printf '%s %s\\n' "\${one##*/}" "$(readlink "$one")"; done > "$FAKE_RECORD/descriptors"
[ $# = 0 ] || printf '%s\\0' "$@" > "$FAKE_RECORD/arguments"
env -0 > "$FAKE_RECORD/environment"
[ "$1" != --settings ] || cp "$2" "$FAKE_RECORD/settings"
for name in TERM HUP INT USR1; do trap "echo got $name; [ $name = INT ] || exit 42" $name; done
trap 'echo went on' CONT
echo "pid $$"
idle() {
    trap 'kill $!' EXIT
    while :; do sleep 1000 < /dev/null > /dev/null 2>&1 & wait $!; kill $! 2> /dev/null; done
}
eval "$FAKE_DO"
`;

// A person's machine: folders, a client on PATH, an upstream.
class Machine {
    constructor(upstream) {
        this.upstream = upstream;
        this.folder = temporaryFolder();
        this.home = join(this.folder, 'home');
        this.work = join(this.folder, 'work');
        this.record = join(this.folder, 'record');
        this.bin = join(this.folder, 'bin');
        for (const path of [this.home, this.work, this.record, this.bin]) mkdirSync(path);
        this.write('bin/claude', fakeClient, 0o755);
        this.children = [];
    }

    write(name, content, mode = 0o600) {
        const path = join(this.folder, name);
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, content);
        chmodSync(path, mode);
        return path;
    }

    environment(extra = {}) {
        return {
            PATH: `${this.bin}:${process.env.PATH}`,
            HOME: this.home,
            XDG_CONFIG_HOME: join(this.home, 'config'),
            XDG_STATE_HOME: join(this.home, 'state'),
            XDG_CACHE_HOME: join(this.home, 'cache'),
            OPENROUTER_API_KEY: canaryKey,
            OPENROUTER_BASE_URL: this.upstream.baseUrl,
            BIG_MODEL_NAME: 'openai/gpt-oss-120b',
            SMALL_MODEL_NAME: 'openai/gpt-5.5-mini',
            FAKE_RECORD: this.record,
            FAKE_DO: 'exit 0',
            ...extra,
        };
    }

    start(args, { env = {}, input, file = binary } = {}) {
        const child = new Child(file, args, { env: this.environment(env), cwd: this.work, input });
        this.children.push(child);
        return child;
    }

    async run(args, options) {
        const child = this.start(args, options);
        const status = await child.exit;
        return { ...status, out: child.out, err: child.err };
    }

    async serve(env = {}, args = []) {
        const dragoman = await Dragoman.start(
            { ...this.environment(), OPENROUTER_API_KEY: canaryKey, ...env },
            { folder: this.folder, args },
        );
        this.children.push(dragoman.child);
        return dragoman;
    }

    recorded(name) {
        return readFileSync(join(this.record, name), 'utf8');
    }

    get arguments() {
        return existsSync(join(this.record, 'arguments')) ? this.recorded('arguments').split('\0').slice(0, -1) : [];
    }

    get given() {
        return Object.fromEntries(
            this.recorded('environment')
                .split('\0')
                .filter(Boolean)
                .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
        );
    }

    get wasStarted() {
        return existsSync(join(this.record, 'environment'));
    }

    mode(name) {
        return (statSync(join(this.folder, name)).mode & 0o777).toString(8);
    }

    async end() {
        for (const child of this.children) child.signal('SIGTERM');
        for (const child of this.children) await child.exit;
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

const machineTest = (name, body) =>
    test(name, async () => {
        const upstream = await StrictUpstream.start({ key: canaryKey });
        const machine = new Machine(upstream);
        try {
            await body(machine, upstream);
        } catch (error) {
            for (const child of machine.children)
                error.message += `\n--- a child ---\n${child.out.slice(-2000)}\n${child.err.slice(-2000)}`;
            throw error;
        } finally {
            await machine.end();
            await upstream.stop();
        }
    });

machineTest('the client gets its arguments, the models, their windows, and a token of its own', async (machine) => {
    const child = machine.start(['code', 'openai/gpt-5.5', '-p', 'two words', '', '--model', 'openai/gpt-5.5'], {
        env: { FAKE_DO: 'idle', CLAUDECODE: '1', NO_PROXY: 'corp.lan', CLAUDE_CODE_USE_BEDROCK: '1' },
    });
    await child.says(/pid (\d+)/);
    assert.deepEqual(machine.arguments, ['-p', 'two words', '', '--model', 'openai/gpt-5.5']);
    const given = machine.given;
    assert.match(given.ANTHROPIC_BASE_URL, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.ok(given.ANTHROPIC_AUTH_TOKEN.length >= 32);
    assert.equal(given.ANTHROPIC_API_KEY, '');
    assert.equal(given.ANTHROPIC_MODEL, 'openai/gpt-5.5');
    for (const family of ['OPUS', 'SONNET', 'FABLE'])
        assert.equal(given[`ANTHROPIC_DEFAULT_${family}_MODEL`], 'openai/gpt-5.5');
    assert.equal(given.ANTHROPIC_DEFAULT_HAIKU_MODEL, 'openai/gpt-5.5-mini');
    assert.equal(given.CLAUDE_CODE_MAX_CONTEXT_TOKENS, '400000');
    assert.equal(given.NO_PROXY, 'corp.lan,127.0.0.1,localhost,::1');
    for (const name of ['CLAUDECODE', 'CLAUDE_CODE_USE_BEDROCK', 'OPENROUTER_API_KEY'])
        assert.equal(given[name], undefined, name);
    assert.equal(machine.recorded('environment').includes(canaryKey), false);

    const url = given.ANTHROPIC_BASE_URL;
    assert.equal((await ask(url, '/v1/models')).status, 401);
    const listed = await ask(url, '/v1/models?limit=1000', {
        headers: { authorization: `Bearer ${given.ANTHROPIC_AUTH_TOKEN}`, 'user-agent': 'claude-code/2.1.329' },
    });
    assert.equal(listed.status, 200);
    assert.deepEqual(
        listed.json.data.map((model) => model.id),
        ['anthropic-via/openai/gpt-oss-120b', 'anthropic-via/openai/gpt-5.5-mini'],
    );
    child.signal('SIGTERM');
    assert.deepEqual(await child.exit, { code: 42, signal: null });
    await assert.rejects(ask(url, '/health'), 'nothing listens any more');
});

machineTest('its exit code and its streams are its own', async (machine) => {
    const ended = await machine.run(['code'], { input: 'from stdin', env: { FAKE_DO: 'cat; echo oops >&2; exit 7' } });
    assert.equal(ended.code, 7);
    assert.match(ended.out, /^pid \d+\nfrom stdin$/);
    assert.equal(ended.err, 'oops\n');
    assert.equal(machine.given.ANTHROPIC_MODEL, 'openai/gpt-oss-120b');
    assert.equal(machine.given.CLAUDE_CODE_MAX_CONTEXT_TOKENS, '131072');
});

machineTest('a client that dies by a signal takes dragoman along in the same way', async (machine) => {
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSEGV']) {
        const name = signal.slice(3);
        const ended = await machine.run(['code'], { env: { FAKE_DO: `trap - ${name}; kill -${name} $$; idle` } });
        assert.deepEqual([ended.code, ended.signal], [null, signal]);
    }
});

machineTest('signals to end reach the client, those of the terminal are the terminal’s to send', async (machine) => {
    for (const [signal, said] of [['SIGTERM', 'TERM'], ['SIGHUP', 'HUP'], ['SIGUSR1', 'USR1']]) {
        const child = machine.start(['code'], { env: { FAKE_DO: 'idle' } });
        await child.says(/pid/);
        child.signal('SIGINT');
        child.signal('SIGQUIT');
        child.signal('SIGTSTP');
        child.signal(signal);
        assert.deepEqual(await child.exit, { code: 42, signal: null });
        assert.ok(child.out.includes(`got ${said}`));
        assert.equal(child.out.includes('got INT'), false, 'only the terminal sends that');
    }
});

machineTest('dragoman stops when the client stops, and both go on together', async (machine) => {
    const watcher = `
import os, signal, subprocess, sys
started = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
client = int(started.stdout.readline().split()[1])
os.kill(client, signal.SIGSTOP)
_, status = os.waitpid(started.pid, os.WUNTRACED)
print('stopped', os.WIFSTOPPED(status))
os.kill(started.pid, signal.SIGCONT)
print(started.stdout.readline().strip())
os.kill(started.pid, signal.SIGTERM)
_, status = os.waitpid(started.pid, 0)
print('ended', os.waitstatus_to_exitcode(status))
`;
    const seen = await machine.run(['-c', watcher, binary, 'code'], { file: 'python3', env: { FAKE_DO: 'idle' } });
    assert.equal(seen.out, 'stopped True\nwent on\nended 42\n', seen.err);
});

machineTest('the client inherits what the shell gave, and nothing of dragoman’s', async (machine) => {
    const file = machine.write('some file', 'content');
    const recorded = async (command) => {
        const script = `umask 027; trap '' USR2 PIPE; exec 3< "$0" 9>> "$0.9"; exec ${command}`;
        const ended = await machine.run(['-c', script, file], { file: 'sh', input: '', env: { FAKE_DO: 'cat <&3' } });
        assert.equal(ended.code, 0, ended.err);
        assert.match(ended.out, /content$/);
        const descriptors = machine.recorded('descriptors').replaceAll(/(pipe|socket):\[\d+\]/g, '$1');
        return { descriptors, signals: machine.recorded('signals'), umask: machine.recorded('umask') };
    };
    const direct = await recorded(join(machine.bin, 'claude'));
    assert.match(direct.descriptors, /^3 .*some file$/m);
    assert.deepEqual(await recorded(`${binary} code`), direct);
    const dragoman = await machine.serve();
    assert.deepEqual(await recorded(`${binary} code`), direct, 'on a running one as well');
    assert.equal(machine.given.ANTHROPIC_BASE_URL, dragoman.url);
});

machineTest('the log and every folder are for this user alone, and word of it goes with it', async (machine) => {
    const child = machine.start(['code', '--isolated'], { env: { FAKE_DO: 'idle' } });
    await child.says(/pid/);
    const runtime = join(machine.home, 'state/dragoman/run');
    const [instance] = readdirSync(runtime);
    assert.equal(JSON.parse(readFileSync(join(runtime, instance))).kind, 'code');
    assert.equal(machine.mode(`home/state/dragoman/run/${instance}`), '600');
    child.signal('SIGTERM');
    await child.exit;
    assert.deepEqual(readdirSync(runtime), []);
    assert.equal(machine.mode('home/state/dragoman/code.log'), '600');
    assert.equal(machine.mode('home/state/dragoman'), '700');
    assert.equal(machine.mode('home/state/dragoman/claude'), '700');
    assert.equal(machine.given.CLAUDE_CONFIG_DIR, join(machine.home, 'state/dragoman/claude'));
    assert.equal(JSON.parse(readFileSync(join(machine.given.CLAUDE_CONFIG_DIR, '.claude.json'))).hasCompletedOnboarding, true);
    assert.equal(child.err, '');
    assert.equal(readFileSync(join(machine.home, 'state/dragoman/code.log'), 'utf8').includes(canaryKey), false);
});

machineTest('what the configuration says about listening is for serve', async (machine) => {
    machine.write('home/config/dragoman/config.toml', '[server]\nlisten = "0.0.0.0:1"\nclient_tokens = ["0123456789abcdef"]\n');
    const child = machine.start(['code'], { env: { FAKE_DO: 'idle' } });
    await child.says(/pid/);
    assert.match(machine.given.ANTHROPIC_BASE_URL, /^http:\/\/127\.0\.0\.1:/);
    const answer = await ask(machine.given.ANTHROPIC_BASE_URL, '/v1/models', { headers: { 'x-api-key': '0123456789abcdef' } });
    assert.equal(answer.status, 401);
});

machineTest('a running serve is used, and then the client takes dragoman’s place', async (machine) => {
    const dragoman = await machine.serve({ BIG_MODEL_NAME: 'qwen/qwen3-coder', DRAGOMAN_CLIENT_TOKEN: 'only-for-friends-0123' });
    const child = machine.start(['code'], { env: { OPENROUTER_API_KEY: '', FAKE_DO: 'exit 3' } });
    assert.deepEqual(await child.exit, { code: 3, signal: null });
    assert.equal(Number(/pid (\d+)/.exec(child.out)[1]), child.process.pid);
    assert.equal(machine.given.ANTHROPIC_BASE_URL, dragoman.url);
    assert.equal(machine.given.ANTHROPIC_MODEL, 'qwen/qwen3-coder', 'of the one that runs, not of this shell');
    const headers = { authorization: `Bearer ${machine.given.ANTHROPIC_AUTH_TOKEN}` };
    assert.equal((await ask(dragoman.url, '/v1/models', { headers })).status, 200);
    const own = await machine.run(['code', '--own']);
    assert.equal(own.code, 0);
    assert.notEqual(machine.given.ANTHROPIC_BASE_URL, dragoman.url);
    const config = machine.write('other.toml', '[models]\nbig = "moonshotai/kimi-k2-thinking"\n');
    await machine.run(['code', '--config', config], { env: { BIG_MODEL_NAME: '' } });
    assert.notEqual(machine.given.ANTHROPIC_BASE_URL, dragoman.url);
    assert.equal(machine.given.ANTHROPIC_MODEL, 'moonshotai/kimi-k2-thinking');
});

machineTest('a demonstration, a degraded one and an impostor are not used', async (machine) => {
    const asked = [];
    const impostor = http.createServer((request, response) => {
        asked.push(JSON.stringify(request.headers));
        response.end('{"message":"hello","service":"dragoman","status":"healthy","proof":"00"}');
    });
    await new Promise((done) => impostor.listen(0, '127.0.0.1', done));
    const token = 'a-token-that-nobody-may-see-0123456789';
    try {
        const url = `http://127.0.0.1:${impostor.address().port}`;
        mkdirSync(join(machine.home, 'state/dragoman/run'), { recursive: true, mode: 0o700 });
        machine.write(
            `home/state/dragoman/run/${process.pid}.json`,
            JSON.stringify({ pid: process.pid, kind: 'serve', url, token, started: 4000000000, version: '1', demonstration: false, config: '' }),
        );
        const demonstration = await machine.serve({}, ['--demo']);
        const degraded = await machine.serve({ OPENROUTER_API_KEY: '' });
        const ended = await machine.run(['code']);
        assert.equal(ended.code, 0, ended.err);
        assert.equal([url, demonstration.url, degraded.url].includes(machine.given.ANTHROPIC_BASE_URL), false);
        const env = await machine.run(['env', '--shell', 'sh']);
        assert.ok(env.out.includes(`ANTHROPIC_BASE_URL='${degraded.url}'`), 'where it is, key or not');
        assert.ok(asked.length > 0, 'it was asked for a proof');
        assert.equal(asked.join().includes(token), false);
    } finally {
        impostor.close();
    }
});

machineTest('the demonstration needs no key, and does not let one through', async (machine) => {
    const ended = await machine.run(['code', '--demo'], { env: { OPENROUTER_BASE_URL: '' } });
    assert.equal(ended.code, 0, ended.err);
    assert.equal(machine.given.OPENROUTER_API_KEY, undefined);
    assert.equal((await machine.run(['code', '--demo'], { env: { OPENROUTER_API_KEY: '' } })).code, 0);
});

machineTest('what cannot work is said before the client starts', async (machine) => {
    const without = { OPENROUTER_API_KEY: '' };
    const noKey = await machine.run(['code'], { env: without });
    assert.equal(noKey.code, 2);
    assert.match(noKey.err, /OPENROUTER_API_KEY[^]*dragoman init[^]*dragoman code --demo/);
    assert.equal(noKey.err.includes('.env'), false);
    machine.write('work/.env', `OPENROUTER_API_KEY=${canaryKey}\n`);
    const inDotenv = await machine.run(['code'], { env: without });
    assert.equal(inDotenv.code, 2);
    assert.match(inDotenv.err, /\.env of this folder[^]*never/);
    assert.equal(inDotenv.err.includes(canaryKey), false);

    const unknown = await machine.run(['code', 'gpt-5.6', '-p', 'x']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /gpt-5\.6[^]*openai\/gpt-5\.5/);
    assert.equal((await machine.run(['code', '--config', '/nowhere.toml'])).code, 2);
    assert.equal(machine.wasStarted, false);

    rmSync(join(machine.bin, 'claude'));
    const path = process.env.PATH.split(':').filter((folder) => !existsSync(join(folder, 'claude'))).join(':');
    const missing = await machine.run(['code'], { env: { PATH: path } });
    assert.equal(missing.code, 127);
    assert.match(missing.err, /install\.sh[^]*npm install -g @anthropic-ai\/claude-code/);
    machine.write('bin/claude', '#!/bin/sh\nexec dragoman code "$@"\n', 0o755);
    machine.write('home/.local/bin/claude', fakeClient, 0o755);
    assert.equal((await machine.run(['code'], { env: { PATH: path } })).code, 0);
    machine.write('home/.local/bin/claude', '#!/no/such/interpreter\n', 0o755);
    const broken = await machine.run(['code'], { env: { PATH: path } });
    assert.equal(broken.code, 127);
    assert.match(broken.err, /cannot start .*claude/);
});

machineTest('an id that the list does not have is a warning', async (machine) => {
    const ended = await machine.run(['code', 'openai/gpt-5.6']);
    assert.equal(ended.code, 0);
    assert.match(ended.err, /openai\/gpt-5\.6 is not in the upstream's list of models; did you mean openai\/gpt-5\.5/);
    assert.equal(machine.given.ANTHROPIC_MODEL, 'openai/gpt-5.6');
    assert.equal(machine.given.CLAUDE_CODE_MAX_CONTEXT_TOKENS, undefined);
});

machineTest('short names of the configuration count, here and on the server', async (machine, upstream) => {
    machine.write('home/config/dragoman/config.toml', '[models]\nfavourites = ["qwen/qwen3-coder"]\n[models.names]\nkimi = "moonshotai/kimi-k2-thinking"\n');
    const child = machine.start(['code', 'kimi'], { env: { FAKE_DO: 'idle' } });
    await child.says(/pid/);
    const given = machine.given;
    assert.equal(given.ANTHROPIC_MODEL, 'moonshotai/kimi-k2-thinking');
    const headers = { 'x-api-key': given.ANTHROPIC_AUTH_TOKEN, 'user-agent': 'claude-code/2.1.197' };
    const listed = await ask(given.ANTHROPIC_BASE_URL, '/v1/models', { headers });
    assert.deepEqual(listed.json.data.map((model) => model.id).slice(2), ['anthropic-via/moonshotai/kimi-k2-thinking', 'anthropic-via/qwen/qwen3-coder']);
    upstream.script({ text: 'Hello.' });
    const answer = await fetch(`${given.ANTHROPIC_BASE_URL}/v1/messages`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'kimi', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    assert.equal(answer.status, 200);
    assert.equal(upstream.chats[0].body.model, 'moonshotai/kimi-k2-thinking');
});

machineTest('settings that lead elsewhere are overridden by an argument, said, and gone afterwards', async (machine) => {
    const user = machine.write('home/.claude/settings.json', '{"env":{\n"ANTHROPIC_BASE_URL":"http://elsewhere","SECRET":"x"},\n"apiKeyHelper":"cat key"}');
    const ended = await machine.run(['code', '--', '-p', 'hi', '--settings', '{"permissions":{"deny":["Bash"]}}']);
    assert.equal(ended.code, 0, ended.err);
    assert.ok(ended.err.includes(`${user}:2 sets ANTHROPIC_BASE_URL`), ended.err);
    assert.ok(ended.err.includes(`${user}:3 sets apiKeyHelper`), ended.err);
    assert.equal(ended.err.includes('elsewhere'), false);
    const [flag, path, ...rest] = machine.arguments;
    assert.equal(flag, '--settings');
    assert.deepEqual(rest, ['-p', 'hi']);
    assert.deepEqual(JSON.parse(machine.recorded('settings')), {
        permissions: { deny: ['Bash'] },
        env: { ANTHROPIC_BASE_URL: machine.given.ANTHROPIC_BASE_URL },
        apiKeyHelper: '',
    });
    assert.equal(existsSync(path), false);
});

machineTest('a list of models that never comes does not hold the client up', async (machine) => {
    const waiting = [];
    const hanging = http.createServer((request, response) => waiting.push(response));
    await new Promise((done) => hanging.listen(0, '127.0.0.1', done));
    try {
        const began = Date.now();
        const ended = await machine.run(['code'], { env: { OPENROUTER_BASE_URL: `http://127.0.0.1:${hanging.address().port}/api/v1` } });
        assert.equal(ended.code, 0);
        assert.ok(Date.now() - began < 8000, 'the wait is two seconds');
        assert.ok(waiting.length > 0);
        assert.match(ended.err, /the window of openai\/gpt-oss-120b is not known/);
        assert.equal(machine.given.CLAUDE_CODE_MAX_CONTEXT_TOKENS, undefined);
        assert.equal(machine.given.ANTHROPIC_DEFAULT_OPUS_MODEL_NAME, 'GPT OSS 120B (OpenRouter)');
    } finally {
        waiting.forEach((response) => response.destroy());
        hanging.close();
    }
});

machineTest('env prints what a shell can evaluate, of the one that runs or of what would', async (machine) => {
    const before = await machine.run(['env', '--shell', 'sh']);
    assert.equal(before.code, 0);
    assert.match(before.err, /dragoman serve.*http:\/\/127\.0\.0\.1:8080/);
    assert.match(before.out, /^export ANTHROPIC_BASE_URL='http:\/\/127\.0\.0\.1:8080'$/m);
    assert.equal(before.out.includes(canaryKey), false);
    assert.equal(/unset OPENROUTER_API_KEY/.test(before.out), false, 'dragoman serve still needs it');

    const dragoman = await machine.serve({ DRAGOMAN_CLIENT_TOKEN: 'only-for-friends-0123' });
    const script = 'eval "$("$0" env qwen/qwen3-coder)" && printf "%s %s %s %s" "$ANTHROPIC_BASE_URL" "$ANTHROPIC_AUTH_TOKEN" "$ANTHROPIC_MODEL" "${CLAUDECODE-gone}"';
    const shell = await machine.run(['-c', script, binary], { file: 'sh', env: { CLAUDECODE: '1', SHELL: '/bin/bash' } });
    const [url, token, model, mark] = shell.out.split(' ');
    assert.deepEqual([url, model, mark], [dragoman.url, 'qwen/qwen3-coder', 'gone'], shell.err);
    assert.equal((await ask(url, '/v1/models', { headers: { authorization: `Bearer ${token}` } })).status, 200);
    assert.equal(before.out.match(/AUTH_TOKEN='(.*)'/)[1], token, 'the one that was printed beforehand is taken');

    const fish = await machine.run(['code', '--print-env', '--shell', 'fish', 'qwen/qwen3-coder']);
    assert.match(fish.out, /^set -gx ANTHROPIC_MODEL 'qwen\/qwen3-coder';$/m);
    assert.match((await machine.run(['env'], { env: { SHELL: '/usr/bin/fish' } })).out, /^set -gx /m);
    assert.match((await machine.run(['env', '--shell', 'powershell'])).out, /^\$env:ANTHROPIC_MODEL = '/m);
    assert.match((await machine.run(['env', '--shell', 'cmd'])).out, /^set "ANTHROPIC_MODEL=/m);
    assert.equal((await machine.run(['env', 'gpt-5.6'])).code, 2);
    assert.equal((await machine.run(['code', '--print-env', '--demo'])).code, 2);
    assert.equal(machine.wasStarted, false);
});

// --- Names of routes and upstreams.

const withSpare = (body) => async (machine, upstream) => {
    const spare = await StrictUpstream.start({ key: canaryKey });
    spare.script({ text: 'the spare' });
    upstream.script({ text: 'the first' });
    const tables = [
        `[upstreams.openrouter]\nbase_url = "${upstream.baseUrl}"\nkey = "${canaryKey}"\n`,
        `[upstreams.spare]\npreset = "openrouter"\nbase_url = "${spare.baseUrl}"\nkey = "${canaryKey}"\n`,
    ];
    const routes = '[[routes]]\nname = "quick"\nwhen = { model = "nobody-asks" }\ntargets = ["spare/openai/gpt-5.5", "spare"]\n';
    try {
        await body(machine, { spare, upstream, configure: (text = '') => machine.write('home/config/dragoman/config.toml', `${tables.join('')}${text}`), routes });
    } finally {
        await spare.stop();
    }
};

// What the client is told to ask for, and who answers when it does.
async function codeWith(machine, ...args) {
    const env = { FAKE_DO: 'idle', OPENROUTER_BASE_URL: '' }; // which would count for both
    const child = machine.start(['code', ...args], { env });
    await child.says(/pid (\d+)/);
    const { ANTHROPIC_MODEL: model, ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: token, CLAUDE_CODE_MAX_CONTEXT_TOKENS: window } = machine.given;
    const answer = await ask(url, '/v1/messages', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: { model, max_tokens: 1000, messages: [{ role: 'user', content: 'Hello' }] },
    });
    assert.equal(answer.status, 200, answer.text);
    child.signal('SIGTERM');
    await child.exit;
    return { model, window, text: answer.json.content[0].text, by: answer.headers['x-dragoman-model'] };
}

for (const [kind, withRoutes] of [['without routes', false], ['with routes', true]])
    machineTest(
        `code upstream/model, and code upstream, ${kind}`,
        withSpare(async (machine, { configure, routes }) => {
            configure(withRoutes ? routes : '');
            const target = await codeWith(machine, 'spare/openai/gpt-5.5');
            assert.deepEqual([target.model, target.text, target.by], ['spare/openai/gpt-5.5', 'the spare', 'openai/gpt-5.5']);
            assert.equal(target.window, '400000', 'the window of that model');
            const alone = await codeWith(machine, 'spare');
            assert.deepEqual([alone.text, alone.by], ['the spare', 'openai/gpt-oss-120b'], 'its own big model');
            assert.equal(alone.window, '131072');
            const own = await codeWith(machine, 'openai/gpt-5.5');
            assert.deepEqual([own.text, own.by], ['the first', 'openai/gpt-5.5'], "a vendor's name is no upstream");
        }),
    );

machineTest(
    'code with the name of a route: the route gives the targets, also when the first of them fails',
    withSpare(async (machine, { configure, routes, spare }) => {
        configure(routes);
        const quick = await codeWith(machine, 'quick');
        assert.deepEqual([quick.model, quick.text, quick.by], ['quick', 'the spare', 'openai/gpt-5.5']);
        assert.equal(quick.window, '400000', 'of the first target');
        const down = { status: 503, body: { error: { code: 503, message: 'down' } }, headers: {} };
        spare.answer = (request) => (request.body.model === 'openai/gpt-5.5' ? down : { text: 'the second target' });
        const second = await codeWith(machine, 'quick');
        assert.deepEqual([second.text, second.by], ['the second target', 'openai/gpt-oss-120b']);
        assert.equal((await codeWith(machine)).text, 'the first', 'nobody else goes there');
    }),
);

machineTest(
    'code with a name that is nothing says what is nearest, and starts no client',
    withSpare(async (machine, { configure, routes }) => {
        configure(routes);
        const ended = await machine.run(['code', 'quik']);
        assert.equal(ended.code, 2, ended.err);
        assert.match(ended.err, /quik is not known here; did you mean quick/);
        assert.equal(machine.wasStarted, false);
    }),
);
