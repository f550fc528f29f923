// A terminal under test: a tmux server of its own, with one pane in which one program runs. A client in
// control mode hands over keys and screens, and says when the pane has printed something: whoever waits for a
// sight looks again then, and only then. The server is reached by its own socket, and ended by it.

import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { searchPath, temporaryFolder } from './harness.mjs';

const patience = 30000; // milliseconds for one sight, where a test says nothing else

// The lines of a stream, as they become whole.
function onLines(stream, heard) {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        lines.forEach(heard);
    });
}

export class Terminal {
    // `env` is all that the program gets, besides PATH.
    static async start(command, { env = {}, cwd, columns = 120, rows = 40 } = {}) {
        const terminal = new Terminal();
        terminal.folder = temporaryFolder();
        terminal.socket = join(terminal.folder, 'socket');
        terminal.env = { PATH: searchPath, LANG: 'C.UTF-8', SHELL: '/bin/sh', ...env };
        await terminal.tmux(
            'start-server',
            ...[';', 'set-option', '-g', 'default-terminal', 'tmux-256color'],
            ...[';', 'set-option', '-g', 'remain-on-exit', 'on'],
            ...[';', 'set-option', '-g', 'focus-events', 'on'],
            ...[';', 'set-hook', '-g', 'pane-died', 'wait-for -S died'],
            ...[';', 'new-session', '-d', '-x', String(columns), '-y', String(rows)],
            ...(cwd ? ['-c', cwd] : []),
            '--',
            ...command.map((word) => word.replace(/;$/, '\\;')),
        );
        terminal.control();
        await terminal.ask(`refresh-client -C ${columns}x${rows}`);
        await terminal.ask('set-option -g destroy-unattached on'); // whatever ends this test ends the server
        const pids = await terminal.ask("display-message -p '#{pid} #{pane_pid}'");
        [terminal.server, terminal.pid] = pids.split(' ').map(Number);
        terminal.watch();
        return terminal;
    }

    constructor() {
        this.shown = 0; // how often the pane has printed something
        this.printed = ''; // all of it, with colours and movements of the cursor
        this.waiters = [];
        this.replies = [];
        this.exit = new Promise((done) => {
            this.markExit = done;
        });
    }

    // One command to the server, as a process of its own; resolves with what it printed.
    tmux(...args) {
        return new Promise((done, fail) => {
            const start = ['-S', this.socket, '-f', '/dev/null', ...args];
            const child = spawn('tmux', start, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
            let [out, err] = ['', ''];
            child.stdout.on('data', (bytes) => (out += bytes));
            child.stderr.on('data', (bytes) => (err += bytes));
            child.on('error', (error) =>
                fail(error.code === 'ENOENT' ? new Error('tmux is not installed') : error),
            );
            child.on('close', (code) =>
                code === 0 ? done(out) : fail(new Error(`tmux ${args.join(' ')}: ${err || code}`)),
            );
        });
    }

    control() {
        this.client = spawn('tmux', ['-S', this.socket, '-f', '/dev/null', '-C', 'attach-session'], {
            env: this.env,
            stdio: ['pipe', 'pipe', 'ignore'],
        });
        this.client.stdin.on('error', () => {});
        this.closed = new Promise((done) => this.client.on('close', done));
        this.closed.then(() => this.disconnected());
        this.replies.push({ done() {}, fail() {} }); // attaching is answered too
        onLines(this.client.stdout, (line) => this.heard(line));
        this.tmux('wait-for', 'died')
            .then(() => this.died())
            .catch(() => {}); // the server was ended before the program
    }

    // The protocol of control mode: answers between %begin and %end, and notices outside of them.
    heard(line) {
        if (this.reply) {
            if (line === `%end ${this.reply.mark}`) this.answered('done');
            else if (line === `%error ${this.reply.mark}`) this.answered('fail');
            else this.reply.lines.push(line);
        } else if (line.startsWith('%begin ')) {
            this.reply = { mark: line.slice('%begin '.length), lines: [] };
        } else if (line.startsWith('%output ')) {
            this.shown += 1;
            this.printed += unescaped(line.slice(line.indexOf(' ', '%output '.length) + 1));
            this.wake();
        }
    }

    answered(how) {
        const text = this.reply.lines.join('\n');
        this.reply = undefined;
        this.replies.shift()[how](how === 'done' ? text : new Error(`tmux: ${text}`));
    }

    disconnected() {
        this.gone = true;
        this.replies.splice(0).forEach(({ fail }) => fail(new Error('the terminal is gone')));
        this.wake();
    }

    wake() {
        this.waiters.splice(0).forEach((done) => done());
    }

    // Now and then tmux misses that its child has ended, and leaves it a zombie: it is told again.
    watch() {
        this.watching = setInterval(() => {
            if (stateOf(this.pid) === 'Z') process.kill(this.server, 'SIGCHLD');
        }, 100);
        this.exit.then(() => clearInterval(this.watching));
        this.closed.then(() => clearInterval(this.watching));
    }

    async died() {
        const status = await this.ask("display-message -p '#{pane_dead_status} #{pane_dead_signal}'");
        const [code, signal] = status.split(' ').map((word) => (word === '' ? null : Number(word)));
        this.status = { code, signal };
        this.markExit(this.status);
        this.wake();
    }

    ask(command) {
        if (this.gone) return Promise.reject(new Error('the terminal is gone'));
        return new Promise((done, fail) => {
            this.replies.push({ done, fail });
            this.client.stdin.write(`${command}\n`);
        });
    }

    // Types as a person would; control characters are for key().
    type(text) {
        return this.ask(`send-keys -l -- ${quoted(text)}`);
    }

    // Keys by tmux's names: Enter, Escape, Up, Tab, BTab, C-c …
    key(...names) {
        return this.ask(`send-keys ${names.join(' ')}`);
    }

    // What is to be seen, without colours and without blanks at the ends of lines.
    async screen() {
        return (await this.ask('capture-pane -p')).replaceAll('\u00a0', ' ');
    }

    // Resolves with what `seen` (a pattern or a function of the screen) finds, looking again whenever
    // something is printed; rejects when the program has ended, or after `limit` milliseconds.
    async until(seen, { limit = patience, what = String(seen) } = {}) {
        const look = typeof seen === 'function' ? seen : (screen) => seen.exec(screen);
        let over = false;
        const timer = setTimeout(() => {
            over = true;
            this.wake();
        }, limit);
        try {
            for (;;) {
                const before = this.shown;
                const ended = this.status;
                const screen = await this.screen();
                const found = look(screen);
                if (found) return found;
                if (over) throw new Error(`not seen within ${limit} ms: ${what}\n${framed(screen)}`);
                if (ended) throw new Error(`ended before this was seen: ${what}\n${framed(screen)}`);
                if (this.shown === before && !over) await new Promise((done) => this.waiters.push(done));
            }
        } finally {
            clearTimeout(timer);
        }
    }

    // Resolves when nothing has been printed for `quiet` milliseconds; what never rests is not waited for.
    async rest(quiet = 150, limit = 3000) {
        const until = Date.now() + limit;
        for (let before = -1; before !== this.shown && !this.gone && Date.now() < until; ) {
            before = this.shown;
            await new Promise((done) => setTimeout(done, quiet));
        }
    }

    // All that was ever printed, without colours and movements of the cursor: a word that was written piece
    // by piece may be missing here, a sentence that was drawn at once is not.
    get history() {
        return this.printed.replace(/\u001b\[[0-9;?>]*[a-zA-Z]/g, ' ');
    }

    // Resolves with the exit status of the program.
    async ended(limit = patience) {
        let timer;
        const late = new Promise((_, fail) => {
            timer = setTimeout(async () => {
                const screen = await this.screen().catch(String);
                fail(new Error(`the program has not ended within ${limit} ms\n${framed(screen)}`));
            }, limit);
        });
        return Promise.race([this.exit, late]).finally(() => clearTimeout(timer));
    }

    // Closes the window, and leaves it to the program what it makes of that.
    async hangUp() {
        await this.tmux('kill-server').catch(() => {});
        await this.closed;
    }

    // Hangs up in order, and cleans up.
    async close() {
        if (!this.status && !this.gone) {
            this.signal('SIGHUP');
            await this.ended(5000).catch(() => this.signal('SIGKILL'));
        }
        await this.hangUp();
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }

    // To all of the pane's foreground, which is one process group as long as no shell sits in between.
    signal(name) {
        try {
            process.kill(-this.pid, name);
        } catch (error) {
            if (error.code !== 'ESRCH') throw error;
        }
    }
}

// The state letter of a process, as proc(5) has it: what follows the name, which may hold anything.
function stateOf(pid) {
    try {
        return /\) (\w) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
    } catch {
        return undefined;
    }
}

// Control mode writes what is not printable as \ooo, and a backslash too.
const unescaped = (text) =>
    text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));

// A word of a command line of tmux.
const quoted = (text) => `"${text.replace(/[\\"$]/g, '\\$&')}"`;

function framed(screen) {
    const edge = '─'.repeat(40);
    const lines = screen.trimEnd().replace(/\n{3,}/g, '\n\n').replace(/^/gm, '│ ');
    return `┌${edge}\n${lines}\n└${edge}`;
}
