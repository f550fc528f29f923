// What vendors refuse although each field by itself is well formed. A check is a function of (body, problems,
// memory); `memory` is what this vendor has said in the conversation: { turns: [{ thought, details, signature,
// calls }], issued }; a turn of another's is { foreign: true }: what somebody can read may come here, and what is
// signed only from `kin`.

import { emptiness, geminiSchema, toolOrder, toolsBelongTogether } from './chat_rules.mjs';
import { isObject } from './shapes.mjs';
import { canonical } from './strict_json.mjs';

const partsOf = (content) => (Array.isArray(content) ? content : []);
const saidBy = (body) => body.messages.filter((message) => message.role === 'assistant');
const functionsOf = (body) => (body.tools ?? []).map((tool) => tool.function);
const shown = (value) => JSON.stringify(value)?.slice(0, 200);

export function everyCallAnswered(body, problems) {
    toolOrder(body.messages, problems);
    emptiness(body.messages, problems);
    toolsBelongTogether(body, problems);
    body.messages.forEach((message, i) => {
        if (message.role === 'assistant' && body.messages[i - 1]?.role === 'assistant')
            problems.push(`messages[${i}]: two assistant messages in a row`);
    });
    if (!body.messages.some((message) => message.role === 'user')) problems.push('messages: no user message');
}

export function instructionsFirst(body, problems) {
    body.messages.forEach((message, i) => {
        if (message.role === 'system' && i > 0)
            problems.push(`messages[${i}]: System message must be at the beginning.`);
    });
}

export function endsWithUser(body, problems) {
    if (!['user', 'tool'].includes(body.messages.at(-1).role))
        problems.push(`Expected last role User or Tool but got ${body.messages.at(-1).role}`);
}

export function rolesAlternate(body, problems) {
    body.messages.forEach((message, i) => {
        if (message.role === 'user' && body.messages[i - 1]?.role === 'user')
            problems.push(`messages[${i}]: conversation roles must alternate user/assistant/user/assistant`);
    });
}

export function noUserAfterTool(body, problems) {
    body.messages.forEach((message, i) => {
        if (message.role === 'user' && body.messages[i - 1]?.role === 'tool')
            problems.push(`messages[${i}]: Unexpected role 'user' after role 'tool'`);
    });
}

// The word JSON has to stand in the prompt where an object is asked for without a schema.
export function spokenJson(body, problems) {
    if (body.response_format?.type === 'json_object' && !/json/i.test(JSON.stringify(body.messages)))
        problems.push(
            "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'.",
        );
}

function eachThought(body, memory, check) {
    saidBy(body).forEach((message, i) =>
        check(message, memory.turns[i] ?? {}, `the assistant's message ${i}`),
    );
}

// `always`: on every message, if only empty.
export const reasoningBack =
    ({ always = false }) =>
    (body, problems, memory) => {
        const thinks = body.thinking?.type !== 'disabled';
        eachThought(body, memory, (message, turn, name) => {
            const sent = message.reasoning_content;
            if (always && thinks && typeof sent !== 'string')
                problems.push(
                    `The \`reasoning_content\` in the thinking mode must be passed back to the API (${name}).`,
                );
            else if (thinks && !turn.foreign && (sent ?? '') !== (turn.thought ?? ''))
                problems.push(
                    `reasoning_content of ${name}: ${shown(sent)} instead of ${shown(turn.thought)}`,
                );
        });
    };

export function detailsBack(body, problems, memory) {
    const isPlain = (detail) => detail.type === 'reasoning.text' && !detail.signature;
    eachThought(body, memory, (message, turn, name) => {
        if (turn.kin || (turn.foreign && (message.reasoning_details ?? []).every(isPlain))) return;
        if (canonical(message.reasoning_details) !== canonical(turn.details))
            problems.push(
                `reasoning_details of ${name}: ${shown(message.reasoning_details)} instead of ${shown(turn.details)}`,
            );
    });
}

export function partsBack(body, problems, memory) {
    const sent = saidBy(body).flatMap((message) => partsOf(message.content));
    const thoughts = sent.filter((part) => part.type === 'thinking').map((part) => part.thinking[0].text);
    const wanted = memory.turns.map((turn) => turn.thought).filter((thought) => thought !== undefined);
    const foreign = memory.turns.some((turn) => turn.foreign);
    const own = foreign ? thoughts.filter((thought) => wanted.includes(thought)) : thoughts;
    if (canonical(own) !== canonical(wanted))
        problems.push(`thinking parts: ${shown(thoughts)} instead of ${shown(wanted)}`);
}

// At the first call of each answer, and only there.
export function signaturesBack(body, problems, memory) {
    eachThought(body, memory, (message, turn, name) => {
        if (turn.kin) return;
        message.tool_calls?.forEach((call, k) => {
            const sent = call.extra_content?.google.thought_signature;
            const known = turn.foreign ? 'skip_thought_signature_validator' : turn.signature;
            const wanted = k === 0 ? known : undefined;
            if (sent !== wanted)
                problems.push(
                    `Function call is missing a thought_signature: ${shown(sent)} of ${name}, call ${k}`,
                );
        });
    });
}

// Kimi counts its calls, and loses count when they come back under other names. What is longer than a client's id can
// hold does not come back, nor what the same model at another vendor has called another call before.
const idThatFits = 35;
export function ownIds(body, problems, memory) {
    const shownIds = new Set(body.messages.flatMap((message) => message.tool_calls ?? []).map(({ id }) => id));
    eachThought(body, memory, (message, turn, name) => {
        (turn.calls ?? []).forEach(({ id }, k) => {
            const sent = message.tool_calls?.[k]?.id;
            if (sent !== id && id.length <= idThatFits && !shownIds.has(id))
                problems.push(`id of call ${k} of ${name}: ${shown(sent)} instead of ${shown(id)}`);
        });
    });
}

// The Messages API: a thought comes back as it was given. Of another's Claude takes none; others take the words.
export const sameThoughts =
    ({ words = false }) =>
    (body, problems, memory) => {
        eachThought(body, memory, (message, turn, name) => {
            const sent = partsOf(message.content).find((block) => block.type === 'thinking');
            const wanted = turn.thought === undefined ? undefined : [turn.thought, turn.signature];
            if (turn.kin || (turn.foreign && words && (sent?.signature ?? '') === '')) return;
            if (canonical(sent && [sent.thinking, sent.signature]) !== canonical(wanted))
                problems.push(
                    `The \`content[].thinking\` in the thinking mode must be passed back to the API ` +
                        `(${name}): ${shown(sent)} instead of ${shown(wanted)}`,
                );
        });
    };

function eachSchema(schema, path, visit) {
    if (!isObject(schema)) return;
    visit(schema, path);
    for (const word of ['properties', '$defs', 'definitions', 'patternProperties'])
        for (const [name, inner] of Object.entries(schema[word] ?? {}))
            eachSchema(inner, `${path}.${word}.${name}`, visit);
    for (const word of ['items', 'additionalProperties', 'propertyNames', 'not'])
        eachSchema(schema[word], `${path}.${word}`, visit);
    for (const word of ['anyOf', 'oneOf', 'allOf', 'prefixItems'])
        (schema[word] ?? []).forEach((inner, i) => eachSchema(inner, `${path}.${word}[${i}]`, visit));
}

const inSchemas = (visit) => (body, problems) => {
    for (const { name, parameters } of functionsOf(body))
        eachSchema(parameters, name, (schema, path) => visit(schema, path, problems));
};

export const closedSchemas = inSchemas((schema, path, problems) => {
    if (schema.type === 'object' && schema.additionalProperties !== false)
        problems.push(`${path}: object fields require 'additionalProperties: false'`);
    for (const word of ['$schema', '$id', '$comment'])
        if (typeof schema[word] === 'string') problems.push(`${path}: Unsupported JSON schema field ${word}`);
});

export const moonshotSchemas = inSchemas((schema, path, problems) => {
    for (const word of ['anyOf', 'oneOf'])
        if (schema[word] && schema.type !== undefined)
            problems.push(`At path '${path}': when using ${word}, type should be defined in its items`);
    if (typeof schema.$ref === 'string' && !schema.$ref.startsWith('#/$defs/'))
        problems.push(`At path '${path}': references must start with #/$defs/`);
});

export function noEffortBesideTools(body, problems) {
    if (body.tools && body.reasoning_effort !== 'none')
        problems.push(`reasoning_effort: function tools go with 'none' only, not ${body.reasoning_effort}`);
}

export function plainRoots(body, problems) {
    for (const { name, parameters } of functionsOf(body))
        for (const word of ['oneOf', 'anyOf', 'allOf', 'enum', 'not'])
            if (Object.hasOwn(parameters, word))
                problems.push(
                    `Invalid schema for function '${name}': schema must not have '${word}' at the top level`,
                );
}

export function geminiSchemas(body, problems) {
    for (const { name, parameters } of functionsOf(body)) geminiSchema(parameters, name, problems);
}
