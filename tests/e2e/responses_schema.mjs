// The body of POST /v1/responses as OpenAI's reference describes it
// (https://platform.openai.com/docs/api-reference/responses/create), and what the API refuses although each
// field by itself is well formed.

import { toolName } from './openrouter_schema.mjs';
import {
    any,
    array,
    boolean,
    either,
    integer,
    isObject,
    literal,
    map,
    nullable,
    number,
    object,
    string,
    tagged,
} from './shapes.mjs';

const model = (id, { output, efforts, vision = true }) => ({ id, output, efforts, vision });

// What each model takes stands in no list that the API gives; it says no when it is asked for more.
const modelsById = new Map(
    [
        model('gpt-5.1', { output: 128000, efforts: ['none', 'low', 'medium', 'high'] }),
        model('gpt-5-mini', { output: 128000, efforts: ['minimal', 'low', 'medium', 'high'] }),
        model('gpt-4.1-mini', { output: 32768 }),
    ].map((entry) => [entry.id, entry]),
);
export const openaiModel = (id) => modelsById.get(id);
export const openaiModels = {
    object: 'list',
    data: [...modelsById.keys()].map((id) => ({
        id,
        object: 'model',
        created: 1754414231,
        owned_by: 'system',
    })),
};

const idWith = (prefix) => string({ pattern: new RegExp(`^${prefix}_`), max: 64 });
const callId = string({ pattern: /^[a-zA-Z0-9_-]{1,64}$/ });
const status = literal('in_progress', 'completed', 'incomplete');

const inputPart = tagged('type', {
    input_text: object({ type: any, text: string({ min: 1 }) }),
    input_image: object({
        type: any,
        detail: literal('auto', 'low', 'high'),
        image_url: string({
            pattern: /^(https?:\/\/|data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$)/,
        }),
    }),
    input_file: either((value) =>
        isObject(value) && Object.hasOwn(value, 'file_url')
            ? object({ type: any, file_url: string({ pattern: /^https?:\/\// }) })
            : object({
                  type: any,
                  filename: string({ min: 1 }),
                  file_data: string({ pattern: /^data:[a-z]+\/[a-z0-9.+-]+;base64,[A-Za-z0-9+/]+=*$/ }),
              }),
    ),
});
const outputPart = tagged('type', {
    output_text: object({ type: any, text: string({ min: 1 }), annotations: array(map(any)) }),
    refusal: object({ type: any, refusal: string({ min: 1 }) }),
});
const parts = array(inputPart, { min: 1 });

const message = tagged('role', {
    user: object({ type: any, role: any, content: parts }, { status }),
    developer: object({ type: any, role: any, content: parts }, { status }),
    assistant: object(
        { type: any, role: any, content: array(outputPart, { min: 1 }) },
        { id: idWith('msg'), status, phase: literal('commentary', 'final_answer') },
    ),
});

const item = tagged('type', {
    message,
    reasoning: object(
        {
            type: any,
            id: idWith('rs'),
            summary: array(object({ type: literal('summary_text'), text: string() })),
        },
        {
            encrypted_content: string({ min: 1 }),
            content: array(object({ type: literal('reasoning_text'), text: string() }), { min: 1 }),
            status,
        },
    ),
    function_call: object(
        { type: any, call_id: callId, name: toolName, arguments: string({ min: 2 }) },
        { id: idWith('fc'), status },
    ),
    function_call_output: object(
        {
            type: any,
            call_id: callId,
            output: either((value) => (typeof value === 'string' ? string({ min: 1 }) : parts)),
        },
        { id: idWith('fc'), status },
    ),
    web_search_call: object({ type: any, id: idWith('ws'), status, action: map(any) }),
});

const parameters = (value, path, problems) => {
    if (!isObject(value) || value.type !== 'object')
        problems.push(`${path}: schema must be a JSON Schema of 'type: "object"'`);
    else if (!isObject(value.properties)) problems.push(`${path}: object schema missing properties`);
    for (const word of ['oneOf', 'anyOf', 'allOf', 'enum', 'not']) {
        if (isObject(value) && Object.hasOwn(value, word))
            problems.push(`${path}: schema must not have '${word}' at the top level`);
    }
};

const domains = array(string({ min: 1 }), { min: 1, max: 100 });
const tool = tagged('type', {
    function: object(
        { type: any, name: toolName, parameters, strict: boolean },
        { description: string(), defer_loading: boolean },
    ),
    web_search: object(
        { type: any },
        {
            filters: object({}, { allowed_domains: domains, blocked_domains: domains }),
            search_context_size: literal('low', 'medium', 'high'),
            user_location: object(
                { type: literal('approximate') },
                {
                    city: nullable(string()),
                    country: nullable(string()),
                    region: nullable(string()),
                    timezone: nullable(string()),
                },
            ),
        },
    ),
});

const toolChoice = either((value) => {
    if (typeof value === 'string') return literal('auto', 'none', 'required');
    if (!isObject(value)) return undefined;
    if (value.type === 'function') return object({ type: any, name: toolName });
    return object({ type: literal('web_search') });
});

const format = tagged('type', {
    text: object({ type: any }),
    json_object: object({ type: any }),
    json_schema: object(
        { type: any, name: toolName, schema: map(any) },
        { description: string(), strict: nullable(boolean) },
    ),
});

export const responsesRequest = object(
    {
        model: string({ min: 1 }),
        input: array(item, { min: 1 }),
        store: literal(false),
    },
    {
        include: array(
            literal(
                'reasoning.encrypted_content',
                'web_search_call.action.sources',
                'message.output_text.logprobs',
            ),
            { min: 1 },
        ),
        instructions: string({ min: 1 }),
        max_output_tokens: integer({ min: 16 }),
        max_tool_calls: integer({ min: 1 }),
        metadata: map(string({ max: 512 })),
        parallel_tool_calls: boolean,
        prompt_cache_key: string({ min: 1, max: 64 }),
        reasoning: object(
            {},
            {
                effort: literal('none', 'minimal', 'low', 'medium', 'high', 'xhigh'),
                summary: literal('auto', 'concise', 'detailed'),
            },
        ),
        safety_identifier: string({ min: 1, max: 64 }),
        service_tier: literal('auto', 'default', 'flex', 'scale', 'priority'),
        stream: boolean,
        stream_options: object({}, { include_obfuscation: boolean }),
        temperature: number({ min: 0, max: 2 }),
        text: object({}, { format, verbosity: literal('low', 'medium', 'high') }),
        tool_choice: toolChoice,
        tools: array(tool, { min: 1, max: 128 }),
        top_logprobs: integer({ min: 0, max: 20 }),
        top_p: number({ min: 0, max: 1 }),
        truncation: literal('auto', 'disabled'),
    },
);

function callsAndOutputs(input, problems) {
    const called = new Set();
    const answered = new Set();
    for (const entry of input) {
        const { call_id: id } = entry;
        if (entry.type === 'function_call') {
            if (called.has(id)) problems.push(`Duplicate item found with call_id ${id}.`);
            called.add(id);
            try {
                if (!isObject(JSON.parse(entry.arguments))) throw new Error('no object');
            } catch {
                problems.push(`arguments of ${id} are not a JSON object`);
            }
        } else if (entry.type === 'function_call_output') {
            if (!called.has(id))
                problems.push(`No tool call found for function call output with call_id ${id}.`);
            if (answered.has(id)) problems.push(`Duplicate output for function call ${id}.`);
            answered.add(id);
        }
    }
    for (const id of called)
        if (!answered.has(id)) problems.push(`No tool output found for function call ${id}.`);
}

// What was thought must stand in front of what it led to, and only who encrypted it can read it.
function reasoningItems(input, id, issued, problems) {
    const seen = new Set();
    input.forEach((entry, i) => {
        if (entry.id !== undefined) {
            if (seen.has(entry.id)) problems.push(`Duplicate item found with id ${entry.id}.`);
            seen.add(entry.id);
        }
        if (entry.type !== 'reasoning') return;
        const known = issued.get(entry.id);
        if (!known || known.model !== id || known.item.encrypted_content !== entry.encrypted_content) {
            problems.push(`The encrypted content for item ${entry.id} could not be verified.`);
            return;
        }
        for (const field of ['summary', 'content'])
            if (JSON.stringify(entry[field]) !== JSON.stringify(known.item[field]))
                problems.push(
                    `The ${field} of ${entry.id} was changed: ${JSON.stringify(entry[field])} instead of ` +
                        JSON.stringify(known.item[field]),
                );
        const next = input[i + 1];
        const wanted = known.next;
        const same =
            next?.type === wanted?.type &&
            (wanted?.type !== 'function_call' || next.call_id === wanted.call_id) &&
            (next?.id === undefined || next.id === wanted.id);
        if (!same)
            problems.push(
                `Item '${entry.id}' of type 'reasoning' was provided without its required following item.`,
            );
    });
}

function strictSchema(schema, path, problems) {
    if (!isObject(schema)) return;
    if (isObject(schema.properties)) {
        if (schema.additionalProperties !== false)
            problems.push(`${path}: 'additionalProperties' is required to be supplied and to be false`);
        const missing = Object.keys(schema.properties).filter((key) => !schema.required?.includes(key));
        if (missing.length > 0)
            problems.push(`${path}: 'required' must include every key in properties: ${missing.join(', ')}`);
    }
    for (const inner of Object.values(schema.properties ?? {})) strictSchema(inner, path, problems);
    if (schema.items) strictSchema(schema.items, path, problems);
}

function tools(body, problems) {
    const names = (body.tools ?? []).map((entry) => entry.name).filter(Boolean);
    for (const name of new Set(names))
        if (names.indexOf(name) !== names.lastIndexOf(name)) problems.push(`tools: ${name} is there twice`);
    for (const entry of body.tools ?? [])
        if (entry.strict)
            strictSchema(entry.parameters, `Invalid schema for function '${entry.name}'`, problems);
    if (!body.tools)
        for (const field of ['tool_choice', 'parallel_tool_calls', 'max_tool_calls'])
            if (body[field] !== undefined)
                problems.push(`'${field}' is only allowed when 'tools' are specified.`);
    const choice = body.tool_choice;
    if (choice?.type === 'function' && !names.includes(choice.name))
        problems.push(`Tool choice '${choice.name}' not found in 'tools' parameter.`);
}

// `issued`: the reasoning items that were given out, by id.
export function responsesRules(body, entry, issued) {
    const problems = [];
    callsAndOutputs(body.input, problems);
    reasoningItems(body.input, entry.id, issued, problems);
    tools(body, problems);
    if (body.max_output_tokens > entry.output)
        problems.push(
            `max_output_tokens is too large: ${body.max_output_tokens}; ${entry.id} gives ${entry.output}`,
        );
    const unsupported = (field) =>
        problems.push(`Unsupported parameter: '${field}' is not supported with this model.`);
    if (entry.efforts) {
        for (const field of entry.sampling ? [] : ['temperature', 'top_p'])
            if (body[field] !== undefined) unsupported(field);
        const effort = body.reasoning?.effort;
        if (effort !== undefined && !entry.efforts.includes(effort))
            problems.push(`Unsupported value: '${effort}' is not supported with the '${entry.id}' model.`);
    } else {
        if (body.reasoning !== undefined) unsupported('reasoning');
        if (body.include?.includes('reasoning.encrypted_content'))
            problems.push('Encrypted content is not supported with this model.');
    }
    const { format: wanted } = body.text ?? {};
    if (wanted?.type === 'json_schema' && wanted.strict)
        strictSchema(wanted.schema, `Invalid schema for response_format '${wanted.name}'`, problems);
    return problems;
}

// https://platform.openai.com/docs/guides/error-codes
export const openaiError = (message, { type = 'invalid_request_error', code = null, param = null } = {}) => ({
    error: { message, type, param, code },
});
