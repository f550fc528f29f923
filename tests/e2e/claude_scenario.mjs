// Declares one scenario as two tests, one for each client; both see the same stage and the same script.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { Claude } from './claude.mjs';
import { claudeBinary, onStage, versions } from './harness.mjs';

export function withBothClients(name, options, body) {
    const only = process.env.CLAUDE_VERSION;
    for (const version of versions.filter((v) => only === undefined || v === only)) {
        test(`Claude Code ${version}: ${name}`, { timeout: 200000 }, () =>
            onStage(options, async (stage) => {
                assert.ok(
                    existsSync(claudeBinary(version)),
                    `not installed: ${claudeBinary(version)}; run npm ci`,
                );
                const claude = new Claude(version, stage);
                try {
                    await body(claude, stage.upstream, stage);
                    stage.upstream.assertClean();
                    assertNothingOfTheClientLeaks(stage);
                } catch (error) {
                    if (claude.last) error.message += `\n--- the client ---\n${claude.last.summary}`;
                    throw error;
                } finally {
                    claude.end();
                }
            }),
        );
    }
}

// Whatever the scenario: no billing line, no device id and no client token went upstream, and no key or
// prompt was logged.
function assertNothingOfTheClientLeaks(stage) {
    for (const request of stage.upstream.paid) {
        for (const secret of ['x-anthropic-billing-header', 'device_id', 'any-token-will-do']) {
            assert.ok(!request.text.includes(secret), `${secret} went upstream`);
        }
    }
    assert.ok(!stage.dragoman.log.includes(stage.upstream.key), 'the key is in the log');
}

export const call = (name, input, n = 1) => ({
    id: `call_AbCdEfGh${String(n).padStart(12, '0')}`,
    name,
    input,
});

// Requests of the conversation, without titles, searches and other helpers.
export const mainRequests = (upstream) =>
    upstream.chats.filter((request) => request.toolNames.includes('Bash'));
