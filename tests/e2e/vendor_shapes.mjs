// The bodies that vendors take, as closed as the strictest of them checks: Chat Completions from parts, since they
// differ in which fields they know, and the Messages API as its imitations know it.

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
    stringOr,
    tagged,
} from './shapes.mjs';

const dataUrl = /^(https?:\/\/|data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$)/;
const textPart = object({ type: literal('text'), text: string({ min: 1 }) });
const userParts = {
    text: textPart,
    image_url: object({
        type: any,
        image_url: object({ url: string({ pattern: dataUrl }) }, { detail: literal('auto', 'low', 'high') }),
    }),
    file: object({
        type: any,
        file: object({
            filename: string({ min: 1 }),
            file_data: string({ pattern: /^data:application\/pdf;base64,/ }),
        }),
    }),
};
export const thinkingPart = object({
    type: literal('thinking'),
    thinking: array(textPart, { min: 1 }),
});

const format = {
    text: object({ type: any }),
    json_object: object({ type: any }),
    json_schema: object({
        type: any,
        json_schema: object({ name: string({ min: 1 }), schema: map(any) }, { strict: nullable(boolean) }),
    }),
};
const pick = (from, keys) => Object.fromEntries(keys.map((key) => [key, from[key]]));
const content = (parts) => stringOr(array(tagged('type', parts), { min: 1 }), { min: 1 });

const anyName = /^[a-zA-Z0-9_-]{1,64}$/;
export const letterFirst = /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/;

// https://platform.openai.com/docs/api-reference/chat/create, without what only OpenAI takes.
//   limit      the name of the limit
//   fields     other fields at the top
//   user       parts of a user's message; empty: content is a string everywhere
//   roles      of instructions
//   assistant  other fields of the assistant's message, `parts` of its content
//   ids, names patterns
//   call       other fields of a call
//   result     other fields of a tool's message
//   choices    words of tool_choice; empty: it is not known
//   schema     of the parameters of a tool
//   formats    of the answer
export function chatShape({
    limit = 'max_tokens',
    fields = {},
    user = ['text', 'image_url'],
    roles = ['system'],
    assistant = {},
    parts = {},
    ids = /^[a-zA-Z0-9_.:|-]{1,64}$/,
    names = anyName,
    call = {},
    result = {},
    choices = ['auto', 'none', 'required'],
    strict = false,
    schema = parameters,
    formats = ['text', 'json_object', 'json_schema'],
} = {}) {
    const plain = string({ min: 1 });
    const texts = user.length === 0 ? plain : content({ text: textPart });
    const id = string({ pattern: ids });
    const name = string({ pattern: names });
    const toolCall = object(
        { id, type: literal('function'), function: object({ name, arguments: string({ min: 2 }) }) },
        call,
    );
    const said =
        user.length === 0
            ? string()
            : stringOr(array(tagged('type', { text: textPart, ...parts }), { min: 1 }));
    const message = tagged('role', {
        ...Object.fromEntries(roles.map((role) => [role, object({ role: any, content: texts })])),
        user: object({ role: any, content: user.length === 0 ? plain : content(pick(userParts, user)) }),
        assistant: object(
            { role: any },
            { content: nullable(said), tool_calls: array(toolCall, { min: 1 }), ...assistant },
        ),
        tool: object({ role: any, tool_call_id: id, content: texts, ...result }),
    });
    const tool = object({
        type: literal('function'),
        function: object(
            { name, parameters: schema },
            { description: string(), ...(strict ? { strict: nullable(boolean) } : {}) },
        ),
    });
    const choice = either((value) =>
        typeof value === 'string'
            ? literal(...choices)
            : object({ type: literal('function'), function: object({ name }) }),
    );
    return object(
        { model: string({ min: 1 }), messages: array(message, { min: 1 }), [limit]: integer({ min: 1 }) },
        {
            stream: boolean,
            stream_options: object({}, { include_usage: boolean }),
            temperature: number({ min: 0, max: 2 }),
            top_p: number({ min: 0, max: 1 }),
            stop: array(string({ min: 1 }), { min: 1, max: 4 }),
            tools: array(tool, { min: 1, max: 128 }),
            ...(choices.length > 0 ? { tool_choice: choice } : {}),
            parallel_tool_calls: boolean,
            response_format: tagged('type', pick(format, formats)),
            ...fields,
        },
    );
}

export function parameters(value, path, problems) {
    if (!isObject(value) || value.type !== 'object') problems.push(`${path}: schema must have type 'object'`);
    else if (!isObject(value.properties)) problems.push(`${path}: object schema missing properties`);
}

const mark = { cache_control: object({ type: literal('ephemeral') }, { ttl: literal('5m', '1h') }) };
const block = {
    text: object({ type: any, text: string({ min: 1 }) }, mark),
    image: object(
        {
            type: any,
            source: tagged('type', {
                base64: object({
                    type: any,
                    media_type: string({ pattern: /^image\/(png|jpeg|gif|webp)$/ }),
                    data: string({ min: 4 }),
                }),
                url: object({ type: any, url: string({ min: 8 }) }),
            }),
        },
        mark,
    ),
    document: object(
        { type: any, source: map(any) },
        { ...mark, title: nullable(string()), context: nullable(string()) },
    ),
    thinking: object({ type: any, thinking: string(), signature: string() }),
    redacted_thinking: object({ type: any, data: string({ min: 1 }) }),
    tool_use: object(
        { type: any, id: string({ min: 1 }), name: string({ min: 1, max: 128 }), input: map(any) },
        mark,
    ),
};
const blocks = (...types) => array(tagged('type', pick(block, types)), { min: 1 });
const result = object(
    { type: any, tool_use_id: string({ min: 1 }) },
    { ...mark, is_error: boolean, content: stringOr(blocks('text', 'image', 'document')) },
);

const thoughts = {
    enabled: object({ type: any, budget_tokens: integer({ min: 1024 }) }),
    disabled: object({ type: any }),
    adaptive: object({ type: any }),
};

// The Messages API of its first version, without any beta: what servers that imitate it read. `thinking`: the words
// for it; `fields`: what else is read.
export const vendorMessages = ({ thinking = ['enabled', 'disabled'], fields = {} } = {}) => object(
    {
        model: string({ min: 1 }),
        max_tokens: integer({ min: 1 }),
        messages: array(
            tagged('role', {
                user: object({
                    role: any,
                    content: stringOr(
                        array(
                            tagged('type', {
                                ...pick(block, ['text', 'image', 'document']),
                                tool_result: result,
                            }),
                            {
                                min: 1,
                            },
                        ),
                        { min: 1 },
                    ),
                }),
                assistant: object({
                    role: any,
                    content: stringOr(blocks('text', 'thinking', 'redacted_thinking', 'tool_use'), {
                        min: 1,
                    }),
                }),
            }),
            { min: 1 },
        ),
    },
    {
        system: stringOr(array(block.text, { min: 1 }), { min: 1 }),
        stream: boolean,
        stop_sequences: array(string({ min: 1 })),
        temperature: number({ min: 0, max: 1 }),
        top_p: number({ min: 0, max: 1 }),
        top_k: integer({ min: 0 }),
        metadata: object({}, { user_id: string({ pattern: /^[a-zA-Z0-9_-]{6,128}$/ }) }),
        thinking: tagged('type', pick(thoughts, thinking)),
        tools: array(
            object(
                { name: string({ pattern: /^[a-zA-Z0-9_-]{1,128}$/ }), input_schema: map(any) },
                { ...mark, type: literal('custom'), description: string() },
            ),
        ),
        tool_choice: tagged('type', {
            auto: object({ type: any }, { disable_parallel_tool_use: boolean }),
            any: object({ type: any }, { disable_parallel_tool_use: boolean }),
            tool: object({ type: any, name: string() }, { disable_parallel_tool_use: boolean }),
            none: object({ type: any }),
        }),
        ...fields,
    },
);
