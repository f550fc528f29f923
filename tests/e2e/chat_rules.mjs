// What providers behind OpenRouter refuse although each field by itself is well formed: the order of tool
// messages, what belongs together, and what one model can take. https://platform.openai.com/docs/guides and
// the error texts of the providers are where these rules come from.

import { isObject } from './shapes.mjs';

const partsOf = (content) => (Array.isArray(content) ? content : []);
const textOf = (content) =>
    typeof content === 'string'
        ? content
        : partsOf(content)
              .map((part) => part.text ?? '')
              .join('');
const vendorOf = (id) => id.replace(/^~/, '').split('/')[0];

export function toolOrder(messages, problems) {
    const used = new Set();
    let open = new Set();
    let openAt = -1;
    messages.forEach((message, i) => {
        const path = `$.messages[${i}]`;
        if (message.role === 'tool') {
            if (!open.delete(message.tool_call_id)) {
                problems.push(
                    `${path}: messages with role 'tool' must be a response to a preceding message with ` +
                        `'tool_calls' (${message.tool_call_id})`,
                );
            }
            return;
        }
        if (open.size > 0) {
            problems.push(
                `$.messages[${openAt}]: an assistant message with 'tool_calls' must be followed by tool ` +
                    `messages responding to each 'tool_call_id'; missing: ${[...open].join(', ')}`,
            );
        }
        open = new Set();
        if (message.role !== 'assistant') return;
        for (const call of message.tool_calls ?? []) {
            if (used.has(call.id)) problems.push(`${path}: tool call id ${call.id} is used twice`);
            used.add(call.id);
            open.add(call.id);
            openAt = i;
        }
    });
    if (open.size > 0 && messages[messages.length - 1].role !== 'assistant') {
        problems.push(`$.messages[${openAt}]: insufficient tool messages following tool_calls message`);
    }
}

export function emptiness(messages, problems) {
    messages.forEach((message, i) => {
        const path = `$.messages[${i}]`;
        if (message.role === 'assistant') {
            const text = textOf(message.content);
            const calls = (message.tool_calls ?? []).length > 0;
            if (message.content === undefined && !calls)
                problems.push(`${path}: content or tool_calls must be set`);
            if (text.trim() === '' && !calls && !message.reasoning && !message.reasoning_details) {
                problems.push(`${path}: an assistant message must not be empty`);
            }
        } else if (partsOf(message.content).length === 0 && textOf(message.content).trim() === '') {
            problems.push(`${path}: content must be non-empty`);
        }
        for (const call of message.tool_calls ?? []) {
            try {
                if (!isObject(JSON.parse(call.function.arguments))) throw new Error('no object');
            } catch {
                problems.push(`${path}: arguments of ${call.id} are not a JSON object`);
            }
        }
    });
}

function roles(messages, model, problems) {
    const middle = ['openai', 'anthropic'].includes(vendorOf(model.id));
    messages.forEach((message, i) => {
        if (['system', 'developer'].includes(message.role) && i > 0 && !middle) {
            problems.push(`$.messages[${i}]: System message must be at the beginning (${model.id})`);
        }
        const before = messages[i - 1];
        if (!middle && before && message.role === 'user' && before.role === 'user') {
            problems.push(`$.messages[${i}]: conversation roles must alternate user/assistant (${model.id})`);
        }
        if (before && message.role === 'assistant' && before.role === 'assistant') {
            problems.push(`$.messages[${i}]: two assistant messages in a row`);
        }
    });
    if (!messages.some((message) => message.role === 'user')) problems.push('$.messages: no user message');
}

export function toolsBelongTogether(body, problems) {
    const names = (body.tools ?? []).map((tool) => tool.function?.name).filter(Boolean);
    for (const name of names) {
        if (names.indexOf(name) !== names.lastIndexOf(name)) {
            problems.push(`$.tools: tool names must be unique (${name})`);
            break;
        }
    }
    if (!body.tools) {
        for (const field of ['tool_choice', 'parallel_tool_calls']) {
            if (body[field] !== undefined) problems.push(`$.${field}: only allowed when tools are specified`);
        }
    }
    const choice = body.tool_choice;
    if (choice?.type === 'function' && !names.includes(choice.function.name)) {
        problems.push(`$.tool_choice: function ${choice.function.name} is not in tools`);
    }
    if (
        isObject(choice) &&
        choice.type !== 'function' &&
        !(body.tools ?? []).some((tool) => tool.type === choice.type)
    ) {
        problems.push(`$.tool_choice: ${choice.type} is not in tools`);
    }
}

export function cacheMarks(value) {
    if (Array.isArray(value)) return value.flatMap(cacheMarks);
    if (!isObject(value)) return [];
    const here = Object.hasOwn(value, 'cache_control') ? [value] : [];
    return [...here, ...Object.values(value).flatMap(cacheMarks)];
}

function caching(body, problems) {
    const marks = [...cacheMarks(body.messages), ...(body.tools ?? []).filter((tool) => tool.cache_control)];
    if (marks.length > 4) problems.push(`$: a maximum of 4 blocks with cache_control, found ${marks.length}`);
    for (const block of marks) {
        if (block.type === 'text' && block.text.trim() === '') {
            problems.push('$: cache_control cannot be set for empty text blocks');
        }
    }
    if (marks.length > 0 && !['anthropic', 'google', 'qwen', 'openai'].includes(vendorOf(body.model))) {
        problems.push(`$: cache_control means nothing to ${body.model}`);
    }
}

function media(body, model, problems) {
    const accepted = model.architecture.input_modalities;
    body.messages.forEach((message, i) =>
        partsOf(message.content).forEach((part) => {
            if (part.type === 'image_url' && !accepted.includes('image')) {
                problems.push(`$.messages[${i}]: No endpoints found that support image input (${model.id})`);
            }
            if (part.type !== 'text' && message.role !== 'user') {
                problems.push(`$.messages[${i}]: ${part.type} is only allowed in user messages`);
            }
        }),
    );
}

// https://ai.google.dev/api/caching#Schema : an OpenAPI subset; these words are refused by name.
const unknownToGemini = [
    '$schema',
    '$id',
    '$ref',
    '$defs',
    'definitions',
    'additionalProperties',
    'propertyNames',
    'patternProperties',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'const',
    'oneOf',
    'allOf',
    'not',
    'examples',
    'prefixItems',
    'if',
    'then',
    'else',
    'dependentRequired',
    'contains',
    'uniqueItems',
];

export function geminiSchema(schema, path, problems) {
    if (!isObject(schema)) {
        problems.push(`${path}: a schema must be an object`);
        return;
    }
    for (const word of unknownToGemini) {
        if (Object.hasOwn(schema, word)) problems.push(`${path}: Unknown name "${word}": Cannot find field.`);
    }
    if (Array.isArray(schema.type)) problems.push(`${path}.type: Proto field is not repeating`);
    if (schema.type === 'string' && schema.format && !['date-time', 'enum'].includes(schema.format)) {
        problems.push(`${path}.format: only 'enum' and 'date-time' are supported for STRING type`);
    }
    for (const name of schema.required ?? []) {
        if (!Object.hasOwn(schema.properties ?? {}, name))
            problems.push(`${path}.required: ${name} is not defined`);
    }
    if (schema.type === 'array' && !isObject(schema.items)) problems.push(`${path}.items: missing field`);
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
        geminiSchema(inner, `${path}.properties.${name}`, problems);
    }
    if (schema.items !== undefined) geminiSchema(schema.items, `${path}.items`, problems);
    (schema.anyOf ?? []).forEach((inner, i) => geminiSchema(inner, `${path}.anyOf[${i}]`, problems));
}

function reasoning(body, model, problems) {
    const asked = body.reasoning;
    if (asked === undefined) return;
    if (!model.supported_parameters.includes('reasoning')) {
        problems.push(`$.reasoning: not supported by ${model.id}`);
    }
    if (asked.effort !== undefined && asked.max_tokens !== undefined) {
        problems.push(
            '$.reasoning: only one of "reasoning.effort" and "reasoning.max_tokens" can be specified',
        );
    }
    if (body.reasoning_effort !== undefined && body.reasoning_effort !== asked.effort) {
        problems.push('$.reasoning_effort: differs from reasoning.effort');
    }
    const efforts = model.reasoning?.supported_efforts;
    if (efforts && asked.effort !== undefined && !efforts.includes(asked.effort)) {
        problems.push(
            `$.reasoning.effort: ${asked.effort} is not one of ${efforts.join(', ')} (${model.id})`,
        );
    }
    const off = asked.effort === 'none' || asked.enabled === false;
    if (off && model.reasoning?.mandatory) {
        problems.push(
            `$.reasoning: Reasoning is mandatory for this endpoint and cannot be disabled (${model.id})`,
        );
    }
    if (
        asked.max_tokens !== undefined &&
        body.max_tokens !== undefined &&
        asked.max_tokens >= body.max_tokens
    ) {
        problems.push('$.max_tokens: must be greater than reasoning.max_tokens');
    }
}

export function chatRules(body, model) {
    const problems = [];
    toolOrder(body.messages, problems);
    emptiness(body.messages, problems);
    roles(body.messages, model, problems);
    toolsBelongTogether(body, problems);
    caching(body, problems);
    media(body, model, problems);
    reasoning(body, model, problems);
    const limit = model.top_provider.max_completion_tokens;
    for (const field of ['max_tokens', 'max_completion_tokens']) {
        if (body[field] > limit)
            problems.push(`$.${field}: ${body[field]} is more than ${model.id} can give: ${limit}`);
    }
    const plainIds = !['moonshotai', 'google'].includes(vendorOf(model.id)); // who get the ids of their own back
    for (const call of body.messages.flatMap((message) => message.tool_calls ?? [])) {
        if (plainIds && !/^[a-zA-Z0-9_-]{1,64}$/.test(call.id))
            problems.push(`$: bad tool call id ${call.id}`);
    }
    if (vendorOf(model.id) === 'google') {
        (body.tools ?? [])
            .filter((tool) => tool.type === 'function')
            .forEach((tool) =>
                geminiSchema(
                    tool.function.parameters ?? {},
                    `$.tools.${tool.function.name}.parameters`,
                    problems,
                ),
            );
    }
    return problems;
}
