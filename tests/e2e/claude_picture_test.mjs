// The picture at the top of the README is what the newest client shows today.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, Child, claudeBinary, root, versions } from './harness.mjs';

const newest = versions.at(-1);

test(`Claude Code ${newest}: the picture of a session is up to date`, { timeout: 200000 }, async () => {
    assert.ok(existsSync(claudeBinary(newest)), `not installed: ${claudeBinary(newest)}; run npm ci`);
    const script = join(root, 'docs/picture/make_session_svg.py');
    const programs = ['--dragoman', binary, '--claude', claudeBinary(newest)];
    const child = new Child('python3', ['-B', script, '--check', ...programs], { env: {} });
    const { code } = await child.exit;
    assert.equal(child.err, '');
    assert.equal(child.out, '', `differs; make it again with ${script}`);
    assert.equal(code, 0);
});
