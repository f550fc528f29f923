// `dragoman service` with a systemctl that only writes down what it is asked.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
    chmodSync,
    copyFileSync,
    existsSync,
    mkdirSync,
    readFileSync,
    readdirSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test as plainTest } from 'node:test';

import { Child, binary, canaryKey, root, temporaryFolder } from './harness.mjs';
import { timeLimit } from './suite.mjs';

const isRoot = process.getuid() === 0;

const works = (program, ...args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const noAnalyze = works('systemd-analyze', '--version') ? false : 'systemd-analyze is not installed';

// A root of its own making, with an /etc of its own.
const namespace = ['unshare', ...(isRoot ? ['-m'] : ['-rm'])];
const inOwnEtc = (etc) => [
    ...[...namespace, 'sh', '-c', 'mount --bind "$1" /etc && shift && exec "$@"', 'sh', etc],
];
const noNamespace = works(...namespace, 'mount', '--bind', '/tmp', '/tmp') ? false : 'mounts are not allowed here';

// A person with a home, a systemd that says yes, and a record of what it was asked.
class Person {
    constructor() {
        this.folder = temporaryFolder();
        this.home = join(this.folder, 'home');
        this.tools = join(this.folder, 'tools');
        for (const folder of [this.home, this.tools]) mkdirSync(folder, { recursive: true });
        this.unit = join(this.home, '.config/systemd/user/dragoman.service');
        this.manager = { HOME: this.home, LANG: "$'C.UTF-8'" };
        this.properties = {
            LoadState: 'loaded',
            FragmentPath: this.unit,
            UnitFileState: 'enabled',
            ActiveState: 'active',
            SubState: 'running',
            Result: 'success',
            NRestarts: '0',
            MainPID: '4711',
            StatusText: 'listening on 127.0.0.1:8080, [::1]:8080',
        };
        this.failing = '';
    }

    at(name) {
        return join(this.folder, name);
    }

    setUp() {
        const lines = (facts) =>
            Object.entries(facts)
                .map(([name, value]) => `${name}=${value}\n`)
                .join('');
        writeFileSync(this.at('manager'), lines(this.manager));
        writeFileSync(this.at('properties'), lines(this.properties));
        writeFileSync(
            join(this.tools, 'systemctl'),
            `#!/bin/sh
            echo "$*" >> '${this.at('calls')}'
            env >> '${this.at('environment')}'
            case " $* " in
                *" show-environment "*) cat '${this.at('manager')}' ;;
                *" show "*) cat '${this.at('properties')}' ;;
                *" ${this.failing || 'nothing'} "*) echo "Job for dragoman.service failed." >&2; exit 1 ;;
            esac
            `,
            { mode: 0o755 },
        );
    }

    configure(text) {
        const folder = join(this.home, '.config/dragoman');
        text ??= `[upstreams.openrouter]\nkey_file = "${folder}/openrouter.key"\n`;
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'config.toml'), text, { mode: 0o600 });
        writeFileSync(join(folder, 'openrouter.key'), `${canaryKey}\n`, { mode: 0o600 });
    }

    // Adds what was asked of systemctl, without `show`, and checks that no key shows anywhere.
    async run(args, { env = {}, wrapper = [], path } = {}) {
        this.setUp();
        rmSync(this.at('calls'), { force: true });
        const [file, ...rest] = [...wrapper, this.binary ?? binary, 'service', ...args];
        const child = new Child(file, rest, {
            env: { HOME: this.home, PATH: path ?? `${this.tools}:${process.env.PATH}`, ...env },
            cwd: this.folder,
        });
        const { code } = await child.exit;
        const read = (name) => (existsSync(this.at(name)) ? readFileSync(this.at(name), 'utf8') : '');
        for (const text of [child.out, child.err, read('environment'), this.text ?? ''])
            assert.ok(!text.includes(canaryKey), 'a key is a secret');
        const calls = read('calls')
            .split('\n')
            .filter((line) => line && !/\bshow\b|show-environment/.test(line));
        return { code, out: child.out, err: child.err, calls };
    }

    get text() {
        return existsSync(this.unit) ? readFileSync(this.unit, 'utf8') : undefined;
    }

    get siblings() {
        return readdirSync(dirname(this.unit)).sort();
    }

    end() {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

// `missing` says what this machine lacks for it, if it does.
const withPerson = (name, body, missing = false) =>
    plainTest(name, { timeout: timeLimit, skip: missing }, async () => {
        const person = new Person();
        try {
            await body(person);
        } finally {
            person.end();
        }
    });

const installing = ['--user daemon-reload', '--user enable dragoman.service'];

withPerson('install writes a unit and starts it, and a second time changes nothing', async (person) => {
    person.configure();
    const first = await person.run(['install']);
    assert.equal(first.code, 0, first.err);
    assert.deepEqual(first.calls, [...installing, '--user restart dragoman.service']);
    assert.match(first.out, /runs as your service: listening on 127\.0\.0\.1:8080/);
    assert.match(first.out, /journalctl --user -u dragoman -f/);
    assert.match(first.out, /enable-linger/);
    assert.match(person.text, /^# Written by `dragoman service install`: [0-9a-f]{16}\n/);
    assert.ok(person.text.includes(`\nExecStart=${binary} serve\n`), person.text);
    assert.match(person.text, /\nType=notify\n/);
    const before = person.text;
    const second = await person.run(['install']);
    assert.equal(second.code, 0, second.err);
    assert.deepEqual(second.calls, [...installing, '--user start dragoman.service'], 'no restart');
    assert.equal(person.text, before);
    assert.deepEqual(person.siblings, ['dragoman.service']);
});

withPerson('a configuration that is named is named in the unit', async (person) => {
    person.configure();
    const file = join(person.folder, 'a $pecial 100% "name".toml');
    writeFileSync(file, readFileSync(join(person.home, '.config/dragoman/config.toml')), { mode: 0o600 });
    const { code, err } = await person.run(['install', '--config', 'a $pecial 100% "name".toml']);
    assert.equal(code, 0, err);
    const quoted = `"${person.folder}/a $$pecial 100%% \\"name\\".toml"`;
    assert.ok(person.text.includes(`\nExecStart=${binary} serve --config ${quoted}\n`), person.text);
});

withPerson("the unit goes where the person's systemd looks, whatever the shell says", async (person) => {
    person.configure();
    const elsewhere = person.at('elsewhere');
    const { code, out } = await person.run(['install'], { env: { XDG_CONFIG_HOME: elsewhere } });
    assert.equal(code, 0);
    assert.ok(existsSync(person.unit));
    assert.ok(!existsSync(elsewhere));
    assert.match(out, /unknown to the service: XDG_CONFIG_HOME/);
    await person.run(['uninstall'], { env: { XDG_CONFIG_HOME: elsewhere } });
    assert.ok(!existsSync(person.unit));
});

withPerson("a unit of the person's own is kept, before and after", async (person) => {
    person.configure();
    const own = '[Service]\nExecStart=/home/me/bin/dragoman serve\n';
    mkdirSync(dirname(person.unit), { recursive: true });
    writeFileSync(person.unit, own);
    const { code, out } = await person.run(['install']);
    assert.equal(code, 0);
    assert.match(out, /dragoman\.service\.bak/);
    assert.equal(readFileSync(`${person.unit}.bak`, 'utf8'), own);
    const changed = `${person.text}# my own line\n`;
    writeFileSync(person.unit, changed);
    assert.equal((await person.run(['install'])).code, 0);
    assert.equal(readFileSync(`${person.unit}.bak2`, 'utf8'), changed);
    writeFileSync(person.unit, changed);
    const removed = await person.run(['uninstall']);
    assert.equal(removed.code, 0);
    assert.match(removed.out, /stays/);
    assert.equal(person.text, changed);
});

withPerson('a link is left to whoever made it', async (person) => {
    person.configure();
    mkdirSync(dirname(person.unit), { recursive: true });
    writeFileSync(person.at('managed'), 'theirs\n');
    symlinkSync(person.at('managed'), person.unit);
    const { code, err, calls } = await person.run(['install']);
    assert.equal(code, 1);
    assert.match(err, /is a link to .*managed/);
    assert.deepEqual(calls, []);
    assert.equal(readFileSync(person.at('managed'), 'utf8'), 'theirs\n');
});

withPerson('a service that would have no key is not installed', async (person) => {
    const none = await person.run(['install']);
    assert.equal(none.code, 1);
    assert.match(none.err, /no upstream key.*dragoman init/);
    const inShell = await person.run(['install'], { env: { OPENROUTER_API_KEY: canaryKey } });
    assert.equal(inShell.code, 1);
    assert.match(inShell.err, /OPENROUTER_API_KEY is set in this shell.*does not see it.*dragoman init/);
    assert.equal(person.text, undefined);
    assert.deepEqual(inShell.calls, []);
    person.manager.OPENROUTER_API_KEY = canaryKey;
    const inManager = await person.run(['install']);
    assert.equal(inManager.code, 0, 'what environment.d says, services do see');
});

withPerson('settings that are wrong, or that the service will not see, are said', async (person) => {
    person.configure('[server]\nworker = 2\n');
    const wrong = await person.run(['install']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /config\.toml:2:1.*worker/);
    assert.match(wrong.err, /would not start/);
    assert.equal(person.text, undefined);
    person.configure();
    person.manager.PORT = '9000';
    const unseen = await person.run(['install'], {
        env: { PORT: '9000', HTTPS_PROXY: 'http://proxy.example:3128', BIG_MODEL: 'a/b' },
    });
    assert.equal(unseen.code, 0, unseen.err);
    assert.match(unseen.out, /unknown to the service: BIG_MODEL, HTTPS_PROXY\./);
});

withPerson('files are looked for where the service will look for them', async (person) => {
    person.configure('[upstreams.openrouter]\nkey_file = "relative.key"\n');
    writeFileSync(join(person.folder, 'relative.key'), `${canaryKey}\n`, { mode: 0o600 });
    const inShell = await person.run(['install']);
    assert.equal(inShell.code, 2, 'the working directory of the shell is not the service\'s');
    assert.match(inShell.err, /cannot read relative\.key/);
    copyFileSync(join(person.folder, 'relative.key'), join(person.home, 'relative.key'));
    chmodSync(join(person.home, 'relative.key'), 0o600);
    assert.equal((await person.run(['install'])).code, 0);
});

withPerson('a start that fails says why', async (person) => {
    person.configure();
    person.failing = 'restart';
    person.properties.StatusText = 'address in use: 127.0.0.1:8080 (pid 12)';
    const { code, err } = await person.run(['install']);
    assert.equal(code, 1);
    assert.match(err, /Job for dragoman\.service failed/);
    assert.match(err, /address in use: 127\.0\.0\.1:8080 \(pid 12\)/);
    assert.match(err, /journalctl --user -u dragoman/);
});

withPerson('uninstall stops it and takes away what was written, nothing else', async (person) => {
    person.configure();
    await person.run(['install']);
    const { code, out, calls } = await person.run(['uninstall']);
    assert.equal(code, 0);
    assert.deepEqual(calls, ['--user disable --now dragoman.service', '--user daemon-reload']);
    assert.equal(person.text, undefined);
    assert.match(out, /untouched/);
    assert.ok(existsSync(join(person.home, '.config/dragoman/openrouter.key')));
    person.properties = { LoadState: 'not-found', ActiveState: 'inactive' };
    const again = await person.run(['uninstall']);
    assert.equal(again.code, 0);
    assert.match(again.out, /no service to remove/);
    assert.deepEqual(again.calls, []);
});

withPerson('status says what there is', async (person) => {
    const running = await person.run(['status']);
    assert.equal(running.code, 0, running.err);
    assert.match(running.out, /^unit +.*dragoman\.service$/m);
    assert.match(running.out, /^starts by itself +yes$/m);
    assert.match(running.out, /^runs +yes, process 4711$/m);
    assert.match(running.out, /^says +listening on 127\.0\.0\.1:8080/m);
    assert.match(running.out, /^log +journalctl --user -u dragoman -f$/m);
    assert.deepEqual(running.calls, []);
    person.properties = {
        ...person.properties,
        ...{ ActiveState: 'failed', Result: 'exit-code', UnitFileState: 'disabled', NRestarts: '3' },
    };
    const failed = await person.run(['status']);
    assert.equal(failed.code, 1);
    assert.match(failed.out, /^runs +no \(failed, exit-code\)$/m);
    assert.match(failed.out, /^starts by itself +no \(disabled\)$/m);
    assert.match(failed.out, /^started again +3 times/m);
    person.properties = { LoadState: 'not-found', FragmentPath: '', ActiveState: 'inactive' };
    const none = await person.run(['status']);
    assert.equal(none.code, 1);
    assert.match(none.out, /dragoman service install/);
});

withPerson('without systemd it says what is missing, and what to run instead', async (person) => {
    person.configure();
    for (const action of ['install', 'status']) {
        const { code, err } = await person.run([action], { path: '/nowhere' });
        assert.equal(code, 1);
        assert.match(err, /systemd/);
        assert.match(err, /dragoman serve/);
    }
    assert.equal(person.text, undefined);
});

// systemd's own opinion, where it is installed.
const analyze = async (person, args) => {
    const child = new Child('systemd-analyze', args, {
        env: { HOME: person.home, XDG_RUNTIME_DIR: person.folder, SYSTEMD_COLORS: '0', LC_ALL: 'C.UTF-8' },
        cwd: person.folder,
    });
    const { code } = await child.exit;
    return { code, text: child.out + child.err };
};

for (const scope of ['user', 'system']) {
    withPerson(`the ${scope} unit is what is packaged, and systemd likes it`, async (person) => {
        const flags = scope === 'system' ? ['--print', '--system'] : ['--print'];
        const { code, out, calls } = await person.run(['install', ...flags], { path: '/nowhere' });
        assert.equal(code, 0);
        assert.deepEqual(calls, []);
        const packaged = join(root, 'packaging/systemd', scope);
        assert.equal(
            out,
            readFileSync(join(packaged, 'dragoman.service'), 'utf8').replace('/usr/bin/dragoman', binary),
        );
        writeFileSync(person.at('dragoman.service'), out);
        copyFileSync(join(packaged, 'dragoman.socket'), person.at('dragoman.socket'));
        const verified = await analyze(person, [
            ...(scope === 'user' ? ['--user'] : []),
            ...['verify', '--man=no', person.at('dragoman.service'), person.at('dragoman.socket')],
        ]);
        assert.deepEqual(verified, { code: 0, text: '' });
    }, noAnalyze);
}

withPerson('the system unit exposes little', async (person) => {
    const { code, text } = await analyze(person, [
        ...['security', '--offline=true', '--threshold=15'],
        join(root, 'packaging/systemd/system/dragoman.service'),
    ]);
    assert.equal(code, 0, text);
    assert.match(text, /Overall exposure level for dragoman\.service: (0\.\d|1\.[0-5]) OK/);
}, noAnalyze);

const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
// In a namespace in which root is the only user there is nobody else to be.
const noOther = !isRoot || works(...asNobody, 'true') ? false : 'there is no other user here';

withPerson("the machine's service is root's to install", async (person) => {
    person.configure();
    chmodSync(person.folder, 0o755);
    const wrapper = isRoot ? asNobody : [];
    const { code, err, calls } = await person.run(['install', '--system'], { wrapper });
    assert.equal(code, 1);
    assert.match(err, /needs root.*sudo/);
    assert.deepEqual(calls, []);
}, noOther);

withPerson("the machine's service takes the key from a file of root's", async (person) => {
    const etc = person.at('etc');
    mkdirSync(join(etc, 'systemd/system'), { recursive: true });
    for (const name of ['ld.so.cache', 'passwd']) copyFileSync(join('/etc', name), join(etc, name));
    copyFileSync(binary, join(etc, 'dragoman-here'));
    chmodSync(join(etc, 'dragoman-here'), 0o755);
    person.binary = '/etc/dragoman-here';
    person.manager = { PATH: '/usr/bin' };
    const wrapper = inOwnEtc(etc);
    const without = await person.run(['install', '--system'], { wrapper });
    assert.equal(without.code, 1, without.err);
    assert.match(without.err, /there is no key.*\/etc\/dragoman\/keys\/openrouter/s);
    assert.ok(!existsSync(join(etc, 'systemd/system/dragoman.service')));
    const { code, out, err, calls } = await person.run(['install', '--system'], {
        wrapper,
        env: { OPENROUTER_API_KEY: canaryKey },
    });
    assert.equal(code, 0, err);
    assert.deepEqual(calls, ['daemon-reload', 'enable dragoman.service', 'restart dragoman.service']);
    assert.match(out, /runs as the machine's service/);
    const key = join(etc, 'dragoman/keys/openrouter');
    assert.equal(readFileSync(key, 'utf8'), `${canaryKey}\n`);
    assert.equal(statSync(key).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(key)).mode & 0o777, 0o700);
    const text = readFileSync(join(etc, 'systemd/system/dragoman.service'), 'utf8');
    assert.ok(!text.includes(canaryKey));
    assert.ok(text.includes('\nExecStart=/etc/dragoman-here serve\n'));
    const again = await person.run(['install', '--system'], { wrapper });
    assert.equal(again.code, 0, 'the key is there now');
    assert.deepEqual(again.calls.at(-1), 'start dragoman.service');
    const config = join(etc, 'dragoman/config.toml');
    for (const [text, mode, why] of [
        ['[models]\nbig = "a/b"\n', 0o600, /config\.toml cannot be read by the service.*chmod 644/],
        ['[server]\nclient_tokens_file = "/etc/tokens"\n', 0o644, /\/etc\/tokens cannot be read.*keys\/client-tokens/],
    ]) {
        writeFileSync(join(etc, 'tokens'), `${'t'.repeat(32)}\n`, { mode: 0o600 });
        writeFileSync(config, text);
        chmodSync(config, mode);
        const refused = await person.run(['install', '--system'], { wrapper });
        assert.equal(refused.code, 1, refused.err);
        assert.match(refused.err, why);
    }
    writeFileSync(config, '[server]\nlisten = ["0.0.0.0:8080"]\n');
    const open = await person.run(['install', '--system'], { wrapper });
    assert.equal(open.code, 2);
    assert.match(open.err, /can be reached by other machines/);
    copyFileSync(join(etc, 'tokens'), join(etc, 'dragoman/keys/client-tokens'));
    assert.equal((await person.run(['install', '--system'], { wrapper })).code, 0, 'tokens are handed over');
    const removed = await person.run(['uninstall', '--system'], { wrapper });
    assert.equal(removed.code, 0);
    assert.ok(!existsSync(join(etc, 'systemd/system/dragoman.service')));
    assert.ok(existsSync(key), 'keys stay');
}, noNamespace);

withPerson('a program that the service would not see is refused', async (person) => {
    const etc = person.at('etc');
    mkdirSync(etc);
    copyFileSync(binary, person.at('dragoman'));
    chmodSync(person.at('dragoman'), 0o755);
    person.binary = person.at('dragoman');
    const { code, err } = await person.run(['install', '--system'], { wrapper: inOwnEtc(etc) });
    assert.equal(code, 1);
    assert.match(err, /does not see .*dragoman.*make install/);
}, noNamespace);
