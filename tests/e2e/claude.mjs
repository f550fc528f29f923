// The real Claude Code in print mode, with a home folder of its own, talking to the program under test.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Child, claudeBinary, here, temporaryFolder } from './harness.mjs';

// What a person sets to use a gateway, and the switches that keep a test machine quiet.
export function claudeEnvironment(url, folder, extra = {}) {
    return {
        HOME: join(folder, 'home'),
        CLAUDE_CONFIG_DIR: join(folder, 'home', '.claude'),
        TERM: 'xterm-256color',
        LANG: 'C.UTF-8',
        SHELL: '/bin/bash',
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_AUTH_TOKEN: 'any-token-will-do',
        ANTHROPIC_API_KEY: '',
        DISABLE_TELEMETRY: '1',
        DISABLE_ERROR_REPORTING: '1',
        DISABLE_AUTOUPDATER: '1',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        IS_SANDBOX: '1',
        ...extra,
    };
}

// The complete lines of what was printed so far.
const eventsOf = (out) =>
    out
        .slice(0, out.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line));

export class Claude {
    constructor(version, stage) {
        this.version = version;
        this.newest = version !== '2.1.197';
        this.stage = stage;
        this.folder = temporaryFolder();
        this.work = join(this.folder, 'work');
        mkdirSync(this.work, { recursive: true });
        mkdirSync(join(this.folder, 'home', '.claude'), { recursive: true });
    }

    file(name, content) {
        writeFileSync(join(this.work, name), content);
        return join(this.work, name);
    }

    environment(extra) {
        return claudeEnvironment(this.stage.dragoman.url, this.folder, extra);
    }

    // One prompt in print mode. Resolves with the events, the result event, and the exit status.
    async print(prompt, { args = [], env = {}, input } = {}) {
        const child = new Child(
            claudeBinary(this.version),
            [
                '-p',
                '--output-format',
                'stream-json',
                '--verbose',
                '--dangerously-skip-permissions',
                ...args,
                ...(input === undefined ? [prompt] : []),
            ],
            { env: this.environment(env), cwd: this.work, input },
        );
        this.child = child;
        this.last = undefined;
        const limit = setTimeout(() => child.signal('SIGKILL'), 120000);
        const status = await child.exit;
        clearTimeout(limit);
        this.last = new Printed(eventsOf(child.out), status, child);
        return this.last;
    }

    // Several prompts in one session, each sent when the one before it is answered.
    async converse(prompts, { args = [], env = {} } = {}) {
        const child = new Child(
            claudeBinary(this.version),
            [
                '-p',
                '--input-format',
                'stream-json',
                '--output-format',
                'stream-json',
                '--verbose',
                '--dangerously-skip-permissions',
                ...args,
            ],
            { env: this.environment(env), cwd: this.work, input: 'pipe' },
        );
        this.last = undefined;
        const limit = setTimeout(() => child.signal('SIGKILL'), 180000);
        const results = () => eventsOf(child.out).filter((event) => event.type === 'result').length;
        for (const [n, prompt] of prompts.entries()) {
            child.process.stdin.write(
                `${JSON.stringify({
                    type: 'user',
                    message: { role: 'user', content: [{ type: 'text', text: prompt }] },
                })}\n`,
            );
            await child.until(() => results() > n);
        }
        child.process.stdin.end();
        const status = await child.exit;
        clearTimeout(limit);
        this.last = new Printed(eventsOf(child.out), status, child);
        return this.last;
    }

    // An interactive session in a terminal, past its first questions. What is shown is in `out`.
    interactive({ args = [], env = {} } = {}) {
        writeFileSync(
            join(this.folder, 'home', '.claude', '.claude.json'),
            JSON.stringify({
                hasCompletedOnboarding: true,
                theme: 'dark',
                projects: {
                    [this.work]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true },
                },
            }),
        );
        const environment = this.environment(env);
        delete environment.CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC; // it would also do without a title
        return new Child(
            'python3',
            [join(here, 'in_terminal.py'), '120', '40', claudeBinary(this.version), ...args],
            { env: environment, cwd: this.work, input: 'pipe' },
        );
    }

    end() {
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

export class Printed {
    constructor(events, status, child) {
        this.events = events;
        this.code = status.code;
        this.signal = status.signal;
        this.err = child.err;
        this.result = events.filter((event) => event.type === 'result').pop();
    }

    get text() {
        return this.result?.result ?? '';
    }

    get session() {
        return this.result?.session_id;
    }

    blocks(role, type) {
        return this.events
            .filter((event) => event.type === role)
            .flatMap((event) => (Array.isArray(event.message.content) ? event.message.content : []))
            .filter((block) => block.type === type);
    }

    get said() {
        return this.blocks('assistant', 'text').map((block) => block.text);
    }

    get thought() {
        return this.blocks('assistant', 'thinking').map((block) => block.thinking);
    }

    get called() {
        return this.blocks('assistant', 'tool_use');
    }

    get results() {
        return this.blocks('user', 'tool_result');
    }

    get summary() {
        return (
            JSON.stringify(
                this.events.filter((event) => event.type !== 'system'),
                null,
                1,
            ).slice(0, 8000) + `\nexit ${this.code} ${this.signal}\n${this.err.slice(0, 2000)}`
        );
    }
}
