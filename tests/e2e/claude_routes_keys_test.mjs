// Claude Code in front of three upstreams of three dialects, each of them the first in turn: its keys are refused,
// its breaker opens, half opens and closes, and the person sees nothing of it.

import assert from 'node:assert/strict';

import {
    chain,
    down,
    limited,
    orders,
    perform,
    refusal,
    session,
    tried,
    withClientsOnRoutes,
} from './claude_routes.mjs';
import { canaryKey } from './harness.mjs';
import { otherKey } from './routes_stage.mjs';

const pool = `keys = [{ key = "${canaryKey}" }, { key = "${otherKey}" }]\n`;
const refusals = {
    401: (dialect) => refusal(dialect, 401, 'User not found.'),
    402: (dialect) => refusal(dialect, 402, 'Insufficient credits. Add more'),
    429: limited,
};

for (const order of orders) {
    const [dialect] = order;
    const scenario = (name, table, body) =>
        withClientsOnRoutes(order)(`${order.join(', ')}: ${name}`, chain(order, { table }), body);

    for (const [status, refused] of Object.entries(refusals))
        scenario(
            `a session whose key of the first is refused with ${status}: the other key takes over`,
            pool,
            async (claude, stage) => {
                const { first } = stage.upstreams;
                first.wrongKey = () => false;
                let wrong; // whichever key the session is dealt
                perform(stage, order, {
                    answer: (request) => {
                        wrong ??= request.headers.authorization;
                        return request.headers.authorization === wrong ? refused(dialect) : undefined;
                    },
                });
                await session(claude, stage, order, { by: 'first' });
                assert.deepEqual(await tried(stage, order, 3), [`first ${status}, first`, 'first', 'first']);
                assert.deepEqual(stage.asked, [4, 0, 0], 'the refused key was used once');
                const used = first.paid.map((request) => request.headers.authorization);
                assert.deepEqual(new Set(used), new Set([`Bearer ${canaryKey}`, `Bearer ${otherKey}`]));
                assert.equal(new Set(used.slice(1)).size, 1, 'the session stays on the other key');
                assert.equal(first.paid[0].text, first.paid[1].text, 'the same bytes');
            },
        );

    scenario('a session whose keys of the first are all refused', pool, async (claude, stage) => {
        stage.upstreams.first.wrongKey = () => false;
        perform(stage, order, { answer: () => refusals[402](dialect) });
        await session(claude, stage, order, { by: 'second' });
        assert.deepEqual(await tried(stage, order, 3), [
            'first 402, first 402, second',
            'first resting, second',
            'first resting, second',
        ]);
        assert.deepEqual(stage.asked, [2, 3, 0]);
    });

    scenario(
        'a session while the breaker of the first opens',
        'breaker_failures = 2\nbreaker_rest = "10m"\n',
        async (claude, stage) => {
            perform(stage, order, { calls: 4, answer: () => down(dialect) });
            await session(claude, stage, order, { by: 'second', calls: 4 });
            assert.deepEqual(await tried(stage, order, 5), [
                ...Array(2).fill('first 503, second'),
                ...Array(3).fill('first resting, second'),
            ]);
            assert.deepEqual(stage.asked, [2, 5, 0], 'open: the first is not asked any more');
        },
    );

    scenario(
        'a session while the breaker of the first opens, half opens, opens again and closes',
        'breaker_failures = 2\nbreaker_rest = "1ms"\n', // over before the next step of the client
        async (claude, stage) => {
            perform(stage, order, {
                calls: 4,
                answer: (request) => (request.toolResults.length < 3 ? down(dialect) : undefined),
            });
            await session(claude, stage, order, { by: 'first', calls: 4 });
            assert.deepEqual(await tried(stage, order, 5), [
                ...Array(3).fill('first 503, second'),
                'first',
                'first',
            ]);
            assert.deepEqual(stage.asked, [5, 3, 0], 'each time one request tries');
        },
    );
}
