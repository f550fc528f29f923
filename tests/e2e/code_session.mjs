// A person at a terminal: `dragoman code` in a tmux of its own, with a home of its own that holds nothing but
// what the test puts there, and in front of the strict upstream.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { Billing } from './billing.mjs';
import { binary, canaryKey, claudeBinary, searchPath, temporaryFolder, versions } from './harness.mjs';
import { StrictUpstream } from './strict_upstream.mjs';
import { Terminal } from './tmux.mjs';

export const bigModel = 'openai/gpt-oss-120b';
export const smallModel = 'openai/gpt-5.5-mini';

// The line to type into, with nothing in it.
const emptyPrompt = /^❯(?: Try ".*)?\s*$/m;

export class Person {
    static async start(version) {
        const person = new Person();
        person.version = version;
        person.newest = version !== versions[0];
        person.upstream = await StrictUpstream.start({ key: canaryKey });
        person.upstream.billing = new Billing();
        person.folder = temporaryFolder();
        for (const name of ['home', 'work', 'run']) mkdirSync(join(person.folder, name), { mode: 0o700 });
        person.home = join(person.folder, 'home');
        person.work = join(person.folder, 'work');
        person.terminals = [];
        person.said = [];
        return person;
    }

    // The configuration, which is all that differs from what everybody has.
    configure(toml) {
        const folder = join(this.home, '.config', 'dragoman');
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'config.toml'), toml, { mode: 0o600 });
    }

    file(name, content) {
        writeFileSync(join(this.work, name), content);
    }

    // Claude Code as somebody has it who has used it before, in a folder that is trusted.
    knowsClaude(settings) {
        writeFileSync(
            join(this.home, '.claude.json'),
            JSON.stringify({
                hasCompletedOnboarding: true,
                theme: 'dark',
                projects: { [this.work]: { hasTrustDialogAccepted: true } },
            }),
        );
        if (!settings) return;
        mkdirSync(join(this.home, '.claude'), { recursive: true });
        writeFileSync(join(this.home, '.claude', 'settings.json'), JSON.stringify(settings));
    }

    get environment() {
        return {
            PATH: [dirname(claudeBinary(this.version)), dirname(binary), searchPath].join(':'),
            HOME: this.home,
            XDG_RUNTIME_DIR: join(this.folder, 'run'),
            LANG: 'C.UTF-8',
            SHELL: '/bin/bash',
            OPENROUTER_API_KEY: canaryKey,
            OPENROUTER_BASE_URL: this.upstream.baseUrl,
            BIG_MODEL_NAME: bigModel,
            SMALL_MODEL_NAME: smallModel,
            DISABLE_TELEMETRY: '1',
            DISABLE_ERROR_REPORTING: '1',
            DISABLE_AUTOUPDATER: '1',
            IS_SANDBOX: '1',
        };
    }

    // One run of `dragoman code`.
    code(...args) {
        return this.run(binary, 'code', ...args);
    }

    async run(...command) {
        const terminal = await Terminal.start(command, {
            env: this.environment,
            cwd: this.work,
            rows: 60,
        });
        this.terminals.push(terminal);
        this.terminal = terminal;
        return terminal;
    }

    // Until something can be typed, and nothing is being answered.
    prompted() {
        return this.terminal.until(
            (screen) => emptyPrompt.test(screen) && !screen.includes('esc to interrupt'),
            { what: 'an empty prompt' },
        );
    }

    // Types a line; it is sent when it stands in the prompt.
    async say(text) {
        if (text.includes(' ')) this.said.push(text);
        await this.prompted();
        await this.terminal.type(text);
        const typed = (screen) => screen.includes(`❯ ${text}`);
        await this.terminal.until(typed, { what: `${text} in the prompt` });
        await this.terminal.key('Enter');
    }

    // Types a line, and resolves when the screen shows `answer`.
    async ask(text, answer, options) {
        await this.say(text);
        return this.terminal.until(answer, options);
    }

    // Moves down a menu to the entry that is wanted, and takes it.
    async choose(wanted) {
        let now = await this.pressable(markedEntry, `a menu with ${wanted}`);
        for (let steps = 0; !wanted.test(now); steps += 1) {
            assert.ok(steps < 60, `no such entry: ${wanted}\n${await this.terminal.screen()}`);
            await this.press('Down', (screen) => markedEntry(screen) === now);
            now = await this.terminal.until(markedEntry);
        }
        await this.press('Enter', (screen) => markedEntry(screen) === now);
    }

    // What is drawn may not listen yet: presses nothing before the screen has come to rest.
    async pressable(seen, what) {
        await this.terminal.until(seen, { what });
        await this.terminal.rest();
        return this.terminal.until(seen, { what });
    }

    // Presses until what was to be seen `before` is gone, or the program: on a busy machine a screen may rest
    // for a while before it listens.
    async press(key, before) {
        const still = typeof before === 'function' ? before : (screen) => before.test(screen);
        for (let tries = 1; ; tries += 1) {
            await this.terminal.key(key);
            const limit = tries < 4 ? 5000 : undefined;
            const what = `${key} does something`;
            try {
                return await this.terminal.until((screen) => !still(screen), { limit, what });
            } catch (error) {
                if (this.terminal.status) return true;
                if (limit === undefined) throw error;
            }
        }
    }

    // Takes another model in the middle of a session.
    async switchModel(wanted) {
        await this.say('/model');
        await this.terminal.until(/Select model/);
        await this.choose(wanted);
        await this.terminal.until(/Switch model\?/);
        await this.choose(/Yes, switch/);
        await this.terminal.until((screen) => /Set model to/.test(screen) && wanted.test(screen));
        await this.prompted();
    }

    // The questions that a new profile is asked, as they come.
    async answerFirstQuestions() {
        for (const question of [/Choose the text style/, /Security notes/]) {
            await this.pressable(question);
            await this.press('Enter', question);
        }
        await this.trust();
    }

    async trust() {
        await this.choose(/Yes, I trust this folder/);
        await this.prompted();
    }

    // What the running dragoman says about itself.
    get instance() {
        const [file] = this.instances();
        return file && JSON.parse(readFileSync(file, 'utf8'));
    }

    get log() {
        return join(this.home, '.local/state/dragoman/code.log');
    }

    instances() {
        const folder = join(this.folder, 'run', 'dragoman');
        if (!existsSync(folder)) return [];
        return readdirSync(folder)
            .filter((name) => name.endsWith('.json'))
            .map((name) => join(folder, name));
    }

    // Processes that still run in this home, besides those of the terminal itself.
    leftovers() {
        return readdirSync('/proc')
            .filter((name) => /^\d+$/.test(name))
            .filter((pid) => environmentOf(pid).includes(`HOME=${this.home}`))
            .map((pid) => ({ pid: Number(pid), command: commandOf(pid) }))
            .filter(({ command }) => command !== '' && !command.startsWith('tmux'));
    }

    // Resolves when none is left, or with those that are left after `limit` milliseconds. The end of a
    // process that is nobody's child here can only be looked for.
    async alone(limit = 5000) {
        const until = Date.now() + limit;
        for (;;) {
            const left = this.leftovers();
            if (left.length === 0 || Date.now() > until) return left;
            await new Promise((done) => setTimeout(done, 20));
        }
    }

    async end() {
        for (const terminal of this.terminals) await terminal.close();
        for (const { pid } of await this.alone()) process.kill(pid, 'SIGKILL');
        await this.upstream.stop();
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

// The entry of a menu that would be taken now: the mark is at the lowest one, older ones are history.
const markedEntry = (screen) => screen.match(/^.*❯ +\S.*$/gm)?.at(-1);

function read(file) {
    try {
        return readFileSync(file, 'utf8');
    } catch {
        return ''; // ended meanwhile
    }
}

const environmentOf = (pid) => read(`/proc/${pid}/environ`).split('\0');
const commandOf = (pid) => read(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();

// What is not fulfilled in time is a failure of its own, not of the whole test's time.
export function within(promise, what, limit = 10000) {
    let timer;
    const late = new Promise((_, fail) => {
        timer = setTimeout(() => fail(new Error(`not within ${limit} ms: ${what}`)), limit);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const reachable = (port) =>
    new Promise((done) => {
        const socket = net.connect(port, '127.0.0.1');
        socket.on('connect', () => done(true)).on('error', () => done(false));
        socket.on('close', () => socket.destroy());
    });

// Requests of the conversation itself, without titles, summaries and other helpers.
export const conversation = (upstream) => upstream.chats.filter((r) => r.toolNames.includes('Bash'));

// Whatever the scenario: the upstream refused nothing, neither for its form nor for its length; nothing of
// the person's own went there, and no key or prompt is in the log.
function assertAllWell(person) {
    person.upstream.assertClean();
    assert.deepEqual(person.upstream.billing.refused, [], 'too long for the upstream');
    for (const request of person.upstream.paid) {
        for (const secret of ['x-anthropic-billing-header', 'device_id', 'classifier_context'])
            assert.ok(!request.text.includes(secret), `${secret} went upstream`);
    }
    const log = person.log;
    if (!existsSync(log)) return; // another process served
    assert.equal(statSync(log).mode & 0o777, 0o600);
    const lines = readFileSync(log, 'utf8');
    for (const terminal of person.terminals)
        assert.doesNotMatch(terminal.history, /"level":|listening on/, "the terminal is the client's");
    assert.match(lines, /"path":"\/v1\/messages"/);
    for (const secret of [canaryKey, ...person.said])
        assert.ok(!lines.includes(secret), `the log holds ${secret}`);
}

// Declares one scenario for each client.
export function inBothTerminals(name, body) {
    const only = process.env.CLAUDE_VERSION;
    for (const version of versions.filter((v) => only === undefined || v === only)) {
        test(`Claude Code ${version} in a terminal: ${name}`, { timeout: 120000 }, async () => {
            const client = claudeBinary(version);
            assert.ok(existsSync(client), `not installed: ${client}; run npm ci`);
            const person = await Person.start(version);
            try {
                await body(person, person.upstream);
                assertAllWell(person);
            } catch (error) {
                const refusals = person.upstream.refusals.slice(0, 4000);
                error.message += `\n--- refused by the upstream ---\n${refusals}`;
                throw error;
            } finally {
                await person.end();
            }
        });
    }
}

const added = /<system-reminder>[^]*?<\/system-reminder>|\[Request interrupted by user\]/g;

// What the person said last, without what the client adds.
export function lastAsked(request) {
    const content = ({ content }) => (typeof content === 'string' ? [{ text: content }] : content);
    return request.messages
        .filter((message) => message.role === 'user')
        .flatMap(content)
        .map((part) => (part.text ?? '').replace(added, '').trim())
        .filter((text) => text !== '')
        .at(-1);
}
