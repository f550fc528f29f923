// `dragoman code` with the real clients in print mode: what a person types, and nothing else prepared.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Child, binary, canaryKey, claudeBinary, temporaryFolder, versions } from './harness.mjs';
import { StrictUpstream } from './strict_upstream.mjs';
import { test } from './suite.mjs';

// A home folder with nothing in it, and `claude` on PATH.
class Person {
    constructor(version, upstream) {
        this.folder = temporaryFolder();
        this.upstream = upstream;
        for (const name of ['bin', 'home', 'work']) mkdirSync(join(this.folder, name));
        symlinkSync(claudeBinary(version), join(this.folder, 'bin/claude'));
    }

    write(name, content) {
        const path = join(this.folder, name);
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, content);
        return path;
    }

    async types(args, env = {}) {
        const child = new Child(binary, ['code', ...args], {
            env: {
                PATH: `${join(this.folder, 'bin')}:${process.env.PATH}`,
                HOME: join(this.folder, 'home'),
                OPENROUTER_API_KEY: canaryKey,
                OPENROUTER_BASE_URL: this.upstream.baseUrl,
                SMALL_MODEL: 'openai/gpt-5.5-mini',
                LANG: 'C.UTF-8',
                SHELL: '/bin/bash',
                IS_SANDBOX: '1',
                // A person's wish that must not cost the list of models; it also keeps a test machine quiet.
                CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
                ...env,
            },
            cwd: join(this.folder, 'work'),
        });
        const limit = setTimeout(() => child.signal('SIGTERM'), 60000);
        const status = await child.exit;
        clearTimeout(limit);
        return { ...status, out: child.out, err: child.err };
    }

    end() {
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

// Not the small request for a title.
const main = (upstream) => upstream.chats.find((request) => request.body.tools?.length > 0);

function withBothClients(name, body) {
    for (const version of versions)
        test(`${name} (${version})`, async () => {
            const upstream = await StrictUpstream.start({ key: canaryKey });
            const person = new Person(version, upstream);
            try {
                await body(person, upstream, version);
                upstream.assertClean();
            } finally {
                person.end();
                await upstream.stop();
            }
        });
}

withBothClients('one line is enough', async (person, upstream) => {
    upstream.script({ text: 'Two files, both small.' });
    const said = await person.types(['openai/gpt-oss-120b', '-p', 'What is in this folder?']);
    assert.equal(said.code, 0, said.err);
    assert.equal(said.out.trim(), 'Two files, both small.');
    assert.equal(main(upstream).body.model, 'openai/gpt-oss-120b');
    assert.equal(main(upstream).systemText.includes('x-anthropic-billing-header'), false);
    assert.equal(said.err.includes('context window'), false, 'the client knows the window');
    assert.equal(said.err.includes('dragoman'), false);
});

withBothClients('windows are those of the models', async (person) => {
    for (const [model, window] of [
        ['openai/gpt-oss-120b', '131.1k'],
        ['openai/gpt-5.5', '400k'],
        ['google/gemini-3-pro', '1m'],
        ['anthropic/claude-haiku-4.5', '200k'],
    ]) {
        const said = await person.types([model, '-p', '/context']);
        assert.match(said.out, new RegExp(`Tokens:\\*\\* [\\d.]+k? / ${window} `), `${model}\n${said.out}${said.err}`);
    }
    const own = await person.types(['openai/gpt-oss-120b', '--model', 'openai/gpt-5.5', '-p', '/context']);
    assert.match(own.out, / \/ 400k /);
});

withBothClients('the picker’s list is fetched whatever a person said about traffic', async (person, upstream) => {
    person.write('home/.config/dragoman/config.toml', '[models.names]\nkimi = "moonshotai/kimi-k2-thinking"\n');
    upstream.script({ text: 'Hello.' });
    const said = await person.types(['-p', 'Hi']);
    assert.equal(said.code, 0, said.err);
    const cached = JSON.parse(readFileSync(join(person.folder, 'home/.claude/cache/gateway-models.json'), 'utf8'));
    assert.deepEqual(
        cached.models.map((model) => model.id),
        ['anthropic-via/openai/gpt-oss-120b', 'anthropic-via/openai/gpt-5.5-mini', 'anthropic-via/moonshotai/kimi-k2-thinking'],
    );
    assert.ok(cached.models.every((model) => model.display_name.endsWith(' (OpenRouter)')));
});

withBothClients('settings that lead elsewhere do not', async (person, upstream) => {
    const path = person.write(
        'home/.claude/settings.json',
        JSON.stringify({
            env: {
                ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
                ANTHROPIC_AUTH_TOKEN: 'another',
                ANTHROPIC_API_KEY: 'sk-another',
                ANTHROPIC_MODEL: 'x/y',
                CLAUDE_CODE_USE_BEDROCK: '1',
            },
            apiKeyHelper: 'echo helped',
            availableModels: ['sonnet'],
            model: 'opus',
        }),
    );
    upstream.script({ text: 'Still here.' });
    const said = await person.types(['qwen/qwen3-coder', '-p', 'Where are you?']);
    assert.equal(said.code, 0, said.err);
    assert.equal(said.out.trim(), 'Still here.');
    assert.equal(main(upstream).body.model, 'qwen/qwen3-coder');
    assert.ok(said.err.includes(`${path}:1 sets`), said.err);
});

withBothClients('a folder of its own needs no login', async (person, upstream) => {
    person.write('home/.claude/settings.json', JSON.stringify({ env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' } }));
    upstream.script({ text: 'Alone.' });
    const said = await person.types(['--isolated', '-p', 'Hi']);
    assert.equal(said.code, 0, said.err);
    assert.equal(said.out.trim(), 'Alone.');
    assert.ok(existsSync(join(person.folder, 'home/.local/state/dragoman/claude/projects')));
    assert.equal(existsSync(join(person.folder, 'home/.claude/projects')), false);
    assert.equal(said.err.includes('settings.json'), false);
});

withBothClients('the demonstration', async (person) => {
    const said = await person.types(['--demo', '-p', 'Hi'], { OPENROUTER_API_KEY: '', OPENROUTER_BASE_URL: '' });
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, /demonstration/);
});
