// The body of POST /api/v1/messages as OpenRouter's reference describes it
// (https://openrouter.ai/docs/api-reference/anthropic-messages), and what the models behind it refuse.

import { cacheMarks } from './chat_rules.mjs';
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

const cacheControl = object({ type: literal('ephemeral') }, { ttl: literal('5m', '1h') });
const marked = { cache_control: nullable(cacheControl) };
const toolId = string({ pattern: /^[a-zA-Z0-9_-]+$/ });

const text = object(
    { type: any, text: string({ min: 1 }) },
    { ...marked, citations: nullable(array(map(any))) },
);
const source = tagged('type', {
    base64: object({
        type: any,
        media_type: string({ pattern: /^(image\/(jpeg|png|gif|webp)|application\/pdf)$/ }),
        data: string({ min: 4, pattern: /^[A-Za-z0-9+/]+=*$/ }),
    }),
    url: object({ type: any, url: string({ min: 8 }) }),
    text: object({ type: any, media_type: literal('text/plain'), data: string({ min: 1 }) }),
});
const image = object({ type: any, source }, marked);
const document = object(
    { type: any, source },
    { ...marked, title: nullable(string()), context: nullable(string()), citations: nullable(map(any)) },
);
const toolReference = object({ type: any, tool_name: string({ min: 1 }) }, marked);

const signature = string({ min: 1, pattern: /^(?!dgm1\.)/ });
const block = tagged('type', {
    text,
    image,
    document,
    tool_use: object(
        { type: any, id: toolId, name: string({ min: 1, max: 128 }), input: map(any) },
        { ...marked, caller: any },
    ),
    tool_result: object(
        { type: any, tool_use_id: toolId },
        {
            ...marked,
            is_error: boolean,
            content: stringOr(
                array(
                    tagged('type', {
                        text,
                        image,
                        document,
                        tool_reference: toolReference,
                        search_result: map(any),
                    }),
                ),
            ),
        },
    ),
    thinking: object({ type: any, thinking: string(), signature }),
    redacted_thinking: object({ type: any, data: signature }),
    server_tool_use: object({ type: any, id: toolId, name: string(), input: map(any) }, marked),
    web_search_tool_result: object({ type: any, tool_use_id: toolId, content: any }, marked),
    search_result: map(any),
    compaction: map(any),
    tool_addition: map(any),
    tool_removal: map(any),
});

const message = object(
    { role: literal('user', 'assistant', 'system'), content: stringOr(array(block, { min: 1 }), { min: 1 }) },
    { output_config: nullable(map(any)), clear_at: nullable(string()) },
);

const tool = either((value) => {
    if (!isObject(value)) return undefined;
    if (value.type === undefined || value.type === 'custom') {
        return object(
            { name: string({ pattern: /^[a-zA-Z0-9_-]{1,128}$/ }), input_schema: map(any) },
            {
                ...marked,
                type: literal('custom'),
                description: string(),
                defer_loading: boolean,
                eager_input_streaming: boolean,
                strict: boolean,
                input_examples: array(map(any)),
                allowed_callers: array(string()),
            },
        );
    }
    const known = /^(bash_|text_editor_|web_search_|web_fetch_|advisor_|tool_search_tool_regex|openrouter:)/;
    return known.test(value.type) ? map(any) : undefined;
});

const thinking = tagged('type', {
    enabled: object(
        { type: any, budget_tokens: integer({ min: 1024 }) },
        { display: literal('summarized', 'omitted', null), block_binding: any },
    ),
    adaptive: object({ type: any }, { display: literal('summarized', 'omitted', null), block_binding: any }),
    disabled: object({ type: any }),
});

const edit = tagged('type', {
    clear_thinking_20251015: object({ type: any }, { keep: any }),
    clear_tool_uses_20250919: map(any),
    compact_20260112: map(any),
});

export const messagesRequest = object(
    { model: string({ min: 1 }), messages: array(message, { min: 1 }), max_tokens: integer({ min: 1 }) },
    {
        cache_control: cacheControl,
        context_management: nullable(object({}, { edits: array(edit) })),
        fallbacks: array(object({ model: string({ min: 1 }) }), { max: 3 }),
        metadata: object({}, { user_id: string({ min: 1, max: 128, pattern: /^[a-zA-Z0-9_-]+$/ }) }),
        models: array(string({ min: 1 }), { max: 3 }),
        output_config: object(
            {},
            {
                effort: literal('low', 'medium', 'high', 'xhigh', 'max', null),
                format: nullable(map(any)),
                task_budget: nullable(map(any)),
            },
        ),
        plugins: array(map(any)),
        provider: map(any),
        safeguards: array(map(any)),
        service_tier: literal('auto', 'standard_only'),
        session_id: string({ min: 1, max: 256 }),
        speed: literal('fast', 'standard', null),
        stop_sequences: array(string({ min: 1 })),
        stop_server_tools_when: array(map(any)),
        stream: boolean,
        system: stringOr(array(text, { min: 1 }), { min: 1 }),
        temperature: number({ min: 0, max: 1 }),
        thinking,
        tool_choice: tagged('type', {
            auto: object({ type: any }, { disable_parallel_tool_use: boolean }),
            any: object({ type: any }, { disable_parallel_tool_use: boolean }),
            tool: object({ type: any, name: string() }, { disable_parallel_tool_use: boolean }),
            none: object({ type: any }),
        }),
        tools: array(tool),
        top_k: integer({ min: 0 }),
        top_p: number({ min: 0, max: 1 }),
        trace: map(any),
        user: string({ min: 1, max: 256 }),
    },
);

const blocksOf = (entry) => (Array.isArray(entry.content) ? entry.content : []);

function toolPairs(messages, problems) {
    const turns = messages.filter((entry) => entry.role !== 'system');
    const used = new Set();
    turns.forEach((entry, i) => {
        const calls = blocksOf(entry)
            .filter((b) => b.type === 'tool_use')
            .map((b) => b.id);
        for (const id of calls) {
            if (used.has(id)) problems.push('$.messages: `tool_use` ids must be unique');
            used.add(id);
        }
        const next = turns[i + 1];
        const answered = next
            ? blocksOf(next)
                  .filter((b) => b.type === 'tool_result')
                  .map((b) => b.tool_use_id)
            : [];
        if (next && entry.role === 'assistant' && calls.some((id) => !answered.includes(id))) {
            problems.push(
                '$.messages: `tool_use` ids were found without `tool_result` blocks immediately after',
            );
        }
        const results = blocksOf(entry)
            .filter((b) => b.type === 'tool_result')
            .map((b) => b.tool_use_id);
        const asked =
            i > 0
                ? blocksOf(turns[i - 1])
                      .filter((b) => b.type === 'tool_use')
                      .map((b) => b.id)
                : [];
        if (results.some((id) => !asked.includes(id))) {
            problems.push('$.messages: unexpected `tool_use_id` found in `tool_result` blocks');
        }
    });
}

export function messagesRules(body, model) {
    const problems = [];
    const claude = /^~?anthropic\//.test(body.model);
    toolPairs(body.messages, problems);
    if (body.context_management != null && !claude) {
        problems.push(
            "No endpoints available that support Anthropic's context management features " +
                '(context-management-2025-06-27)',
        );
    }
    const marks = cacheMarks([body.messages, body.system ?? [], body.tools ?? []]);
    if (marks.length > 4) problems.push(`$: a maximum of 4 blocks with cache_control, found ${marks.length}`);
    if (JSON.stringify(body.system ?? '').includes('x-anthropic-billing-header')) {
        problems.push('$.system: a billing line that is meant for somebody else');
    }
    if (body.thinking && !model.supported_parameters.includes('reasoning')) {
        problems.push(`$.thinking: not supported by ${model.id}`);
    }
    if (body.thinking?.budget_tokens >= body.max_tokens)
        problems.push('$.thinking.budget_tokens: not below max_tokens');
    if (body.max_tokens > model.top_provider.max_completion_tokens) {
        problems.push(
            `$.max_tokens: ${body.max_tokens} > ${model.top_provider.max_completion_tokens}, ` +
                `which is the maximum allowed number of output tokens for ${model.id}`,
        );
    }
    return problems;
}
