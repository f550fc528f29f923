// How vendors write an answer: one planned turn, { thought, text, calls: [{ id, name, input }], signature, details
// }, as the chunks of a stream or as one whole completion. What is not OpenAI's own differs most in how thoughts
// come.

import { messageSteps, messageWhole, pieces } from './answers.mjs';
import { responsesOutput, responsesSteps, responsesWhole } from './responses_answers.mjs';

const letters = 'abcdefghijkmnpqrstuvwxyz0123456789';
const word = (chance, length, from = letters) =>
    Array.from({ length }, () => from[chance.below(from.length)]).join('');

// What ids of calls look like. `n`: how many calls there were before.
const ids = {
    call_24: (chance) => `call_${word(chance, 24)}`,
    call_8: (chance) => `call_${word(chance, 8)}`,
    call_00: (chance) => `call_00_${word(chance, 22)}`,
    negative: (chance) => `call_-${word(chance, 19, '123456789')}`,
    kimi: (chance, name, n) => `functions.${name}:${n}`,
    minimax: (chance) => `call_function_${word(chance, 12)}_1`,
    nine: (chance) => word(chance, 9),
    groq: (chance) => `fc_${word(chance, 8)}-${word(chance, 4)}-${word(chance, 12)}`,
    xai: (chance) => `call_${word(chance, 8, '123456789')}`,
    none: () => '',
    google: (chance) => `function-call-${word(chance, 18, '123456789')}`,
    tool_32: (chance) => `chatcmpl-tool-${word(chance, 32, '0123456789abcdef')}`,
    plain_32: (chance) => word(chance, 32),
    zero: (chance, name, n, k) => `call_${k}`, // the same in every answer
    digits: (chance) => word(chance, 9, '123456789'),
    toolu: (chance) => `toolu_01${word(chance, 22)}`,
};

// A turn that somebody thought of, in the words of this vendor.
export function planned({ thinks, id }, chance, { thought, text, names, inputs }, before) {
    const calls = names.map((name, k) => ({
        id: ids[id](chance, name, before + k, k),
        name,
        input: inputs[k],
    }));
    const shows = !['never', 'secretly', 'signed'].includes(thinks);
    const turn = { text, calls, thought: shows ? thought : undefined };
    const secret = Buffer.from(word(chance, 20)).toString('base64');
    if (thinks === 'signed' && calls.length > 0) turn.signature = secret;
    if (thinks === 'signature' && turn.thought !== undefined) turn.signature = secret;
    if (thinks === 'unsigned' && turn.thought !== undefined) turn.signature = '';
    if (thinks === 'details' && turn.thought !== undefined)
        turn.details = [
            { type: 'reasoning.text', text: thought, format: 'unknown', index: 0, signature: secret },
            { type: 'reasoning.encrypted', data: secret, id: 'rs_1', format: 'unknown', index: 1 },
        ];
    return turn;
}

const fieldsOf = {
    reasoning_content: (text) => ({ reasoning_content: text }),
    reasoning: (text) => ({ reasoning: text }),
    parts: (text) => ({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] }),
};

function callOf({ id, name, input }, k, turn) {
    const signature = k === 0 ? turn.signature : undefined;
    return {
        id,
        type: 'function',
        function: { name, arguments: JSON.stringify(input) },
        ...(signature ? { extra_content: { google: { thought_signature: signature } } } : {}),
    };
}

function thoughtDeltas(vendor, turn) {
    if (turn.details) return turn.details.map((detail) => ({ content: '', reasoning_details: [detail] }));
    if (turn.thought === undefined) return [];
    return pieces(turn.thought, 20).map(fieldsOf[vendor.thinks]);
}

// In pieces, or at once as Gemini and Ollama do.
function callDeltas(vendor, turn) {
    const calls = turn.calls.map((call, k) => callOf(call, k, turn));
    if (['none', 'google'].includes(vendor.id)) return calls.map((call) => ({ tool_calls: [call] }));
    return calls.flatMap((call, index) => {
        const head = { index, ...call, function: { name: call.function.name, arguments: '' } };
        const rest = pieces(call.function.arguments, 9);
        return [
            { tool_calls: [head] },
            ...rest.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
        ];
    });
}

const finishOf = (turn) => (turn.calls.length > 0 ? 'tool_calls' : 'stop');
const usage = { prompt_tokens: 1200, completion_tokens: 34, total_tokens: 1234 };

function chatAnswer(vendor, model, turn) {
    const head = { id: 'chatcmpl-1', created: 1763000000, model };
    const chunk = (delta, finish_reason = null) => ({
        ...head,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, finish_reason }],
    });
    const texts = turn.text === undefined ? [] : pieces(turn.text);
    const thought = turn.thought === undefined ? {} : (fieldsOf[vendor.thinks]?.(turn.thought) ?? {});
    const said = turn.text ?? null;
    const content = thought.content
        ? [...thought.content, ...(said ? [{ type: 'text', text: said }] : [])]
        : said;
    return {
        steps: () => [
            chunk({ role: 'assistant', content: '' }),
            ...thoughtDeltas(vendor, turn).map((delta) => chunk(delta)),
            ...texts.map((text) => chunk({ content: text })),
            ...callDeltas(vendor, turn).map((delta) => chunk(delta)),
            chunk({}, finishOf(turn)),
            { ...head, object: 'chat.completion.chunk', choices: [], usage },
            'data: [DONE]\n\n',
        ],
        whole: () => ({
            ...head,
            object: 'chat.completion',
            choices: [
                {
                    index: 0,
                    finish_reason: finishOf(turn),
                    message: {
                        role: 'assistant',
                        ...thought,
                        content,
                        ...(turn.details ? { reasoning_details: turn.details } : {}),
                        ...(turn.calls.length > 0
                            ? { tool_calls: turn.calls.map((call, k) => callOf(call, k, turn)) }
                            : {}),
                    },
                },
            ],
            usage,
        }),
    };
}

function messagesAnswer(vendor, model, turn) {
    const { thought, signature, text, calls } = turn;
    const said = { thinking: thought, signature, text, tools: calls };
    return { steps: () => messageSteps(model, said), whole: () => messageWhole(model, said) };
}

function responsesAnswer(vendor, model, turn, memory) {
    const said = {
        reasoning: turn.thought === undefined ? undefined : [turn.thought],
        text: turn.text,
        tools: turn.calls,
        open: vendor.thinks === 'open',
    };
    const output = responsesOutput(model, said);
    output.forEach((item, i) => {
        if (item.type === 'reasoning') memory.issued.set(item.id, { item, model, next: output[i + 1] });
    });
    return {
        steps: () => responsesSteps(model, output, said),
        whole: () => responsesWhole(model, output, said),
    };
}

const forms = { chat: chatAnswer, messages: messagesAnswer, responses: responsesAnswer };

export const answerOf = (vendor, model, turn, memory) => forms[vendor.dialect](vendor, model, turn, memory);
