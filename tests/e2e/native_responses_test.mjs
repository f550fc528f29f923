// An upstream that speaks OpenAI's Responses API, asked by a client of the Messages API.

import assert from 'node:assert/strict';

import { CUT, failure, steps } from './answers.mjs';
import { Stream, grammarProblems, message, post } from './http_client.mjs';
import { responsesOutput, responsesSteps } from './responses_answers.mjs';
import { openaiError } from './responses_schema.mjs';
import { responsesStage } from './responses_stage.mjs';
import { png } from './samples.mjs';
import { sharedStage } from './suite.mjs';

const stage = sharedStage(responsesStage());
const { test } = stage;

const tools = ['Read', 'Bash'].map((name) => ({
    name,
    input_schema: { type: 'object', properties: { path: { type: 'string' } } },
}));
const call = (n, name, input) => ({ id: `call_AbCdEfGh${String(n).padStart(12, '0')}`, name, input });
const thinking = { type: 'adaptive' };

// Scripts are found by the text of the question, so that tests do not disturb each other.
const scripts = new Map();
function say(question, answer, extra = {}) {
    scripts.set(question, answer);
    stage.upstream.answer = (request) => scripts.get(request.lastText);
    return message(question, { max_tokens: 2000, tools, thinking, ...extra });
}
const sent = (question) => stage.upstream.responses.findLast((r) => r.lastText === question);
const types = (input) => input.map((item) => (item.type === 'message' ? item.role : item.type));

// What a client of the SDK holds after the last event.
function accumulated(stream) {
    const content = [];
    for (const { data } of stream.events) {
        if (data.type === 'content_block_start') content.push({ ...data.content_block, json: '' });
        const block = content[data.index];
        if (data.type !== 'content_block_delta') continue;
        const { delta } = data;
        if (delta.type === 'text_delta') block.text += delta.text;
        else if (delta.type === 'thinking_delta') block.thinking += delta.thinking;
        else if (delta.type === 'signature_delta') block.signature = delta.signature;
        else block.json += delta.partial_json;
    }
    return content.map(({ json, ...block }) => (json === '' ? block : { ...block, input: JSON.parse(json) }));
}

test('a whole turn, and back again: thinking, text, two calls that interleave', async () => {
    const turn = {
        reasoning: ['**First**\n\nI look.', '**Then** I say.'],
        text: 'Looking 👋🏽 at "both".',
        interleave: true,
        tools: [call(1, 'Read', { path: 'a"b' }), call(2, 'Bash', { path: 'x'.repeat(60) })],
    };
    const question = say('turn', turn);
    const stream = await new Stream(stage.url, question).end();
    assert.equal(stream.status, 200, stream.text);
    assert.deepEqual(grammarProblems(stream.text), []);
    const content = accumulated(stream);
    assert.deepEqual(
        content.map((block) => block.type),
        ['thinking', 'text', 'tool_use', 'tool_use'],
    );
    assert.equal(content[0].thinking, turn.reasoning.join('\n\n'));
    assert.equal(content[1].text, turn.text);
    assert.deepEqual(
        content.slice(2).map(({ id, name, input }) => ({ id, name, input })),
        turn.tools,
    );
    const end = stream.events.find((e) => e.name === 'message_delta').data;
    assert.equal(end.delta.stop_reason, 'tool_use');
    assert.equal(end.usage.input_tokens, 1000);
    assert.equal(end.usage.cache_read_input_tokens, 200);
    assert.equal(end.usage.output_tokens, 34);
    assert.equal(stream.response.headers['x-dragoman-model'], 'gpt-5.1-2025-11-13');

    const { body } = sent('turn');
    assert.equal(body.store, false);
    assert.deepEqual(body.include, ['reasoning.encrypted_content']);

    const results = content.slice(2).map(({ id }, n) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: `result ${n}`,
    }));
    const next = say('and then?', { text: 'Done.' });
    next.messages = [
        ...question.messages,
        { role: 'assistant', content },
        { role: 'user', content: [...results, { type: 'text', text: 'and then?' }] },
    ];
    const answer = await post(stage.url, next);
    assert.equal(answer.status, 200, answer.text);
    const { input } = sent('and then?').body;
    assert.deepEqual(types(input), [
        'user',
        'reasoning',
        'assistant',
        'function_call',
        'function_call',
        'function_call_output',
        'function_call_output',
        'user',
    ]);
    assert.deepEqual(input.slice(0, body.input.length), body.input, 'the history only grows');
    stage.upstream.assertClean();

    // The same history, answered by another model, which could not read what the first one thought.
    const other = await post(stage.url, { ...next, model: 'gpt-5-mini' });
    assert.equal(other.status, 200, other.text);
    assert.ok(!types(sent('and then?').body.input).includes('reasoning'));
    stage.upstream.assertClean();
});

test('thought without a readable word goes back all the same', async () => {
    const question = say('silent', { reasoning: [], text: 'Hm.' });
    const answer = await post(stage.url, question);
    assert.deepEqual(
        answer.json.content.map((block) => block.type),
        ['redacted_thinking', 'text'],
    );
    const next = say('go on', { text: 'Yes.' });
    next.messages = [
        ...question.messages,
        { role: 'assistant', content: answer.json.content },
        { role: 'user', content: 'go on' },
    ];
    assert.equal((await post(stage.url, next)).status, 200);
    assert.deepEqual(types(sent('go on').body.input), ['user', 'reasoning', 'assistant', 'user']);
    stage.upstream.assertClean();
});

test('a whole answer is the same message as a streamed one', async () => {
    const turn = { reasoning: ['Hm.'], text: 'Both.', tools: [call(3, 'Bash', { path: 'ü' })] };
    const whole = await post(stage.url, say('whole', turn));
    const stream = await new Stream(stage.url, say('whole', turn)).end();
    const withoutIds = (content) =>
        content.map(({ signature, ...block }) => ({ ...block, signed: signature?.startsWith('dgm1.') }));
    assert.deepEqual(withoutIds(whole.json.content), withoutIds(accumulated(stream)));
    assert.equal(whole.json.stop_reason, 'tool_use');
    stage.upstream.assertClean();
});

test('bytes of the upstream may be cut anywhere', async () => {
    const turn = { reasoning: ['ü'], text: 'Zwölf 🥊 “Eva”', tools: [call(4, 'Bash', { path: 'é🥊' })] };
    const output = responsesOutput('gpt-5.1', turn);
    const list = responsesSteps('gpt-5.1', output, turn);
    const withoutIds = (text) => text.replace(/"msg_[^"]+"/g, '"msg_"');
    const plain = await new Stream(stage.url, say('plain bytes', steps(list))).end();
    for (const split of [1, 3, 64]) {
        const cut = await new Stream(stage.url, say(`cut ${split}`, steps(list, { split }))).end();
        assert.equal(withoutIds(cut.text), withoutIds(plain.text), `pieces of ${split}`);
    }
});

test('text arrives while the upstream is still talking', async () => {
    let open;
    const hold = new Promise((resolve) => {
        open = resolve;
    });
    const stream = new Stream(stage.url, say('live', { text: ['first', ' second'], hold }));
    await stream.until((s) => s.text.includes('"first"'));
    assert.ok(!stream.text.includes('second'));
    open();
    await stream.end();
    assert.match(stream.text, /second/);
});

test('a picture in a tool result stays in it', async () => {
    const id = 'toolu_01AbCdEfGhIjKlMnOpQrStUv';
    const data = png().toString('base64');
    const source = { type: 'base64', media_type: 'image/png', data };
    const question = say('what is it?', { text: 'A red square.' });
    question.messages = [
        { role: 'user', content: 'Read it.' },
        { role: 'assistant', content: [{ type: 'tool_use', id, name: 'Read', input: { path: 'a.png' } }] },
        {
            role: 'user',
            content: [
                { type: 'tool_result', tool_use_id: id, content: [{ type: 'image', source }] },
                { type: 'text', text: 'what is it?' },
            ],
        },
    ];
    assert.equal((await post(stage.url, question)).status, 200);
    const { output } = sent('what is it?').body.input[2];
    assert.deepEqual(output, [
        { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${data}` },
    ]);
    stage.upstream.assertClean();
});

test('a web search brings its sources', async () => {
    const url = 'https://gcc.gnu.org/gcc-16/changes.html';
    const answer = await post(
        stage.url,
        say(
            'Perform a web search for the query: gcc 16',
            {
                search: { query: 'gcc 16 release notes', sources: [url, 'https://lwn.net/a/1'] },
                text: 'GCC 16 is out.',
                annotations: [
                    { type: 'url_citation', start_index: 0, end_index: 6, title: 'GCC 16 Changes', url },
                ],
            },
            {
                thinking: undefined,
                tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 8 }],
            },
        ),
    );
    const { body } = sent('Perform a web search for the query: gcc 16');
    assert.deepEqual(body.tools, [{ type: 'web_search' }]);
    assert.equal(body.tool_choice, 'required');
    assert.equal(body.max_tool_calls, 8);
    const [, use, result] = answer.json.content;
    assert.deepEqual(use.input, { query: 'gcc 16 release notes' });
    assert.deepEqual(
        result.content.map(({ title, url: address }) => [title, address]),
        [
            ['GCC 16 Changes', url],
            ['https://lwn.net/a/1', 'https://lwn.net/a/1'],
        ],
    );
    assert.equal(answer.json.usage.server_tool_use.web_search_requests, 1);
    stage.upstream.assertClean();
});

test('refusals, limits and schemas', async () => {
    const refused = await post(stage.url, say('bad', { refusal: 'I cannot help with that.' }));
    assert.equal(refused.json.stop_reason, 'refusal');
    assert.equal(refused.json.stop_details.explanation, 'I cannot help with that.');
    const short = await post(stage.url, say('long', { text: 'Once', incomplete: 'max_output_tokens' }));
    assert.equal(short.json.stop_reason, 'max_tokens');

    const schema = {
        type: 'object',
        properties: { title: { type: 'string' } },
        required: ['title'],
        additionalProperties: false,
    };
    const title = say('title', { text: '{"title":"x"}' }, {
        model: 'gpt-4.1-mini',
        thinking: undefined,
        temperature: 0,
        tools: undefined,
        output_config: { format: { type: 'json_schema', schema } },
    });
    assert.equal((await post(stage.url, title)).status, 200);
    const { body } = sent('title');
    assert.equal(body.temperature, 0);
    assert.deepEqual(body.text.format, { type: 'json_schema', name: 'output', strict: true, schema });
    stage.upstream.assertClean();
});

test('a stop sequence is enforced here', async () => {
    const answer = await post(
        stage.url,
        say('stops', { text: ['one ST', 'OP two'] }, { stop_sequences: ['STOP'] }),
    );
    assert.equal(answer.json.content[0].text, 'one ');
    assert.equal(answer.json.stop_reason, 'stop_sequence');
    assert.equal(answer.json.stop_sequence, 'STOP');
});

test('failures reach the client as what it can act upon', async () => {
    const overflow = openaiError(
        'Your input exceeds the context window of this model. Please adjust your input and try again.',
        { code: 'context_length_exceeded', param: 'input' },
    );
    const cases = [
        ['overflow', failure(400, overflow), 400, /^prompt is too long: \d+ tokens > \d+ maximum$/],
        [
            'limited',
            failure(
                429,
                openaiError('Rate limit reached for gpt-5.1. Please try again in 2s.', {
                    type: 'tokens',
                    code: 'rate_limit_exceeded',
                }),
            ),
            429,
            /Rate limit/,
        ],
        [
            'no credit',
            failure(
                429,
                openaiError('You exceeded your current quota, please check your plan and billing details.', {
                    type: 'insufficient_quota',
                    code: 'insufficient_quota',
                }),
            ),
            402,
            /^Credit balance is too low/,
        ],
        [
            'unknown',
            failure(
                404,
                openaiError('The model `gpt-5.1` does not exist or you do not have access to it.', {
                    code: 'model_not_found',
                }),
            ),
            404,
            /^model: /,
        ],
        [
            'broken',
            failure(500, openaiError('The server had an error.', { type: 'server_error' })),
            500,
            /error/,
        ],
    ];
    for (const [question, answer, status, words] of cases) {
        const got = await post(stage.url, say(question, answer));
        assert.equal(got.status, status, got.text);
        assert.match(got.json.error.message, words);
    }
});

test('failures inside a stream: before anything was said, and after', async () => {
    const failed = (error) =>
        `event: response.failed\ndata: ${JSON.stringify({
            type: 'response.failed',
            response: { id: 'resp_1', status: 'failed', error, output: [] },
        })}\n\n`;
    const error = { code: 'server_error', message: 'The model produced an error.' };
    const early = await new Stream(stage.url, say('fails early', steps([failed(error)]))).end();
    assert.equal(early.status, 502, early.text);

    const turn = { text: 'Half of it.' };
    const list = responsesSteps('gpt-5.1', responsesOutput('gpt-5.1', turn), turn);
    const begun = list.slice(0, list.findIndex((step) => step.includes('output_text.done')));
    for (const [question, end] of [
        ['fails late', failed(error)],
        ['is cut', CUT],
    ]) {
        let open;
        const heard = new Promise((resolve) => {
            open = resolve;
        });
        const late = new Stream(stage.url, say(question, steps([...begun, heard, end])));
        await late.until((stream) => stream.text.includes('text_delta'));
        open();
        await late.end();
        assert.equal(late.status, 200);
        assert.deepEqual(grammarProblems(late.text), []);
        assert.deepEqual(
            late.events.slice(-2).map((event) => event.name),
            ['content_block_stop', 'error'],
            question,
        );
    }
});
