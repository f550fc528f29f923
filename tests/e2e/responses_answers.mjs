// What the scripted upstream says in OpenAI's Responses dialect: one description of a turn, as in
// answers.mjs, written as the events of a stream or as one whole response.
//
// A turn: { reasoning, text, tools, interleave, refusal, search, annotations, incomplete, usage, hold }.
// `reasoning` is a list of parts of the summary (an empty list: thought without a readable word); `search` is
// { query, sources }; `incomplete` is the reason for which the answer ends too early; `open` is a model that shows
// what it thinks and encrypts nothing.

import { pieces } from './answers.mjs';

const listOf = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

let given = 0;
const nextId = (prefix) => {
    given += 1;
    return `${prefix}_0a1b2c3d4e5f0a1b${String(given).padStart(8, '0')}`;
};

const text = (value, annotations = []) => ({
    type: 'output_text',
    annotations,
    logprobs: [],
    text: value,
});

// The items of the answer, as a whole response has them.
export function responsesOutput(model, turn) {
    const output = [];
    const think = () => {
        const id = nextId('rs');
        output.push({
            id,
            type: 'reasoning',
            ...(turn.open
                ? {
                      summary: [],
                      content: listOf(turn.reasoning).map((part) => ({ type: 'reasoning_text', text: part })),
                  }
                : {
                      encrypted_content: `gAAAA-${model}-${id}`,
                      summary: listOf(turn.reasoning).map((part) => ({ type: 'summary_text', text: part })),
                  }),
        });
    };
    if (turn.reasoning !== undefined) think();
    if (turn.search) {
        const sources = turn.search.sources.map((url) => ({ type: 'url', url }));
        const action = { type: 'search', query: turn.search.query, queries: [turn.search.query], sources };
        output.push({ id: nextId('ws'), type: 'web_search_call', status: 'completed', action });
    }
    const said = listOf(turn.text).join('');
    const content = [];
    if (said !== '') content.push(text(said, turn.annotations));
    if (turn.refusal) content.push({ type: 'refusal', refusal: turn.refusal });
    if (content.length > 0)
        output.push({ id: nextId('msg'), type: 'message', status: 'completed', role: 'assistant', content });
    for (const tool of listOf(turn.tools))
        output.push({
            id: nextId('fc'),
            type: 'function_call',
            status: 'completed',
            arguments: JSON.stringify(tool.input ?? {}),
            call_id: tool.id,
            name: tool.name,
        });
    return output;
}

export function responsesWhole(model, output, turn) {
    return {
        id: nextId('resp'),
        object: 'response',
        created_at: 1763000000,
        status: turn.incomplete ? 'incomplete' : 'completed',
        background: false,
        error: null,
        incomplete_details: turn.incomplete ? { reason: turn.incomplete } : null,
        instructions: null,
        metadata: {},
        model: `${model}-2025-11-13`,
        output,
        parallel_tool_calls: true,
        previous_response_id: null,
        service_tier: 'default',
        store: false,
        truncation: 'disabled',
        usage: {
            input_tokens: 1200,
            input_tokens_details: { cached_tokens: 200 },
            output_tokens: 34,
            output_tokens_details: { reasoning_tokens: 12 },
            total_tokens: 1234,
            ...turn.usage,
        },
    };
}

class Events {
    constructor() {
        this.steps = [];
        this.number = 0;
    }

    add(type, fields) {
        const data = JSON.stringify({ type, sequence_number: this.number, ...fields });
        this.number += 1;
        this.steps.push(`event: ${type}\ndata: ${data}\n\n`);
    }

    delta(type, delta, fields) {
        this.add(type, { ...fields, delta, obfuscation: 'aBcDeF'.slice(0, 1 + (this.number % 6)) });
    }
}

function reasoningEvents(events, item, output_index) {
    item.summary.forEach((part, summary_index) => {
        const at = { item_id: item.id, output_index, summary_index };
        events.add('response.reasoning_summary_part.added', { ...at, part: { ...part, text: '' } });
        for (const piece of pieces(part.text))
            events.delta('response.reasoning_summary_text.delta', piece, at);
        events.add('response.reasoning_summary_text.done', { ...at, text: part.text });
        events.add('response.reasoning_summary_part.done', { ...at, part });
    });
}

function openReasoningEvents(events, item, output_index) {
    item.content?.forEach((part, content_index) => {
        const at = { item_id: item.id, output_index, content_index };
        for (const piece of pieces(part.text)) events.delta('response.reasoning_text.delta', piece, at);
        events.add('response.reasoning_text.done', { ...at, text: part.text });
    });
}

function messageEvents(events, item, output_index, turn) {
    item.content.forEach((part, content_index) => {
        const at = { item_id: item.id, output_index, content_index };
        const refusal = part.type === 'refusal';
        const whole = refusal ? part.refusal : part.text;
        events.add('response.content_part.added', {
            ...at,
            part: refusal ? { ...part, refusal: '' } : { ...part, text: '', annotations: [] },
        });
        const texts = !refusal && Array.isArray(turn.text) ? turn.text : pieces(whole);
        texts.forEach((piece, i) => {
            events.delta(refusal ? 'response.refusal.delta' : 'response.output_text.delta', piece, at);
            if (i === 0 && turn.hold) events.steps.push(turn.hold);
        });
        (part.annotations ?? []).forEach((annotation, annotation_index) =>
            events.add('response.output_text.annotation.added', { ...at, annotation_index, annotation }),
        );
        events.add(
            refusal ? 'response.refusal.done' : 'response.output_text.done',
            refusal ? { ...at, refusal: whole } : { ...at, text: whole, logprobs: [] },
        );
        events.add('response.content_part.done', { ...at, part });
    });
}

const begun = (item) => {
    if (item.type === 'reasoning') return { ...item, summary: [], ...(item.content ? { content: [] } : {}) };
    if (item.type === 'message') return { ...item, status: 'in_progress', content: [] };
    if (item.type === 'function_call') return { ...item, status: 'in_progress', arguments: '' };
    return { id: item.id, type: item.type, status: 'in_progress' };
};

// Calls one after the other, or with all their arguments in turns.
function callEvents(events, calls, interleave) {
    const open = ([item, output_index]) =>
        events.add('response.output_item.added', { output_index, item: begun(item) });
    const close = ([item, output_index]) => {
        events.add('response.function_call_arguments.done', {
            item_id: item.id,
            output_index,
            arguments: item.arguments,
        });
        events.add('response.output_item.done', { output_index, item });
    };
    const say = ([item, output_index], piece) =>
        events.delta('response.function_call_arguments.delta', piece, { item_id: item.id, output_index });
    if (!interleave) {
        for (const call of calls) {
            open(call);
            for (const piece of pieces(call[0].arguments)) say(call, piece);
            close(call);
        }
        return;
    }
    calls.forEach(open);
    const rest = calls.map(([item]) => pieces(item.arguments));
    while (rest.some((list) => list.length > 0))
        calls.forEach((call, i) => rest[i].length > 0 && say(call, rest[i].shift()));
    calls.forEach(close);
}

// The steps of a stream; a step is raw text, or a promise to wait for.
export function responsesSteps(model, output, turn) {
    const whole = responsesWhole(model, output, turn);
    const early = { ...whole, status: 'in_progress', output: [], usage: null, incomplete_details: null };
    const events = new Events();
    events.add('response.created', { response: early });
    events.add('response.in_progress', { response: early });
    if (turn.hold && !output.some((item) => item.type === 'message')) events.steps.push(turn.hold);
    const calls = [];
    output.forEach((item, output_index) => {
        if (item.type === 'function_call') {
            calls.push([item, output_index]);
            return;
        }
        events.add('response.output_item.added', { output_index, item: begun(item) });
        if (item.type === 'reasoning') {
            reasoningEvents(events, item, output_index);
            openReasoningEvents(events, item, output_index);
        } else if (item.type === 'message') messageEvents(events, item, output_index, turn);
        else
            for (const name of ['in_progress', 'searching', 'completed'])
                events.add(`response.web_search_call.${name}`, { output_index, item_id: item.id });
        events.add('response.output_item.done', { output_index, item });
    });
    callEvents(events, calls, turn.interleave);
    events.add(`response.${whole.status}`, { response: whole });
    return events.steps;
}
