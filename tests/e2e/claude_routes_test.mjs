// Claude Code in front of three upstreams of three dialects, each of them the first in turn: it cannot answer, in
// every way there is, and the person sees nothing of it. What a model thought, and signed or encrypted, goes back to
// that model only.

import assert from 'node:assert/strict';
import { after } from 'node:test';

import {
    chain,
    cut,
    down,
    empty,
    limited,
    orders,
    perform,
    secrets,
    session,
    slow,
    targetOf,
    tooLong,
    tried,
    withClientsOnRoutes,
} from './claude_routes.mjs';
import { deafAddress, startStranger } from './routes_stage.mjs';

const thrice = (words) => Array(3).fill(words);

const ways = [
    ['is limited (429)', limited, ['first 429, second', 'first resting, second', 'first resting, second'], 1],
    ['is overloaded (503)', down, thrice('first 503, second'), 3],
    ['ends without a word', empty, thrice('first failed, second'), 3],
    ['breaks off before it says anything', cut, thrice('first failed, second'), 3],
];

const nobody = await deafAddress();
const stranger = await startStranger();
after(() => stranger.stop());

for (const order of orders) {
    const [dialect] = order;
    const chained = order.join(', ');
    const scenario = (name, options, body) =>
        withClientsOnRoutes(order)(`${chained}: ${name}`, chain(order, options), body);

    for (const [name, answer, expected, asked] of ways)
        scenario(`a session while the first ${name}`, {}, async (claude, stage) => {
            perform(stage, order, { answer: (request) => answer(dialect, request) });
            await session(claude, stage, order, { by: 'second' });
            assert.deepEqual(await tried(stage, order, 3), expected);
            assert.deepEqual(stage.asked, [asked, 3, 0]);
        });

    scenario(
        'a session while the first does not begin in time',
        { target: `{ target = "${targetOf(order, 0)}", first_byte = "100ms" }` },
        async (claude, stage) => {
            perform(stage, order, { answer: (request) => slow(dialect, request) });
            await session(claude, stage, order, { by: 'second' });
            assert.deepEqual(await tried(stage, order, 3), thrice('first too late, second'));
            await Promise.all(stage.upstreams.first.paid.map((request) => request.left));
        },
    );

    scenario(
        'a session while nobody listens where the first should be',
        { url: nobody },
        async (claude, stage) => {
            perform(stage, order);
            await session(claude, stage, order, { by: 'second' });
            assert.deepEqual(await tried(stage, order, 3), thrice('first unreachable, second'));
            assert.deepEqual(stage.asked, [0, 3, 0]);
        },
    );

    scenario(
        'a session while the first shows a certificate that nobody knows',
        { url: stranger.url },
        async (claude, stage) => {
            perform(stage, order);
            const before = stranger.greeted;
            await session(claude, stage, order, { by: 'second' });
            assert.deepEqual(await tried(stage, order, 3), thrice('first unreachable, second'));
            assert.ok(stranger.greeted > before, 'it was asked for its certificate');
            stranger.assertHeardNothing();
        },
    );

    scenario('each step by another model, and back to the first', {}, async (claude, stage) => {
        const { first, second } = stage.upstreams;
        perform(stage, order, {
            calls: 3,
            answer: (request) => ([1, 2].includes(request.toolResults.length) ? down(dialect) : undefined),
        });
        const usual = second.answer;
        second.answer = (request) =>
            request.toolResults.length === 1 ? down(order[1]) : usual(request);
        await session(claude, stage, order, { by: 'first', calls: 3 });
        assert.deepEqual(await tried(stage, order, 4), [
            'first',
            'first 503, second 503, third',
            'first 503, second',
            'first',
        ]);
        assert.deepEqual(stage.asked, [4, 2, 1]);
        assert.ok(first.paid.at(-1).text.includes(secrets[dialect]), 'the first has its own thought back');
    });

    scenario(
        'two sessions of two models, one after the other, and each keeps its thoughts',
        {},
        async (claude, stage) => {
            perform(stage, order, {
                answer: (request) => (request.toolResults.length < 2 ? down(dialect) : undefined),
                calls: 4,
            });
            await session(claude, stage, order, { by: 'first', calls: 4 });
            assert.deepEqual(await tried(stage, order, 5), [
                ...Array(2).fill('first 503, second'),
                ...thrice('first'),
            ]);
            const [, again] = stage.upstreams.second.paid;
            assert.ok(again.text.includes(secrets[order[1]]), 'the second has its own thought back');
        },
    );

    scenario(
        'a session that does not fit into the window of the first goes to the one whose window is larger',
        { windows: [131072, 131072, 400000] },
        async (claude, stage) => {
            perform(stage, order, { answer: () => tooLong(dialect) });
            await session(claude, stage, order, { by: 'third' });
            assert.deepEqual(await tried(stage, order, 3), thrice('first 400, third'));
            assert.deepEqual(stage.asked, [3, 0, 3], 'the second is no larger');
        },
    );
}
