// Claude Code in front of three upstreams of three dialects: the first cannot answer, in every way there is, and
// the person sees nothing of it. What a model thought, and signed or encrypted, goes back to that model only.

import assert from 'node:assert/strict';
import { after } from 'node:test';

import { END, chunk, failure, steps } from './answers.mjs';
import { call, withBothClientsOnRoutes } from './claude_scenario.mjs';
import { canaryKey } from './harness.mjs';
import {
    deafAddress,
    otherKey,
    routeTable,
    routerError,
    startStranger,
    upstreamTable,
} from './routes_stage.mjs';

const targets = {
    first: 'first/openai/gpt-oss-120b', // Chat Completions
    second: 'second/gpt-5.1', // Responses
    third: 'third/anthropic/claude-haiku-4.5', // Messages
};

// `first`: what else stands in its table, and how its target is written.
const chain =
    ({ table = '', target = targets.first, url } = {}) =>
    (upstreams) =>
        upstreamTable('first', url ?? upstreams.first.baseUrl, `dialect = "chat"\n${table}`) +
        upstreamTable('second', upstreams.second.openaiUrl, 'dialect = "responses"\n', 'openai') +
        upstreamTable('third', upstreams.third.baseUrl, 'dialect = "messages"\n') +
        routeTable([target, targets.second, targets.third]);

const command = (name, step) => ({ command: `echo ${name}-$((${step}+40))`, description: `Step ${step}` });
const signature = (step) => Buffer.from(`third-secret-${step}`).toString('base64');

// A turn of each of them: a thought that only its maker can use, and a call.
const turns = {
    first: (step) => {
        const thought = {
            type: 'reasoning.text',
            text: `The first thinks of ${step}.`,
            signature: `first-secret-${step}`,
            format: 'unknown',
            index: 0,
        };
        return {
            details: [thought],
            returns: [thought],
            text: 'The first calls.',
            tools: [call('Bash', command('first', step), 100 + step)],
        };
    },
    second: (step) => ({
        reasoning: [`The second thinks of ${step}.`],
        text: 'The second calls.',
        tools: [call('Bash', command('second', step), 200 + step)],
    }),
    third: (step) => ({
        thinking: `The third thinks of ${step}.`,
        signature: signature(step),
        text: 'The third calls.',
        tools: [{ id: `toolu_01AbCdEfGhIjKlMnOpQr${step}`, name: 'Bash', input: command('third', step) }],
    }),
};

const secrets = { first: 'first-secret', second: 'gAAAA-', third: signature('').slice(0, 14) };

// Every upstream makes `calls` calls and then says who it is; the first is asked for its `answer` instead.
function perform(stage, { calls = 2, answer } = {}) {
    for (const [name, upstream] of Object.entries(stage.upstreams)) {
        const usual = (request) => {
            if (request.isHelper) return { text: 'Title' };
            const step = request.toolResults.length;
            return step < calls ? turns[name](step) : { text: `Done by the ${name}.` };
        };
        upstream.answer = (request) =>
            (name === 'first' && answer ? answer(request, usual) : undefined) ?? usual(request);
    }
}

// Who was tried for the requests of the session, in the words of the log: "first 503, second".
async function tried(stage, count) {
    await stage.dragoman.child.until(() => stage.records.length >= count);
    return stage.records.map((record) => {
        assert.equal(record.status, 200);
        const before = (record.tried ?? '').replaceAll(/\/[^ ]+/g, '');
        const [last] = Object.entries(targets).find(([, target]) =>
            target.endsWith(`/${record.upstream_model}`),
        );
        return before === '' ? last : `${before}, ${last}`;
    });
}

function assertNobodyReadsAnothersThoughts(stage) {
    for (const [name, upstream] of Object.entries(stage.upstreams)) {
        for (const request of upstream.paid) {
            assert.ok(!request.text.includes('dgm1.'), `an envelope went to the ${name}`);
            for (const [owner, secret] of Object.entries(secrets))
                if (owner !== name)
                    assert.ok(!request.text.includes(secret), `the ${name} got a thought of the ${owner}`);
        }
    }
}

async function session(claude, stage, { by, calls = 2 }) {
    const printed = await claude.print('Take the steps', { env: { ENABLE_TOOL_SEARCH: 'false' } });
    assert.equal(printed.code, 0);
    assert.equal(printed.result.is_error, false);
    assert.equal(printed.text, `Done by the ${by}.`);
    assert.equal(printed.called.length, calls);
    printed.results.forEach((result, step) =>
        assert.match(JSON.stringify(result.content), new RegExp(`-${step + 40}`)),
    );
    assert.doesNotMatch(JSON.stringify(printed.events), /API Error|retry/i, 'the person sees no error');
    assertNobodyReadsAnothersThoughts(stage);
    return printed;
}

const down = failure(503, routerError(503, 'No instances available'));
const limited = failure(429, routerError(429, 'Rate limit exceeded'), { 'retry-after': '60' });

const ways = [
    ['is limited (429)', limited, ['first 429, second', 'first resting, second', 'first resting, second'], 1],
    ['is overloaded (503)', down, Array(3).fill('first 503, second'), 3],
    [
        'ends without a word',
        (request) => steps([chunk(request.body.model, {}, 'stop'), 'data: [DONE]\n\n']),
        Array(3).fill('first failed, second'),
        3,
    ],
    [
        'breaks off before it says anything',
        () => steps([': OPENROUTER PROCESSING\n\n', END]),
        Array(3).fill('first failed, second'),
        3,
    ],
];

for (const [name, answer, expected, asked] of ways)
    withBothClientsOnRoutes(`a session while the first ${name}`, chain(), async (claude, stage) => {
        perform(stage, { answer: (request) => (typeof answer === 'function' ? answer(request) : answer) });
        await session(claude, stage, { by: 'second' });
        assert.deepEqual(await tried(stage, 3), expected);
        assert.deepEqual(stage.asked, [asked, 3, 0]);
    });

withBothClientsOnRoutes(
    'a session while the first does not begin in time',
    chain({ target: `{ target = "${targets.first}", first_byte = "100ms" }` }),
    async (claude, stage) => {
        perform(stage, { answer: () => steps([': OPENROUTER PROCESSING\n\n', new Promise(() => {})]) });
        await session(claude, stage, { by: 'second' });
        assert.deepEqual(await tried(stage, 3), Array(3).fill('first too late, second'));
        await Promise.all(stage.upstreams.first.paid.map((request) => request.left));
    },
);

withBothClientsOnRoutes(
    'a session while nobody listens where the first should be',
    chain({ url: await deafAddress() }),
    async (claude, stage) => {
        perform(stage);
        await session(claude, stage, { by: 'second' });
        assert.deepEqual(await tried(stage, 3), Array(3).fill('first unreachable, second'));
        assert.deepEqual(stage.asked, [0, 3, 0]);
    },
);

const stranger = await startStranger();
after(() => stranger.stop());

withBothClientsOnRoutes(
    'a session while the first shows a certificate that nobody knows',
    chain({ url: stranger.url }),
    async (claude, stage) => {
        perform(stage);
        const before = stranger.greeted;
        await session(claude, stage, { by: 'second' });
        assert.deepEqual(await tried(stage, 3), Array(3).fill('first unreachable, second'));
        assert.ok(stranger.greeted > before, 'it was asked for its certificate');
        stranger.assertHeardNothing();
    },
);

withBothClientsOnRoutes(
    'each step by another model, and back to the first',
    chain(),
    async (claude, stage) => {
        const { first, second } = stage.upstreams;
        perform(stage, {
            calls: 3,
            answer: (request) => ([1, 2].includes(request.toolResults.length) ? down : undefined),
        });
        const usual = second.answer;
        second.answer = (request) =>
            request.toolResults.length === 1
                ? failure(500, { error: { message: 'Oops', type: 'server_error' } })
                : usual(request);
        await session(claude, stage, { by: 'first', calls: 3 });
        assert.deepEqual(await tried(stage, 4), [
            'first',
            'first 503, second 500, third',
            'first 503, second',
            'first',
        ]);
        assert.deepEqual(stage.asked, [4, 2, 1]);
        assert.match(first.paid.at(-1).text, /first-secret-0/, 'the first has its own thought back');
    },
);

withBothClientsOnRoutes(
    'two sessions of two models, one after the other, and each keeps its thoughts',
    chain(),
    async (claude, stage) => {
        perform(stage, {
            answer: (request) => (request.toolResults.length < 2 ? down : undefined),
            calls: 4,
        });
        await session(claude, stage, { by: 'first', calls: 4 });
        assert.deepEqual(await tried(stage, 5), [
            ...Array(2).fill('first 503, second'),
            ...Array(3).fill('first'),
        ]);
        const [, again] = stage.upstreams.second.paid;
        assert.match(again.text, /gAAAA-/, 'the second has its own thought back');
    },
);

const pool = `keys = [{ key = "${canaryKey}" }, { key = "${otherKey}" }]\n`;
const refusals = {
    401: failure(401, routerError(401, 'User not found.')),
    402: failure(402, routerError(402, 'Insufficient credits. Add more')),
    429: limited,
};

for (const [status, refusal] of Object.entries(refusals))
    withBothClientsOnRoutes(
        `a session whose key of the first is refused with ${status}: the other key takes over`,
        chain({ table: pool }),
        async (claude, stage) => {
            const { first } = stage.upstreams;
            first.wrongKey = () => false;
            let refused; // whichever key the session is dealt
            perform(stage, {
                answer: (request) => {
                    refused ??= request.headers.authorization;
                    return request.headers.authorization === refused ? refusal : undefined;
                },
            });
            await session(claude, stage, { by: 'first' });
            assert.deepEqual(await tried(stage, 3), [`first ${status}, first`, 'first', 'first']);
            assert.deepEqual(stage.asked, [4, 0, 0], 'the refused key was used once');
            const used = first.paid.map((request) => request.headers.authorization);
            assert.deepEqual(new Set(used), new Set([`Bearer ${canaryKey}`, `Bearer ${otherKey}`]));
            assert.equal(new Set(used.slice(1)).size, 1, 'the session stays on the other key');
            assert.equal(first.paid[0].text, first.paid[1].text, 'the same bytes');
        },
    );

withBothClientsOnRoutes(
    'a session whose keys of the first are all refused',
    chain({ table: pool }),
    async (claude, stage) => {
        stage.upstreams.first.wrongKey = () => false;
        perform(stage, { answer: () => refusals[402] });
        await session(claude, stage, { by: 'second' });
        assert.deepEqual(await tried(stage, 3), [
            'first 402, first 402, second',
            'first resting, second',
            'first resting, second',
        ]);
        assert.deepEqual(stage.asked, [2, 3, 0]);
    },
);

withBothClientsOnRoutes(
    'a session while the breaker of the first opens',
    chain({ table: 'breaker_failures = 2\nbreaker_rest = "10m"\n' }),
    async (claude, stage) => {
        perform(stage, { calls: 4, answer: () => down });
        await session(claude, stage, { by: 'second', calls: 4 });
        assert.deepEqual(await tried(stage, 5), [
            ...Array(2).fill('first 503, second'),
            ...Array(3).fill('first resting, second'),
        ]);
        assert.deepEqual(stage.asked, [2, 5, 0], 'open: the first is not asked any more');
    },
);

withBothClientsOnRoutes(
    'a session while the breaker of the first opens, half opens, opens again and closes',
    chain({ table: 'breaker_failures = 2\nbreaker_rest = "1ms"\n' }), // over before the next step of the client
    async (claude, stage) => {
        perform(stage, {
            calls: 4,
            answer: (request) => (request.toolResults.length < 3 ? down : undefined),
        });
        await session(claude, stage, { by: 'first', calls: 4 });
        assert.deepEqual(await tried(stage, 5), [...Array(3).fill('first 503, second'), 'first', 'first']);
        assert.deepEqual(stage.asked, [5, 3, 0], 'each time one request tries');
    },
);

const tooLong = failure(
    400,
    routerError(
        400,
        "This endpoint's maximum context length is 131072 tokens. However, you requested about 190000 tokens (190000 of text input).",
    ),
);

withBothClientsOnRoutes(
    'a session that does not fit into the window of the first goes to the one whose window is larger',
    chain({ table: '[upstreams.first.models."openai/gpt-oss-120b"]\ncontext = 131072\n' }),
    async (claude, stage) => {
        perform(stage, { answer: () => tooLong });
        await session(claude, stage, { by: 'third' });
        assert.deepEqual(await tried(stage, 3), Array(3).fill('first 400, third'));
        assert.deepEqual(stage.asked, [3, 0, 3], 'nobody knows how large the second is');
    },
);

withBothClientsOnRoutes(
    'a session whose first refuses what it can do without stays with the first',
    chain(),
    async (claude, stage) => {
        const refused = failure(
            400,
            routerError(400, "Unsupported parameter: 'reasoning' is not supported with this model."),
        );
        perform(stage, {
            answer: (request) => (request.body.reasoning !== undefined ? refused : undefined),
        });
        await session(claude, stage, { by: 'first' });
        assert.deepEqual(await tried(stage, 3), [
            'first 400 mended (drop_parameter reasoning), first',
            'first',
            'first',
        ]);
        assert.deepEqual(stage.asked, [4, 0, 0], 'it was refused once');
    },
);
