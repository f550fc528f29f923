// A conversation of Claude Code in front of three upstreams of three dialects, each of which is the first in turn:
// what they say, how the first of them fails, and who was tried in the end.

import assert from 'node:assert/strict';

import { END, chunk, failure, steps } from './answers.mjs';
import { call, withBothClientsOnRoutes, withNewestClientOnRoutes } from './claude_scenario.mjs';
import { responsesOutput, responsesSteps } from './responses_answers.mjs';
import { routeTable, upstreamTable } from './routes_stage.mjs';

const positions = ['first', 'second', 'third'];

export const orders = [
    ['chat', 'responses', 'messages'],
    ['responses', 'messages', 'chat'],
    ['messages', 'chat', 'responses'],
];

// What the clients send does not depend on where it goes: the older one is tried in the usual order alone.
export const withClientsOnRoutes = (order) =>
    order === orders[0] ? withBothClientsOnRoutes : withNewestClientOnRoutes;

const models = { chat: 'openai/gpt-oss-120b', responses: 'gpt-5.1', messages: 'anthropic/claude-haiku-4.5' };
const presets = { chat: 'openrouter', responses: 'openai', messages: 'openrouter' };
const addressOf = { chat: 'baseUrl', responses: 'openaiUrl', messages: 'baseUrl' };

export const targetOf = (order, i) => `${positions[i]}/${models[order[i]]}`;

// `table`, `target`, `url`: what else stands in the table of the first, how its target is written, where it is;
// `windows`: the context of each.
export const chain =
    (order, { table = '', target = targetOf(order, 0), url, windows } = {}) =>
    (upstreams) =>
        order
            .map((dialect, i) => {
                const at = i === 0 && url ? url : upstreams[positions[i]][addressOf[dialect]];
                const stated = windows
                    ? `[upstreams.${positions[i]}.models."${models[dialect]}"]\ncontext = ${windows[i]}\n`
                    : '';
                const extra = `dialect = "${dialect}"\n${i === 0 ? table : ''}${stated}`;
                return upstreamTable(positions[i], at, extra, presets[dialect]);
            })
            .join('') + routeTable([target, targetOf(order, 1), targetOf(order, 2)]);

const command = (dialect, step) => ({
    command: `echo ${dialect}-$((${step}+40))`,
    description: `Step ${step}`,
});
const signature = (step) => Buffer.from(`messages-secret-${step}`).toString('base64');

// A turn of each of them: a thought that only its maker can use, and a call.
const turns = {
    chat: (step) => {
        const thought = {
            type: 'reasoning.text',
            text: `The first thinks of ${step}.`,
            signature: `chat-secret-${step}`,
            format: 'unknown',
            index: 0,
        };
        return {
            details: [thought],
            returns: [thought],
            text: 'I call.',
            tools: [call('Bash', command('chat', step), 100 + step)],
        };
    },
    responses: (step) => ({
        reasoning: [`The second thinks of ${step}.`],
        text: 'I call.',
        tools: [call('Bash', command('responses', step), 200 + step)],
    }),
    messages: (step) => ({
        thinking: `The third thinks of ${step}.`,
        signature: signature(step),
        text: 'I call.',
        tools: [
            {
                id: `toolu_01AbCdEfGhIjKlMnOpQr${step}`,
                name: 'Bash',
                input: command('messages', step),
            },
        ],
    }),
};

export const secrets = { chat: 'chat-secret', responses: 'gAAAA-', messages: signature('').slice(0, 20) };

// Every upstream makes `calls` calls and then says who it is; the first is asked for its `answer` instead.
export function perform(stage, order, { calls = 2, answer } = {}) {
    for (const [i, name] of positions.entries()) {
        const usual = (request) => {
            if (request.isHelper) return { text: 'Title' };
            const step = request.toolResults.length;
            return step < calls ? turns[order[i]](step) : { text: `Done by the ${name}.` };
        };
        stage.upstreams[name].answer = (request) =>
            (name === 'first' && answer ? answer(request, usual) : undefined) ?? usual(request);
    }
}

// Who was tried for the requests of the session, in the words of the log: "first 503, second".
export async function tried(stage, order, count) {
    await stage.dragoman.child.until(() => stage.records.length >= count);
    return stage.records.map((record) => {
        assert.equal(record.status, 200);
        const before = (record.tried ?? '').replaceAll(/\/[^ ]+/g, '');
        const last = positions[order.findIndex((dialect) => models[dialect] === record.upstream_model)];
        return before === '' ? last : `${before}, ${last}`;
    });
}

function assertNobodyReadsAnothersThoughts(stage, order) {
    for (const [i, name] of positions.entries())
        for (const request of stage.upstreams[name].paid) {
            assert.ok(!request.text.includes('dgm1.'), `an envelope went to the ${name}`);
            for (const [owner, secret] of Object.entries(secrets))
                if (owner !== order[i])
                    assert.ok(!request.text.includes(secret), `${order[i]} got a thought of ${owner}`);
        }
}

export async function session(claude, stage, order, { by, calls = 2 }) {
    const printed = await claude.print('Take the steps', { env: { ENABLE_TOOL_SEARCH: 'false' } });
    assert.equal(printed.code, 0);
    assert.equal(printed.result.is_error, false);
    assert.equal(printed.text, `Done by the ${by}.`);
    assert.equal(printed.called.length, calls);
    printed.results.forEach((result, step) =>
        assert.match(JSON.stringify(result.content), new RegExp(`-${step + 40}`)),
    );
    assert.doesNotMatch(JSON.stringify(printed.events), /API Error|retry/i, 'the person sees no error');
    assertNobodyReadsAnothersThoughts(stage, order);
    return printed;
}

// --- How each dialect says that it will not.

const errorIn = {
    chat: (status, message) => ({ error: { code: status, message } }),
    responses: (status, message) => ({
        error: {
            message,
            type: status < 500 ? 'invalid_request_error' : 'server_error',
            param: null,
            code: null,
        },
    }),
    messages: (status, message) => ({
        type: 'error',
        error: { type: status < 500 ? 'invalid_request_error' : 'api_error', message },
    }),
};

export const refusal = (dialect, status, message, headers) =>
    failure(status, errorIn[dialect](status, message), headers);
export const down = (dialect) => refusal(dialect, 503, 'No instances available');
export const limited = (dialect) => refusal(dialect, 429, 'Rate limit exceeded', { 'retry-after': '60' });

const tooLongWords = {
    chat: "This endpoint's maximum context length is 131072 tokens. However, you requested about 190000 tokens (190000 of text input).",
    responses: 'Your input exceeds the context window of this model. Please adjust your input and try again.',
    messages: 'prompt is too long: 190000 tokens > 131072 maximum',
};
export function tooLong(dialect) {
    const answer = refusal(dialect, 400, tooLongWords[dialect]);
    if (dialect === 'responses')
        Object.assign(answer.body.error, { param: 'input', code: 'context_length_exceeded' });
    return answer;
}

const event = (data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const begunMessage = (model) =>
    event({
        type: 'message_start',
        message: {
            id: 'msg_01AbCdEfGhIjKlMnOpQrStUv',
            type: 'message',
            role: 'assistant',
            model,
            content: [],
            stop_reason: null,
            stop_sequence: null,
            usage: { input_tokens: 1000, output_tokens: 1 },
        },
    });
const nothingSaid = {
    chat: (model) => [chunk(model, {}, 'stop'), 'data: [DONE]\n\n'],
    responses: (model) => responsesSteps(model, responsesOutput(model, {}), {}),
    messages: (model) => [
        begunMessage(model),
        event({
            type: 'message_delta',
            delta: { stop_reason: 'end_turn', stop_sequence: null },
            usage: { output_tokens: 0 },
        }),
        event({ type: 'message_stop' }),
    ],
};
// What comes before the first block.
const begun = {
    chat: () => [': OPENROUTER PROCESSING\n\n'],
    responses: (model) => nothingSaid.responses(model).slice(0, 2),
    messages: (model) => [begunMessage(model), event({ type: 'ping' })],
};

export const empty = (dialect, request) => steps(nothingSaid[dialect](request.body.model));
export const cut = (dialect, request) => steps([...begun[dialect](request.body.model), END]);
export const slow = (dialect, request) =>
    steps([...begun[dialect](request.body.model), new Promise(() => {})]);
