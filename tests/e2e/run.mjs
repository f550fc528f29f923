// Runs the test files of a group, two at a time, and prints one line for each and a summary.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const groups = {
    native: /^(native|strict_upstream)_?.*test\.mjs$/,
    sdk: /^(sdk|tokens)_test\.mjs$/,
    claude: /^claude_.*_test\.mjs$/,
    all: /_test\.mjs$/,
    peers: /_test\.mjs$/,
};
const group = process.argv[2] ?? 'all';
if (!Object.hasOwn(groups, group)) {
    console.error(`unknown group ${group}; there are ${Object.keys(groups).join(', ')}`);
    process.exit(2);
}
const folder = group === 'peers' ? join(here, '../peers') : here;
const width = Number(process.env.E2E_JOBS ?? 2);
const fileLimit = 600000; // milliseconds; far more than any file takes

function runFile(name) {
    const began = Date.now();
    return new Promise((done) => {
        const child = spawn(process.execPath, ['--test', '--test-reporter=tap', join(folder, name)], {
            stdio: ['ignore', 'pipe', 'inherit'],
        });
        let tap = '';
        child.stdout.on('data', (bytes) => {
            tap += bytes;
        });
        const limit = setTimeout(() => child.kill('SIGKILL'), fileLimit);
        child.on('close', (code) => {
            clearTimeout(limit);
            const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
            done({
                name,
                tap,
                passed: count('pass'),
                failed: count('fail') + count('cancelled'),
                ok: code === 0 && count('tests') > 0,
                seconds: ((Date.now() - began) / 1000).toFixed(1),
            });
        });
    });
}

const names = readdirSync(folder)
    .filter((name) => groups[group].test(name))
    .sort();
const results = [];
await Promise.all(
    Array.from({ length: width }, async () => {
        while (names.length > 0) {
            const result = await runFile(names.shift());
            results.push(result);
            if (!result.ok) console.log(result.tap);
            console.log(
                `${result.ok ? 'passed' : 'FAILED'}  ${result.seconds} s  ${result.name}: ` +
                    `${result.passed} passed, ${result.failed} failed`,
            );
        }
    }),
);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const good = results.length > 0 && results.every((result) => result.ok);
console.log(
    `${good ? 'passed' : 'FAILED'}: ${group}, ${sum('passed')} tests passed, ${sum('failed')} failed`,
);
process.exit(good ? 0 : 1);
