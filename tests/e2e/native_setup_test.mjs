// The commands that set dragoman up and look after it, driven as a person would: `models`, `init`, `doctor`.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { Child, binary, canaryKey, here, temporaryFolder } from './harness.mjs';
import { StrictUpstream } from './strict_upstream.mjs';
import { test } from './suite.mjs';

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
