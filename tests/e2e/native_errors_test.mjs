// Every way in which an upstream says no, and what the client hears.

import assert from 'node:assert/strict';

import { failure } from './answers.mjs';
import { message, post } from './http_client.mjs';
import { sharedStage } from './suite.mjs';

const stage = sharedStage();
const { test } = stage;

const openai = (text, code = null, type = 'invalid_request_error') => ({
    error: { message: text, type, param: null, code },
});
const router = (code, text, metadata) => ({
    error: { code, message: text, ...(metadata ? { metadata } : {}) },
});

let serial = 0;
async function refusedWith(status, body, headers) {
    serial += 1; // so that no answer is the memory of an earlier one
    stage.upstream.script(failure(status, body, headers));
    const before = stage.upstream.paid.length;
    const answer = await post(stage.url, message(`question ${serial}`));
    return { ...answer, asked: stage.upstream.paid.length - before };
}

const table = [
    // status, body, header fields of the upstream; then: status, type, message, x-should-retry
    [400, openai('bad parameter foo'), {}, 400, 'invalid_request_error', /bad parameter foo/],
    [401, router(401, 'User not found.'), {}, 401, 'authentication_error', /rejected its API key/, 'false'],
    [
        402,
        router(402, 'Insufficient credits'),
        {},
        402,
        'billing_error',
        /credit balance is too low.*Insufficient/i,
        'false',
    ],
    [
        429,
        openai('You exceeded your current quota', 'insufficient_quota', 'insufficient_quota'),
        {},
        402,
        'billing_error',
        /quota/,
        'false',
    ],
    [
        403,
        router(403, 'Key limit exceeded (total limit).'),
        {},
        402,
        'billing_error',
        /limit exceeded/,
        'false',
    ],
    [
        403,
        router(403, 'Your input was flagged', {
            reasons: ['violence'],
            flagged_input: 'x',
            provider_name: 'OpenAI',
            model_slug: 'openai/x',
        }),
        {},
        400,
        'invalid_request_error',
        /flagged/,
        'false',
    ],
    [
        403,
        router(403, 'This model is not available in your region.'),
        {},
        403,
        'permission_error',
        /region/,
        'false',
    ],
    [
        404,
        router(404, 'No endpoints found for openai/gpt-oss-120b.'),
        {},
        404,
        'not_found_error',
        /^model: claude-opus-4-8/,
        'false',
    ],
    [
        400,
        router(400, 'openai/gpt-oss-120b is not a valid model ID'),
        {},
        404,
        'not_found_error',
        /^model: claude/,
    ],
    [
        404,
        router(404, 'No endpoints found that support tool use.'),
        {},
        400,
        'invalid_request_error',
        /tool use/,
    ],
    [
        404,
        router(404, 'No endpoints found matching your data policy (Free model training).'),
        {},
        400,
        'invalid_request_error',
        /data policy/,
    ],
    [408, router(408, 'Request timed out'), {}, 504, 'timeout_error', /timed out/],
    [504, '<html><h1>504 Gateway Time-out</h1></html>', {}, 504, 'timeout_error', /504 Gateway Time-out/],
    [
        524,
        '<html><head><title>524: A timeout occurred</title></head></html>',
        {},
        504,
        'timeout_error',
        /timeout/,
    ],
    [413, openai('Request body too large'), {}, 413, 'request_too_large', /too large/],
    [
        422,
        { detail: [{ loc: ['body', 'messages', 0], msg: 'field required', type: 'missing' }] },
        {},
        400,
        'invalid_request_error',
        /field required/,
    ],
    [
        429,
        router(429, 'Rate limit exceeded: limit_rpm/openai/x'),
        { 'retry-after': '7' },
        429,
        'rate_limit_error',
        /Rate limit/,
        undefined,
        '7',
    ],
    [
        429, // as LiteLLM hands a provider's wait on
        openai('litellm.RateLimitError: too many', 'throttling_error'),
        { 'llm_provider-retry-after': '12' },
        429,
        'rate_limit_error',
        /too many/,
        undefined,
        '12',
    ],
    [
        429, // what remains says which of two resets is meant
        openai('Rate limit reached', 'rate_limit_exceeded'),
        {
            'x-ratelimit-remaining-requests': '99',
            'x-ratelimit-reset-requests': '55s',
            'x-ratelimit-remaining-tokens': '0',
            'x-ratelimit-reset-tokens': '3.2s',
        },
        429,
        'rate_limit_error',
        /Rate limit/,
        undefined,
        '4',
    ],
    [
        429,
        openai('Rate limit reached. Please try again in 1.5s.', 'rate_limit_exceeded'),
        {},
        429,
        'rate_limit_error',
        /Rate limit/,
        undefined,
        '2',
    ],
    [
        429,
        router(
            429,
            'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests',
        ),
        { 'retry-after': '36000' },
        429,
        'rate_limit_error',
        /free-models-per-day/,
        'false',
    ],
    [500, { error: 'model runner has unexpectedly stopped' }, {}, 500, 'api_error', /unexpectedly stopped/],
    [
        502,
        router(502, 'Provider returned error', {
            provider_name: 'Chutes',
            raw: JSON.stringify({ error: { message: 'no instances left' } }),
        }),
        {},
        502,
        'api_error',
        /no instances left.*Chutes/,
    ],
    [503, router(503, 'Model is overloaded, try again later'), {}, 529, 'overloaded_error', /overloaded/],
    [
        529,
        { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
        {},
        529,
        'overloaded_error',
        /Overloaded/,
    ],
    [
        400,
        [{ error: { code: 400, message: 'Please use a valid role', status: 'INVALID_ARGUMENT' } }],
        {},
        400,
        'invalid_request_error',
        /valid role/,
    ],
    [
        400,
        { object: 'error', message: 'extra_forbidden here', type: 'invalid_request_error', code: 3051 },
        {},
        400,
        'invalid_request_error',
        /extra_forbidden/,
    ],
    [500, { errors: [{ message: 'AiError: something', code: 5007 }] }, {}, 500, 'api_error', /AiError/],
    [400, { code: 1210, msg: 'API 调用参数有误' }, {}, 400, 'invalid_request_error', /调用参数有误/],
    [200, router(429, 'Slow down'), {}, 429, 'rate_limit_error', /Slow down/],
    [
        200,
        {
            choices: [
                { error: { code: 502, message: 'inner failure' }, finish_reason: 'error', message: {} },
            ],
        },
        {},
        502,
        'api_error',
        /inner failure/,
    ],
    [307, '', { location: 'http://127.0.0.1:1/api/v1/chat/completions' }, 502, 'api_error', /./],
    [500, '', {}, 500, 'api_error', /./],
];

for (const [status, body, headers, wanted, type, text, retry, after] of table) {
    const label = typeof body === 'string' ? body.slice(0, 30) : JSON.stringify(body).slice(0, 70);
    test(`${status} ${label} becomes ${wanted} ${type}`, async () => {
        const answer = await refusedWith(status, body, headers);
        assert.equal(answer.status, wanted, answer.text);
        assert.equal(answer.json.type, 'error');
        assert.equal(answer.json.error.type, type);
        assert.match(answer.json.error.message, text);
        assert.ok(Buffer.byteLength(answer.json.error.message) <= 2200);
        if (retry !== undefined) assert.equal(answer.headers['x-should-retry'], retry);
        if (after !== undefined) assert.equal(answer.headers['retry-after'], after);
        assert.match(answer.headers['request-id'], /^(req_|gen-)/);
        assert.equal(answer.asked, 1, 'asked once');
        assert.ok(!answer.text.includes(stage.upstream.key));
    });
}

const overflows = [
    "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens " +
        '(139000 of text input, 1000 in the output).',
    "This model's maximum context length is 131072 tokens. However, your messages resulted in 140000 tokens.",
    'The input token count (140000) exceeds the maximum number of tokens allowed (131072).',
    'prompt is too long: 140000 tokens > 131072 maximum',
    'Prompt contains 140000 tokens and 0 draft tokens, too large for model with 131072 maximum ' +
        'context length',
    "Input (140000 tokens) is longer than the model's context length (131072 tokens).",
    'Your input exceeds the context window of this model.',
    'Input is too long for requested model.',
    'Range of input length should be [1, 131072]',
    'Please reduce the length of the messages or completion.',
];

for (const text of overflows) {
    test(`overflow: ${text.slice(0, 60)}`, async () => {
        const answer = await refusedWith(
            400,
            router(400, 'Provider returned error', {
                provider_name: 'X',
                raw: JSON.stringify({ error: { message: text } }),
            }),
        );
        assert.equal(answer.status, 400);
        const numbers = /^prompt is too long: (\d+) tokens > (\d+) maximum$/.exec(answer.json.error.message);
        assert.ok(numbers, answer.json.error.message);
        assert.ok(Number(numbers[1]) > Number(numbers[2]));
        assert.equal(Number(numbers[2]), 131072);
    });
}

test('a limit on tokens a minute is no overflow', async () => {
    const answer = await refusedWith(
        429,
        openai(
            'Request too large for model: tokens per minute (TPM): Limit 8000, ' +
                'Requested 9000. Please reduce the length of the messages and try again in 60s.',
            'rate_limit_exceeded',
        ),
    );
    assert.equal(answer.status, 429);
    assert.equal(answer.json.error.type, 'rate_limit_error');
});

test('the answer to an unexplained 400 is remembered by the bytes that were sent', async () => {
    stage.upstream.script(
        failure(400, router(400, 'Provider returned error', { raw: 'nope', provider_name: 'X' })),
    );
    const before = stage.upstream.paid.length;
    const ladder = [
        {},
        { thinking: { type: 'adaptive', display: 'omitted' } },
        { thinking: { type: 'adaptive' } },
    ];
    const answers = [];
    for (const extra of ladder.slice(1)) answers.push(await post(stage.url, message('the same', extra)));
    assert.deepEqual(
        answers.map((answer) => answer.status),
        [400, 400],
    );
    assert.equal(answers[0].json.error.message, answers[1].json.error.message);
    assert.equal(stage.upstream.paid.length - before, 1, 'one request reached the upstream');
    stage.upstream.script({ text: 'Another question is asked.' });
    assert.equal((await post(stage.url, message('another'))).status, 200);
});

test('a key that an upstream repeats in its error is taken out', async () => {
    const answer = await refusedWith(400, router(400, `Bad token Bearer ${stage.upstream.key} here`));
    assert.ok(!answer.text.includes(stage.upstream.key), answer.text);
    assert.ok(!stage.dragoman.log.includes(stage.upstream.key));
});
