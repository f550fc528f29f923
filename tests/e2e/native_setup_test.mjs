// The commands that set dragoman up and look after it, driven as a person would: `models`, `init`, `doctor`.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { Child, binary, canaryKey, here, temporaryFolder } from './harness.mjs';
import { StrictUpstream } from './strict_upstream.mjs';
import { test } from './suite.mjs';

const otherKey = canaryKey.replace('c0de', 'beef');

// A person with a home of their own, in front of an upstream that plays OpenRouter.
class Person {
    constructor(upstream) {
        this.baseUrl = upstream.baseUrl;
        this.folder = temporaryFolder();
        this.home = join(this.folder, 'home');
        mkdirSync(this.home);
        this.shown = '';
    }

    get env() {
        return { HOME: this.home, OPENROUTER_BASE_URL: this.baseUrl };
    }

    get config() {
        return join(this.home, '.config/dragoman/config.toml');
    }

    async run(args, env = {}, input = undefined) {
        const child = new Child(binary, args, { env: { ...this.env, ...env }, cwd: this.folder, input });
        const { code } = await child.exit;
        this.shown += child.out + child.err;
        return { code, out: child.out, err: child.err, all: child.out + child.err };
    }

    terminal(args, { env = {}, columns = 100 } = {}) {
        return new Child(
            'python3',
            [join(here, 'in_terminal.py'), String(columns), '40', binary, ...args],
            { env: { ...this.env, TERM: 'xterm', ...env }, cwd: this.folder, input: 'pipe' },
        );
    }

    end() {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

const person = (name, body) =>
    test(name, async () => {
        const upstream = await StrictUpstream.start({ key: canaryKey });
        const someone = new Person(upstream);
        try {
            await body(someone, upstream);
            assert.ok(!someone.shown.includes('canary'), 'a key was shown');
        } finally {
            someone.end();
            await upstream.stop();
        }
    });

person('models: every word must match, and the table says what a model costs', async (me, upstream) => {
    const all = await me.run(['models']);
    assert.equal(all.code, 0, all.err);
    const lines = all.out.trimEnd().split('\n');
    assert.equal(lines.length, upstream.catalogue.length + 1);
    assert.match(lines[0], /^model +used as +window +in \$\/M +out \$\/M +tools +reads +name$/);
    const big = lines.find((line) => line.startsWith('openai/gpt-oss-120b'));
    assert.match(big, /big,middle,small +131k +\$0\.20 +\$0\.60 +yes +text +openai: gpt-oss-120b$/);
    assert.ok(!all.out.includes('\u001b'), 'no colours without a terminal');
    const found = await me.run(['models', 'GPT', 'Mini']);
    assert.match(found.out, /^openai\/gpt-5\.5-mini .* text image file/m);
    assert.equal(found.out.trimEnd().split('\n').length, 2);
    assert.equal(upstream.received.filter((r) => r.kind === 'models').length, 1, 'the second is from disk');
});

person('models: wishes and orders', async (me, upstream) => {
    const at = (n) => upstream.catalogue[n];
    upstream.catalogue = [
        { ...at(0), id: 'a/free', pricing: { prompt: '0', completion: '0' }, context_length: 8192 },
        { ...at(0), id: 'b/dear', pricing: { prompt: '0.000015', completion: '0.000075' } },
        { ...at(0), id: 'c/toolless', supported_parameters: ['temperature'], expiration_date: '2027-01-31' },
        { ...at(0), id: 'd/router', pricing: { prompt: '-1', completion: '-1' }, context_length: 2000000 },
    ];
    const ids = async (...args) => {
        const { out, code, err } = await me.run(['models', '--json', ...args]);
        assert.equal(code, 0, err);
        return JSON.parse(out).map((model) => model.id);
    };
    assert.deepEqual(await ids(), ['a/free', 'b/dear', 'c/toolless', 'd/router']);
    assert.deepEqual(await ids('--free'), ['a/free']);
    assert.deepEqual(await ids('--tools'), ['a/free', 'b/dear', 'd/router']);
    assert.deepEqual(await ids('--context', '1M'), ['d/router']);
    assert.deepEqual(await ids('--sort', 'price'), ['a/free', 'c/toolless', 'b/dear', 'd/router']);
    assert.deepEqual(await ids('--sort', 'context'), ['d/router', 'b/dear', 'c/toolless', 'a/free']);
    const [dear] = JSON.parse((await me.run(['models', 'dear', '--json'])).out);
    assert.equal(dear.input_per_million, 15);
    assert.equal(dear.output_per_million, 75);
    assert.equal(dear.context_length, 131072);
    assert.equal(dear.tools, true);
    assert.equal(dear.free, false);
    assert.deepEqual(dear.reads, ['text']);
    const [toolless] = JSON.parse((await me.run(['models', 'toolless', '--json'])).out);
    assert.equal(toolless.expires, '2027-01-31');
    assert.equal(toolless.tools, false);
    const [router] = JSON.parse((await me.run(['models', 'router', '--json'])).out);
    assert.equal(router.input_per_million, null);
    const none = await me.run(['models', 'dear', '--free']);
    assert.equal(none.code, 1);
    assert.match(none.err, /no model named dear is like that; 1 would match without --free/);
});

person('models: nothing matches, and the nearest are named', async (me) => {
    const none = await me.run(['models', 'gpt-os-120b']);
    assert.equal(none.code, 1);
    assert.equal(none.out, '');
    assert.match(none.err, /no model matches gpt-os-120b; the nearest are openai\/gpt-oss-120b/);
    const json = await me.run(['models', 'zzzzzzzzzz', '--json']);
    assert.equal(json.code, 1);
    assert.deepEqual(JSON.parse(json.out), []);
});

person('models: offline, with an old list, with none, and with a broken one', async (me, upstream) => {
    const cache = join(me.home, '.cache/dragoman/models.json');
    await me.run(['models']);
    const [head, body] = readFileSync(cache, 'utf8').split('\n');
    const aged = JSON.parse(head);
    aged.fetched_at -= 3 * 86400;
    writeFileSync(cache, `${JSON.stringify(aged)}\n${body}`);
    await upstream.stop();
    const old = await me.run(['models', 'kimi']);
    assert.equal(old.code, 0, old.err);
    assert.match(old.out, /^moonshotai\/kimi-k2-thinking/m);
    assert.match(old.err, /this list is 3 days old: no newer one could be had/);
    const other = await me.run(['models'], { OPENROUTER_BASE_URL: `${me.baseUrl}/other` });
    assert.equal(other.code, 1, 'the list of another upstream does not count');
    assert.match(other.err, /could not be had from http:\/\/127\.0\.0\.1:\d+\/api\/v1\/other\/models/);
    writeFileSync(cache, 'rubbish');
    assert.equal((await me.run(['models'])).code, 1);
    assert.ok(existsSync(`${cache}.broken`));
});

person('models: on a terminal the table fits its width, and colours give way to NO_COLOR', async (me) => {
    const narrow = me.terminal(['models'], { columns: 70 });
    assert.equal((await narrow.exit).code, 0, narrow.out);
    assert.ok(narrow.out.includes('\u001b[32mopenai/gpt-oss-120b'), 'the configured one is marked');
    const bare = narrow.out.replace(/\u001b\[\d*m/g, '');
    const rows = bare.split(/\r?\n/).filter((line) => line.includes('/'));
    for (const row of rows) assert.ok(row.length <= 70, row);
    assert.match(bare, /9 of 9 models/);
    const grey = me.terminal(['models'], { columns: 200, env: { NO_COLOR: '1' } });
    await grey.exit;
    assert.ok(!grey.out.includes('\u001b'));
    assert.match(grey.out, /openai: gpt-oss-120b/);
});

person('models: a list without prices has no columns for them', async (me, upstream) => {
    upstream.catalogue = [{ id: 'local-one', object: 'model', max_model_len: 32768 }, { id: 'local-two' }];
    const { out, code } = await me.run(['models']);
    assert.equal(code, 0);
    assert.match(out, /^model +window +tools +reads\nlocal-one +32k +\? +text\nlocal-two +\? +text\n$/);
});

const wrongKey = 'sk-or-v1-canarywrong00000000000000000000000000000000000000000000000000bad';
const mode = (path) => (statSync(path).mode & 0o777).toString(8);
const read = (path) => readFileSync(path, 'utf8');

// Types each line once the question before it is there; resolves with all that was shown, and the exit code.
async function dialogue(me, terminal, steps) {
    let from = 0;
    let waitingFor = 'its end';
    const limit = setTimeout(() => terminal.signal('SIGKILL'), 20000);
    try {
        for (const [question, answer] of steps) {
            waitingFor = question;
            await terminal.until(() => {
                const at = terminal.out.indexOf(question, from);
                if (at < 0) return false;
                from = at + question.length;
                return true;
            });
            if (answer) terminal.process.stdin.write(answer);
        }
    } catch (error) {
        error.message = `waited for ${waitingFor}: ${error.message}`;
        throw error;
    } finally {
        await terminal.exit;
        clearTimeout(limit);
    }
    const { code } = terminal.status;
    me.shown += terminal.out + terminal.err;
    return { code, out: terminal.out.replaceAll('\r\n', '\n').replace(/\u001b\[\d*m/g, '') };
}

person('init: a key that is typed, models by number and by words', async (me, upstream) => {
    const { code, out } = await dialogue(me, me.terminal(['init']), [
        ['Key: ', `${canaryKey}\n`],
        ['Big model (a number, an id, or words to search) [openai/gpt-oss-120b]: ', 'gpt 5.5\n'],
        ['2  openai/gpt-5.5-mini', '1\n'],
        ['Small model (a number', 'openai/gpt-5.5-mini\n'],
    ]);
    assert.equal(code, 0, out);
    assert.match(out, /accepted; \$12\.50 of its limit are left/);
    assert.match(out, /1 {2}openai\/gpt-oss-120b +131k {2}\$0\.20 in, \$0\.60 out/);
    assert.match(out, /Next:\n {2}dragoman code /);
    const text = read(me.config);
    assert.match(text, /^big = "openai\/gpt-5\.5" /m);
    assert.match(text, /^small = "openai\/gpt-5\.5-mini" /m);
    const keyFile = join(me.home, '.config/dragoman/openrouter.key');
    assert.ok(text.includes(`key_file = "${keyFile}"`));
    assert.equal(read(keyFile), `${canaryKey}\n`);
    assert.equal(mode(keyFile), '600');
    assert.equal(mode(me.config), '600');
    assert.ok(!text.includes('canary'));
    const checked = await me.run(['check-config']);
    assert.equal(checked.code, 0, checked.err);
    assert.match(checked.out, /big model +openai\/gpt-5\.5\n/);
    assert.match(checked.out, /key +sha256:\w+ from .*openrouter\.key/);
    upstream.assertClean();
});

person('init: wrong keys, three of them', async (me, upstream) => {
    upstream.wrongKeyExpected = true;
    const { code, out } = await dialogue(me, me.terminal(['init']), [
        ['Key: ', `${wrongKey}\n`],
        ['openrouter refuses this key (401)', ''],
        ['Key: ', 'two words\n'],
        ['that is no key: a key is one word', ''],
        ['Key: ', '\n'],
        ['nothing was typed', ''],
    ]);
    assert.equal(code, 1, out);
    assert.match(out, /3 attempts were enough/);
    assert.match(out, /Nothing was changed\./);
    assert.ok(!existsSync(me.config));
    assert.equal(upstream.received.length, 1, 'what can be no key is not sent');
});

person('init: the second key is the right one, and Enter takes what is proposed', async (me, upstream) => {
    upstream.wrongKeyExpected = true;
    const { code, out } = await dialogue(me, me.terminal(['init']), [
        ['Key: ', `${wrongKey}\n`],
        ['Key: ', `${canaryKey}\n`],
        ['Big model (', '\n'],
        ['Small model (', '\n'],
    ]);
    assert.equal(code, 0, out);
    assert.match(read(me.config), /^big = "openai\/gpt-oss-120b"/m);
});

person('init: Ctrl-C at the hidden question leaves the terminal as it was', async (me) => {
    const script = `trap : INT; "${binary}" init; echo "ended with $?"; stty -a`;
    const terminal = new Child('python3', [join(here, 'in_terminal.py'), '100', '40', 'sh', '-c', script], {
        env: { ...me.env, TERM: 'xterm' },
        cwd: me.folder,
        input: 'pipe',
    });
    const { out } = await dialogue(me, terminal, [['Key: ', 'sk-or-v1-canary-half-typed\u0003']]);
    assert.match(out, /ended with 130/);
    assert.match(out, /[^-]\becho\b/, 'echo is on again');
    assert.ok(!existsSync(me.config));
});

person('init: no network, and going on unchecked or not', async (me, upstream) => {
    await upstream.stop();
    const no = await dialogue(me, me.terminal(['init']), [
        ['Key: ', `${canaryKey}\n`],
        ['it could not be checked at http://127.0.0.1', ''],
        ['Go on with it unchecked? [y/N] ', 'n\n'],
    ]);
    assert.equal(no.code, 1);
    assert.ok(!existsSync(me.config));
    const yes = await dialogue(me, me.terminal(['init']), [
        ['Key: ', `${canaryKey}\n`],
        ['Go on with it unchecked? [y/N] ', 'y\n'],
        ['the list of models could not be had', ''],
        ['Big model (', 'z-ai/glm-4.6\n'],
        ['Small model (', '\n'],
    ]);
    assert.equal(yes.code, 0, yes.out);
    assert.match(read(me.config), /^big = "z-ai\/glm-4\.6"/m);
});

person('init: nowhere to write to', async (me) => {
    const file = join(me.folder, 'file');
    writeFileSync(file, '');
    const blocked = await me.run(['init'], { HOME: file, OPENROUTER_API_KEY: canaryKey }, 'pipe');
    assert.equal(blocked.code, 1);
    assert.match(blocked.err, /cannot make the directory .*: Not a directory; --config FILE/);
    const homeless = await me.run(['init'], { HOME: '' }, 'pipe');
    assert.equal(homeless.code, 1);
    assert.match(homeless.err, /set HOME or XDG_CONFIG_HOME, or name the file with --config/);
    const readOnly = await me.run(['init'], { HOME: '/proc' }, 'pipe');
    assert.equal(readOnly.code, 1);
    assert.match(readOnly.err, /cannot make the directory \/proc/);
});

// Standard input stays open: a program that reads it would wait for ever.
person('init: without a terminal nothing is asked, what is missing is named', async (me, upstream) => {
    const keyless = await me.run(['init'], {}, 'pipe');
    assert.equal(keyless.code, 2);
    assert.match(keyless.err, /init needs a key: --key-file FILE, or OPENROUTER_API_KEY in the environment/);
    const env = { OPENROUTER_API_KEY: canaryKey };
    const unknown = await me.run(['init', '--big', 'openai/gpt-os-120b'], env, 'pipe');
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /--big MODEL: the upstream has no model .*; the nearest are openai\/gpt-oss/);
    assert.ok(!existsSync(me.config));
    const keyFile = join(me.folder, 'my.key');
    writeFileSync(keyFile, `  ${canaryKey}\n`, { mode: 0o600 });
    const small = ['--small', 'openai/gpt-5.5-mini'];
    const good = await me.run(['init', '--key-file', keyFile, ...small], {}, 'pipe');
    assert.equal(good.code, 0, good.all);
    assert.equal(read(join(me.home, '.config/dragoman/openrouter.key')), `${canaryKey}\n`);
    const again = await me.run(['init', '--big', 'qwen/qwen3-coder'], {}, 'pipe');
    assert.equal(again.code, 2, 'an existing file is changed only with consent');
    assert.match(again.err, /is changed only with --yes/);
    assert.match(read(me.config), /^big = "openai\/gpt-oss-120b"/m);
    const before = read(me.config);
    const changed = await me.run(['init', '--big', 'qwen/qwen3-coder', '--yes'], {}, 'pipe');
    assert.equal(changed.code, 0, changed.all);
    assert.equal(read(me.config), before.replace('big = "openai/gpt-oss-120b"', 'big = "qwen/qwen3-coder"'));
    assert.equal(read(`${me.config}.bak`), before);
    const third = await me.run(['init', '--big', 'openai/gpt-5.5', '--yes'], {}, 'pipe');
    assert.match(third.out, /config\.toml\.bak-2/);
    assert.equal(mode(`${me.config}.bak-2`), '600');
    const same = await me.run(['init', '--big', 'openai/gpt-5.5', '--yes'], {}, 'pipe');
    assert.match(same.out, /says all this already/);
    assert.ok(!existsSync(`${me.config}.bak-3`));
    upstream.wrongKeyExpected = true;
    const refused = await me.run(['init', '--yes'], { OPENROUTER_API_KEY: wrongKey }, 'pipe');
    assert.equal(refused.code, 1);
    assert.match(refused.all, /openrouter refuses this key \(401\)/);
    assert.match(refused.err, /init needs a key that works/);
});

person('init: an own file keeps all else, a broken one is replaced with consent', async (me) => {
    mkdirSync(join(me.home, '.config/dragoman'), { recursive: true });
    const own = [
        '# mine',
        '[server]',
        'listen = ["127.0.0.1:9999"] # my port',
        '',
        '[models]',
        'map = [{ from = "x", to = "a/b" }]',
        '',
        '[upstreams.openrouter]',
        `key = "${canaryKey}" # to be moved`,
        'idle = "30s"',
    ].join('\n');
    writeFileSync(me.config, own, { mode: 0o600 });
    const moved = await me.run(['init', '--yes', '--big', 'openai/gpt-5.5'], {}, 'pipe');
    assert.equal(moved.code, 0, moved.all);
    const keyFile = join(me.home, '.config/dragoman/openrouter.key');
    const text = read(me.config);
    for (const kept of ['# mine', 'listen = ["127.0.0.1:9999"] # my port', 'from = "x"', 'idle = "30s"'])
        assert.ok(text.includes(kept), `${kept} is kept:\n${text}`);
    assert.ok(text.includes(`key_file = "${keyFile}"`));
    assert.ok(!text.includes('canary'), 'the key is in its own file now');
    assert.equal(read(keyFile), `${canaryKey}\n`);
    writeFileSync(me.config, '[models\nbig = 7');
    const env = { OPENROUTER_API_KEY: canaryKey };
    const broken = await dialogue(me, me.terminal(['init', '--big', 'openai/gpt-5.5'], { env }), [
        ['is not usable as it is', ''],
        ['Keep it in a file', 'y\n'],
        ['Small model', '\n'],
        ['would be replaced as a whole', ''],
        ['Change it? A copy is kept. [Y/n] ', '\n'],
    ]);
    assert.equal(broken.code, 0, broken.out);
    assert.equal(read(`${me.config}.bak-2`), '[models\nbig = 7');
    assert.match(read(me.config), /^big = "openai\/gpt-5\.5"/m);
});

person('init --statusline: the rest of Claude Code’s settings stays byte for byte', async (me) => {
    const settings = join(me.home, '.claude/settings.json');
    mkdirSync(join(me.home, '.claude'));
    const before = '{\n    "model": "opus",\n\n    "env": {"A": "1"}   }\n';
    writeFileSync(settings, before);
    const env = { OPENROUTER_API_KEY: canaryKey };
    const first = await me.run(['init', '--statusline'], env, 'pipe');
    assert.equal(first.code, 0, first.all);
    const line = `"statusLine": {"type":"command","command":"${binary} statusline"},`;
    assert.equal(read(settings), before.replace('{\n    "model"', `{\n    ${line}\n    "model"`));
    assert.equal(read(`${settings}.bak`), before);
    writeFileSync(settings, '{"statusLine": {"type":"command","command":"~/mine.sh"}, "x": [1,  2]}');
    const kept = await me.run(['init', '--statusline'], env, 'pipe');
    assert.match(kept.out, /keeps its status line \(~\/mine\.sh\); --yes replaces it/);
    assert.match(read(settings), /mine\.sh/);
    const replaced = await me.run(['init', '--statusline', '--yes'], env, 'pipe');
    assert.equal(replaced.code, 0, replaced.all);
    assert.equal(read(settings), `{${line.slice(0, -1)}, "x": [1,  2]}`);
    writeFileSync(settings, '{ // a comment\n}');
    const odd = await me.run(['init', '--statusline', '--yes'], env, 'pipe');
    assert.equal(odd.code, 1);
    assert.match(odd.err, /settings\.json was left as it is/);
    assert.equal(read(settings), '{ // a comment\n}');
});

// The files of the older proxies, as their users have them.
const environments = {
    fastapi: [
        '# claude proxy',
        `OPENAI_API_KEY="${canaryKey}"`,
        'BASE_URL=https://openrouter.ai/api/v1',
        'BIG_MODEL_NAME=openai/gpt-5.5',
        'SMALL_MODEL_NAME=openai/gpt-5.5-mini',
        'REFERRER_URL=https://desk.example',
        'APP_NAME="My desk"',
        'APP_VERSION=0.2.0',
        'HOST=127.0.0.1',
        'PORT=8000',
        'RELOAD=true',
        'LOG_LEVEL=WARNING',
        'LOG_FILE_PATH=log.jsonl',
        'OPEN_CLAUDE_CACHE=true',
    ],
    flask: [
        `export OPENROUTER_API_KEY=${canaryKey}`,
        'OPENROUTER_MODEL=qwen/qwen3-coder',
        'OPENROUTER_SITE_URL=https://site.example',
        'OPENROUTER_SITE_NAME=Site',
        'PROXY_PORT=5000',
        'PROXY_VERBOSE=true',
        'FLASK_DEBUG=1',
        'MODEL_MAP={"claude-3-5-haiku-*": "openai/gpt-5.5-mini", "gpt-4o": "openai/gpt-5.5"}',
        'HOST=0.0.0.0',
    ],
    node: [
        'PORT=13337',
        `OPENROUTER_API_KEY='${canaryKey}'`,
        'ANTHROPIC_MODEL=anthropic/claude-sonnet-4.5',
        'ANTHROPIC_SMALL_FAST_MODEL=anthropic/claude-haiku-4.5',
        'NODE_ENV=production',
        'ANTHROPIC_BASE_URL=http://127.0.0.1:13337',
        'WEBHOOK_PASSWORD=canary-of-a-password',
    ],
};

async function importing(me, kind, ...args) {
    const file = join(me.folder, `${kind}.env`);
    writeFileSync(file, `${environments[kind].join('\n')}\n`, { mode: 0o600 });
    const done = await me.run(['init', '--import', file, ...args], {}, 'pipe');
    assert.equal(done.code, 0, done.all);
    assert.equal(read(join(me.home, '.config/dragoman/openrouter.key')), `${canaryKey}\n`);
    const config = read(me.config);
    assert.ok(!config.includes('canary'));
    const sound = await me.run(['check-config']);
    assert.equal(sound.code, 0, sound.err);
    return { shown: done.out, config, sound: sound.out };
}

person('init --import: the .env of a FastAPI proxy', async (me) => {
    const { shown, config, sound } = await importing(me, 'fastapi');
    for (const line of [
        /OPENAI_API_KEY +a key file of its own/,
        /BIG_MODEL_NAME +\[models\] big/,
        /PORT +\[server\] listen/,
        /REFERRER_URL +\[upstreams\] site_url/,
        /Could not be carried over:/,
        /OPEN_CLAUDE_CACHE +prompt caching is always passed on/,
        /APP_VERSION +dragoman names its own version/,
        /RELOAD +it belonged to the other program's framework/,
    ])
        assert.match(shown, line);
    assert.match(config, /^listen = \["127\.0\.0\.1:8000"\]/m);
    assert.match(config, /^level = "warning"/m);
    assert.ok(config.includes(`file = "${join(me.folder, 'log.jsonl')}"`));
    assert.ok(!/^base_url/m.test(config), 'the usual address need not be said');
    assert.match(sound, /small model +openai\/gpt-5\.5-mini/);
    assert.match(config, /site_name = "My desk"/);
});

person('init --import: the .env of a Flask proxy with a table of models', async (me) => {
    const { shown, config, sound } = await importing(me, 'flask');
    assert.match(shown, /MODEL_MAP +\[\[models\.map\]\]/);
    assert.match(shown, /HOST +other machines could spend your key/);
    assert.match(shown, /FLASK_DEBUG +it belonged/);
    assert.match(config, /^listen = \["127\.0\.0\.1:5000", "\[::1\]:5000"\]/m);
    assert.match(config, /from = "claude-3-5-haiku-\*"\nto = "openai\/gpt-5\.5-mini"/);
    assert.match(config, /^level = "debug"/m);
    assert.match(sound, /big model +qwen\/qwen3-coder\n/);
    assert.match(sound, /small model +qwen\/qwen3-coder\n/);
});

person('init --import: the .env of a Node proxy, and the key of somebody else', async (me) => {
    const { shown, config, sound } = await importing(me, 'node');
    assert.match(config, /^listen = \["127\.0\.0\.1:13337", "\[::1\]:13337"\]/m);
    assert.match(sound, /big model +anthropic\/claude-sonnet-4\.5\n/);
    assert.match(sound, /small model +anthropic\/claude-haiku-4\.5\n/);
    assert.match(shown, /NODE_ENV +it belonged/);
    assert.match(shown, /ANTHROPIC_BASE_URL +it is a setting of Claude Code's/);
    assert.match(shown, /WEBHOOK_PASSWORD +dragoman knows no such setting/);
    const misspelled = join(me.folder, 'misspelled.env');
    const lines = ['BIG_MODEL=anthropic/claude-haiku-4-5', 'SMALL_MODEL=openai/gpt-os-120b'];
    writeFileSync(misspelled, `OPENROUTER_API_KEY=${canaryKey}\n${lines.join('\n')}\n`);
    const mended = await me.run(['init', '--import', misspelled, '--yes'], {}, 'pipe');
    assert.equal(mended.code, 0, mended.all);
    assert.match(mended.out, /small: the upstream has no model openai\/gpt-os-120b; the nearest are/);
    assert.match(read(me.config), /^big = "anthropic\/claude-haiku-4\.5"/m);
    const other = join(me.folder, 'other.env');
    writeFileSync(other, 'OPENAI_API_KEY=sk-proj-canary-of-openai\nBIG_MODEL=gpt-4o\n');
    const env = { XDG_CONFIG_HOME: join(me.folder, 'c') };
    const keyless = await me.run(['init', '--import', other], env, 'pipe');
    assert.equal(keyless.code, 2);
    assert.match(keyless.out, /OPENAI_API_KEY +it is no key of OpenRouter's/);
    assert.match(keyless.err, /init needs a key/);
    const missing = await me.run(['init', '--import', join(me.folder, 'none.env')], {}, 'pipe');
    assert.equal(missing.code, 2);
    assert.match(missing.err, /none\.env/);
});

const report = { id: 'call_1', name: 'report', input: { word: 'ready' } };

// A machine with a Claude Code of that version, and a port that is free.
function installClaude(me, version = '2.1.329 (Claude Code)') {
    const bin = join(me.folder, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'claude'), `#!/bin/sh\necho "${version}"\n`, { mode: 0o755 });
    return { PATH: `${bin}:/usr/bin:/bin`, PORT: '0' };
}

async function examine(me, env, ...args) {
    const { code, out, err } = await me.run(['doctor', '--json', ...args], env, 'pipe');
    const result = JSON.parse(out);
    const find = (check, pattern) => {
        const found = result.findings.find((one) => one.check === check && pattern.test(one.finding));
        const all = JSON.stringify(result.findings, null, 1);
        assert.ok(found, `${check} ${pattern} is not in\n${all}\n${err}`);
        return found;
    };
    return { code, result, find };
}

person('doctor: all is well, and every configured model was asked', async (me, upstream) => {
    upstream.answer = () => ({ tools: [report], usage: { cost: 0.000123 } });
    const env = { ...installClaude(me), OPENROUTER_API_KEY: canaryKey, SMALL_MODEL: 'openai/gpt-5.5-mini' };
    const { code, result, find } = await examine(me, env);
    assert.equal(code, 0, JSON.stringify(result));
    assert.equal(result.ok, true);
    assert.equal(result.failures, 0);
    find('key', /accepts it; \$12\.50 of its limit are left/);
    find('network', /takes connections/);
    find('clock', /agrees/);
    find('models', /^openai\/gpt-oss-120b \(big, middle\), window 131k, \$0\.20 in and \$0\.60 out/);
    find('client', /is 2\.1\.329 \(Claude Code\)/);
    find('client', /isn't compatible/);
    find('running', /no dragoman of yours is running/);
    for (const model of ['openai/gpt-oss-120b', 'openai/gpt-5.5-mini'])
        find('request', new RegExp(`^${model} called the tool in .*; it cost \\$0\\.\\d+`));
    assert.equal(upstream.chats.length, 2);
    for (const chat of upstream.chats) {
        assert.equal(chat.body.stream, true);
        assert.deepEqual(chat.toolNames, ['report']);
    }
    upstream.assertClean();
    const text = await me.run(['doctor', '--offline'], env, 'pipe');
    assert.equal(text.code, 0, text.all);
    assert.match(text.out, /^ok {7}key {12}from OPENROUTER_API_KEY$/m);
    assert.match(text.out, /\nEverything is fine\.\n$/);
    assert.equal(upstream.chats.length, 2, 'offline asks nobody');
});

person('doctor: a wrong key, and a model that is not there', async (me, upstream) => {
    upstream.wrongKeyExpected = true;
    const env = { ...installClaude(me), OPENROUTER_API_KEY: wrongKey, BIG_MODEL: 'openai/gpt-os-120b' };
    const { code, find, result } = await examine(me, env);
    assert.equal(code, 1);
    assert.equal(result.ok, false);
    const key = find('key', /openrouter refuses this key \(401\)/);
    assert.equal(key.level, 'failure');
    assert.match(key.remedy, /dragoman init/);
    const model = find('models', /the upstream has no openai\/gpt-os-120b/);
    assert.match(model.remedy, /openai\/gpt-oss-120b/);
    assert.equal(upstream.paid.length, 0, 'nothing is asked with a key that is refused');
    const keyless = await examine(me, installClaude(me));
    assert.equal(keyless.code, 1);
    assert.match(keyless.find('key', /there is none/).remedy, /dragoman init.*OPENROUTER_API_KEY/);
});

person('doctor: an answer that breaks off, and one without credit', async (me, upstream) => {
    const broke = { error: { code: 402, message: 'Insufficient credits' } };
    upstream.answer = () => ({ status: 402, body: broke });
    upstream.account.limit_remaining = 0;
    const env = { ...installClaude(me), OPENROUTER_API_KEY: canaryKey };
    const poor = await examine(me, env);
    assert.equal(poor.code, 1);
    assert.equal(poor.find('key', /nothing of its limit is left/).level, 'failure');
    poor.find('request', /openai\/gpt-oss-120b: 402: .*Insufficient credits/);
    upstream.account.limit_remaining = null;
    upstream.answer = () => ({ text: '' });
    const mute = await examine(me, env);
    assert.equal(mute.find('request', /openai\/gpt-oss-120b/).level, 'failure');
    upstream.answer = () => ({ text: 'ready' });
    const talking = await examine(me, env);
    assert.equal(talking.code, 0);
    talking.find('request', /answered with text/);
});

person('doctor: no network', async (me, upstream) => {
    await upstream.stop();
    const env = { ...installClaude(me), OPENROUTER_API_KEY: canaryKey };
    const { code, find } = await examine(me, env);
    assert.equal(code, 1);
    find('network', /takes no connections: Connection refused/);
    find('network', /does not answer/);
    find('models', /no list of models is on disk/);
    const nowhere = { ...env, OPENROUTER_BASE_URL: 'http://nowhere.invalid/api/v1' };
    const unknown = await examine(me, nowhere);
    unknown.find('network', /the name nowhere\.invalid cannot be resolved/);
    const proxied = await examine(me, { ...nowhere, http_proxy: 'http://me:canary@127.0.0.1:1' });
    proxied.find('proxy', /\*\*\*@127\.0\.0\.1:1/);
    proxied.find('network', /the proxy .* takes no connections/);
    assert.ok(!JSON.stringify(proxied.result).includes('canary'));
});

person('doctor: a port that is taken, by another program and by our own', async (me, upstream) => {
    const stranger = createServer();
    await new Promise((done) => stranger.listen(0, '127.0.0.1', done));
    const env = { ...installClaude(me), OPENROUTER_API_KEY: canaryKey, HOST: '127.0.0.1' };
    const port = String(stranger.address().port);
    const taken = await examine(me, { ...env, PORT: port }, '--offline');
    const owner = `:${port} is taken by another program; it is .*pid ${process.pid}`;
    const finding = taken.find('port', new RegExp(owner));
    assert.equal(finding.level, 'warning');
    assert.match(finding.remedy, /PORT/);
    await new Promise((done) => stranger.close(done));
    const dragoman = new Child(binary, ['serve'], { env: { ...me.env, ...env }, cwd: me.folder });
    try {
        const own = (await dragoman.says(/listening[^\n]*127\.0\.0\.1:(\d+)/))[1];
        const ours = await examine(me, { ...env, PORT: own }, '--offline');
        assert.equal(ours.find('port', /dragoman \(pid \d+\) serves at 127\.0\.0\.1/).level, 'ok');
        const running = `^serve \\(pid \\d+, version .*\\) at http://127\\.0\\.0\\.1:${own}$`;
        ours.find('running', new RegExp(running));
    } finally {
        await dragoman.stop('SIGTERM');
    }
    assert.equal(upstream.paid.length, 0);
});

person('doctor: settings in the way, an old Claude Code, and none', async (me) => {
    mkdirSync(join(me.home, '.claude'));
    const settings = join(me.home, '.claude/settings.json');
    const elsewhere = { ANTHROPIC_BASE_URL: 'https://x.example', ANTHROPIC_API_KEY: 'canary' };
    writeFileSync(settings, JSON.stringify({ env: elsewhere, model: 'anthropic-via/openai/gpt-5.5' }));
    writeFileSync(join(me.home, '.claude.json'), '{"oauthAccount": {"emailAddress": "canary@example.org"}}');
    const env = {
        ...installClaude(me, '2.1.100 (Claude Code)'),
        OPENROUTER_API_KEY: canaryKey,
        ANTHROPIC_AUTH_TOKEN: 'canary',
        ANTHROPIC_API_BASE_URL: 'http://127.0.0.1:8080',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        HTTPS_PROXY: 'http://127.0.0.1:1',
    };
    const { code, find, result } = await examine(me, env, '--offline');
    assert.equal(code, 0, 'warnings are no failures');
    find('client', /settings\.json sets ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL/);
    find('client', /ANTHROPIC_API_KEY and ANTHROPIC_AUTH_TOKEN are both set/);
    find('client', /ANTHROPIC_API_BASE_URL is ignored/);
    find('client', /switches off the list of models/);
    find('client', /NO_PROXY leaves this machine out/);
    find('client', /a login at claude\.ai/);
    assert.equal(find('client', /keeps a model that was picked in \/model/).level, 'note');
    assert.equal(find('client', /2\.1\.100 .*, older than 2\.1\.197/).level, 'note');
    assert.ok(!JSON.stringify(result).includes('canary'), 'values are not shown');
    const none = await examine(me, { PATH: join(me.folder, 'empty'), PORT: '0' }, '--offline');
    assert.equal(none.find('client', /Claude Code is not installed/).level, 'warning');
});

person('doctor: mistakes in the configuration', async (me) => {
    mkdirSync(join(me.home, '.config/dragoman'), { recursive: true });
    writeFileSync(me.config, '[models]\nbgi = "x"\n[log]\nlevel = "loud"\n', { mode: 0o600 });
    const { code, find, result } = await examine(me, installClaude(me));
    assert.equal(code, 2);
    assert.equal(result.failures, 2);
    find('configuration', /config\.toml:2:1: .*bgi.*big/);
    find('client', /is 2\.1\.329/);
});

person('init: words that match nothing, a number that is none, no tools', async (me, upstream) => {
    upstream.catalogue = upstream.catalogue.map((model) =>
        model.id === 'qwen/qwen3-coder' ? { ...model, supported_parameters: ['temperature'] } : model,
    );
    const terminal = me.terminal(['init'], { env: { OPENROUTER_API_KEY: canaryKey } });
    const { code, out } = await dialogue(me, terminal, [
        ['Keep it in a file', 'n\n'],
        ['Big model (', 'gtp-oss-120b\n'],
        ['Nothing matches gtp-oss-120b. The nearest are openai/gpt-oss-120b', ''],
        ['Big model (', '77\n'],
        ['There are ', ''],
        ['Big model (', 'qwen/qwen3-coder\n'],
        ['qwen/qwen3-coder cannot call tools', ''],
        ['Take it all the same? [y/N] ', 'maybe\n'],
        ['Please answer y or n.', ''],
        ['[y/N] ', '\n'],
        ['Big model (', 'anthropic/claude-haiku-4-5\n'],
        ['Small model (', '\u0004'],
    ]);
    assert.equal(code, 1, out);
    assert.match(out, /Nothing was changed\./);
    assert.ok(!existsSync(me.config), 'the end of the input changes nothing');
});

// A second upstream of another kind, and a route to it.
async function withSecond(me, upstream, body) {
    const second = await StrictUpstream.start({ key: otherKey });
    second.catalogue = [{ ...second.catalogue[0], id: 'vendor/second', context_length: 65536 }];
    mkdirSync(join(me.home, '.config/dragoman'), { recursive: true });
    writeFileSync(
        me.config,
        `[upstreams.openrouter]\nbase_url = "${upstream.baseUrl}"\n` +
            `[upstreams.second]\npreset = "openrouter"\nbase_url = "${second.baseUrl}"\nkey_env = "SECOND_KEY"\n` +
            '[[routes]]\nwhen = { scenario = "thinking" }\ntargets = ["second/vendor/second"]\n',
        { mode: 0o600 },
    );
    try {
        await body(second);
    } finally {
        await second.stop();
    }
}

person('models: of several upstreams each is listed with its name in front', (me, upstream) =>
    withSecond(me, upstream, async (second) => {
        const env = { OPENROUTER_API_KEY: canaryKey, SECOND_KEY: otherKey, OPENROUTER_BASE_URL: '' };
        const { code, out, err } = await me.run(['models', '--json'], env);
        assert.equal(code, 0, err);
        const ids = JSON.parse(out).map((model) => model.id);
        assert.equal(ids.length, upstream.catalogue.length + 1);
        assert.ok(ids.includes('second/vendor/second') && ids.includes('openrouter/openai/gpt-oss-120b'), out);
        await second.stop();
        rmSync(join(me.home, '.cache'), { recursive: true, force: true });
        const half = await me.run(['models', 'gpt-oss'], env);
        assert.equal(half.code, 0, half.err);
        assert.match(half.err, /the list of models of second could not be had/);
        assert.match(half.out, /^openrouter\/openai\/gpt-oss-120b +big,middle,small/m);
    }));

person('doctor: every upstream is looked at, and what routes lead to is asked', (me, upstream) =>
    withSecond(me, upstream, async (second) => {
        for (const one of [upstream, second]) one.answer = () => ({ tools: [report], usage: { cost: 0.0001 } });
        const env = { ...installClaude(me), OPENROUTER_API_KEY: canaryKey, SECOND_KEY: otherKey, OPENROUTER_BASE_URL: '' };
        const { code, result, find } = await examine(me, env);
        assert.equal(code, 0, JSON.stringify(result.findings, null, 1));
        const of = (name) => result.findings.filter((one) => one.upstream === name);
        for (const name of ['openrouter', 'second']) {
            assert.ok(of(name).some((one) => one.check === 'key' && /accepts it/.test(one.finding)), name);
            assert.ok(of(name).some((one) => one.check === 'network' && /answers/.test(one.finding)), name);
        }
        assert.ok(of('second').some((one) => /^vendor\/second \(route thinking\), window 65k/.test(one.finding)));
        find('request', /^second\/vendor\/second called the tool/);
        assert.deepEqual([upstream.chats.length, second.chats.length], [1, 1]);
        const keyless = await examine(me, { ...env, SECOND_KEY: '' });
        const missing = keyless.result.findings.find((one) => one.upstream === 'second' && one.check === 'key');
        assert.equal(missing.level, 'warning');
        assert.match(missing.remedy, /SECOND_KEY/);
        assert.equal(second.chats.length, 1, 'nobody asks it without a key');
    }));
