// Declares one scenario as two tests, one for each client; both see the same stage and the same script.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { Claude } from './claude.mjs';
import { claudeBinary, onStage, versions } from './harness.mjs';
import { onRoutesStage } from './routes_stage.mjs';

// `upstreamsOf`: of the stage, all that have to be clean at the end.
function declare(name, onItsStage, options, upstreamsOf, body, clients = versions) {
    const only = process.env.CLAUDE_VERSION;
    for (const version of clients.filter((v) => only === undefined || v === only)) {
        test(`Claude Code ${version}: ${name}`, { timeout: 200000 }, () =>
            onItsStage(options, async (stage) => {
                assert.ok(
                    existsSync(claudeBinary(version)),
                    `not installed: ${claudeBinary(version)}; run npm ci`,
                );
                const claude = new Claude(version, stage);
                try {
                    await body(claude, stage);
                    for (const upstream of upstreamsOf(stage)) {
                        upstream.assertClean();
                        assertNothingOfTheClientLeaks(upstream, stage.dragoman);
                    }
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

// `options`: of Stage.start().
export function withBothClients(name, options, body) {
    declare(
        name,
        onStage,
        options,
        (stage) => [stage.upstream],
        (claude, stage) => body(claude, stage.upstream, stage),
    );
}

// `configuration`: of three upstreams, as for RoutesStage.start().
export function withBothClientsOnRoutes(name, configuration, body) {
    declare(name, onRoutesStage, { configuration }, (stage) => stage.all, body);
}

export function withNewestClientOnRoutes(name, configuration, body) {
    declare(name, onRoutesStage, { configuration }, (stage) => stage.all, body, versions.slice(-1));
}

// `onItsStage(options, body)`: starts what `options` describes, and gives it to the body; it says itself what is wrong.
export function withBothClientsOn(onItsStage, name, options, body) {
    declare(name, onItsStage, options, () => [], body);
}

// Whatever the scenario: no billing line, no device id and no client token went upstream, and no key or
// prompt was logged.
function assertNothingOfTheClientLeaks(upstream, dragoman) {
    for (const request of upstream.paid) {
        for (const secret of ['x-anthropic-billing-header', 'device_id', 'any-token-will-do']) {
            assert.ok(!request.text.includes(secret), `${secret} went upstream`);
        }
    }
    assert.ok(!dragoman.log.includes(upstream.key), 'the key is in the log');
}

export const call = (name, input, n = 1) => ({
    id: `call_AbCdEfGh${String(n).padStart(12, '0')}`,
    name,
    input,
});

// Requests of the conversation, without titles, searches and other helpers.
export const mainRequests = (upstream) =>
    upstream.chats.filter((request) => request.toolNames.includes('Bash'));
