// The first of a route is cut off at every place of its answer, in every dialect: as long as it has said nothing
// the second answers alone, afterwards nobody does, and an answer is only whole when it was.

import assert from 'node:assert/strict';

import { CUT, END, chatSteps, messageSteps, steps } from './answers.mjs';
import { Stream, grammarProblems, message } from './http_client.mjs';
import { responsesOutput, responsesSteps } from './responses_answers.mjs';
import { big, other, routeTable, textOf, upstreamTable, withUpstreams } from './routes_stage.mjs';
import { test } from './suite.mjs';

const turn = { text: ['the ', 'first "says" ', 'ü 👋🏽 ', 'all'] };
const whole = turn.text.join('');
const claude = 'anthropic/claude-haiku-4.5';
const gpt = 'gpt-5.1';

const dialects = {
    chat: { target: big, written: () => chatSteps(big, turn) },
    messages: { target: claude, written: () => messageSteps(claude, turn) },
    responses: {
        target: gpt,
        preset: 'openai',
        written: () => responsesSteps(gpt, responsesOutput(gpt, turn), turn),
    },
};

const configuration =
    ({ target, preset = 'openrouter' }, dialect) =>
    ({ first, second, third }) =>
        upstreamTable(
            'first',
            dialect === 'responses' ? first.openaiUrl : first.baseUrl,
            `dialect = "${dialect}"\nbreaker_failures = 0\n`,
            preset,
        ) +
        upstreamTable('second', second.baseUrl) +
        upstreamTable('third', third.baseUrl) +
        routeTable([`first/${target}`, `second/${other}`]);

// What a step of any dialect says, whether it begins a block, which is passed on at once in the Messages dialect, and
// whether it ends the answer.
function meaningOf(text) {
    const data = /^data: (\{.*)$/m.exec(text)?.[1];
    if (data === undefined) return { text: '', ends: text.includes('[DONE]') };
    const event = JSON.parse(data);
    const choice = event.choices?.[0];
    if (choice) return { text: choice.delta.content ?? '', ends: choice.finish_reason !== null };
    return {
        text: event.delta?.text ?? (event.type === 'response.output_text.delta' ? event.delta : ''),
        begins: event.type === 'content_block_start',
        ends: ['message_delta', 'message_stop', 'response.completed'].includes(event.type),
    };
}

const written = (step) => (typeof step === 'string' ? step : `data: ${JSON.stringify(step)}\n\n`);

// The answer's bytes, and what has been said and ended after each of its parts.
function transcriptOf(dialect) {
    const parts = dialect.written().map((step) => Buffer.from(written(step)));
    let at = 0;
    let text = '';
    let [begun, ended] = [false, false];
    const marks = parts.map((part) => {
        const meaning = meaningOf(part.toString());
        at += part.length;
        text += meaning.text;
        begun ||= meaning.begins || text !== '';
        ended ||= meaning.ends;
        return { at, text, begun, ended };
    });
    return { bytes: Buffer.concat(parts), marks };
}

// What the client may hold when `n` bytes came: the part that is cut counts or does not.
function possible(marks, n) {
    const nothing = { text: '', begun: false, ended: false };
    const least = marks.findLast((mark) => mark.at <= n) ?? nothing;
    return [least, marks.find((mark) => mark.at > n) ?? least];
}

function assertAllowed(stream, marks, n) {
    assert.equal(stream.status, 200);
    assert.deepEqual(grammarProblems(stream.text), []);
    const [least, most] = possible(marks, n);
    const got = textOf(stream);
    const end = stream.events.at(-1).name;
    if (got === 'the second') {
        assert.ok(!least.begun, 'the first had begun to say something');
        assert.equal(end, 'message_stop');
        return;
    }
    assert.ok(most.begun && [least.text, most.text].includes(got), `${JSON.stringify(got)} after ${n} bytes`);
    if (end === 'message_stop') assert.ok(most.ended && got === whole, 'half an answer was called whole');
    else assert.ok(!least.ended && end === 'error', `a whole answer ended with ${end}`);
}

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
console.log(`# SEED=${seed}`);
const stride = 4; // which of them begin a run is the seed's choice

for (const [name, dialect] of Object.entries(dialects))
    for (const [how, cut] of [
        ['ends', END],
        ['is reset', CUT],
    ])
        test(`${name}: the connection ${how} after any number of bytes (SEED=${seed})`, () =>
            withUpstreams(configuration(dialect, name), async ({ first, url, asked }) => {
                let count = 0;
                for (let n = seed % stride; ; n += stride) {
                    const { bytes, marks } = transcriptOf(dialect);
                    if (n > bytes.length) break;
                    first.script(steps([bytes.subarray(0, n), cut].filter((step) => step.length !== 0)));
                    const [, before] = asked();
                    const stream = await new Stream(url, message(`Cut at ${n}`)).end();
                    // What was not read yet when a reset arrives is lost.
                    if (cut === END || textOf(stream) === 'the second') {
                        if (cut === END) assertAllowed(stream, marks, n);
                        assert.equal(asked()[1] - before, textOf(stream) === 'the second' ? 1 : 0);
                    } else {
                        assert.ok(whole.startsWith(textOf(stream)), textOf(stream));
                        assert.equal(asked()[1], before, 'nobody went on with it');
                    }
                    count += 1;
                }
                assert.ok(count > 100, `${count} cuts`);
            }));
