// A long conversation as a client of the Messages API has it, made by chance from a seed: questions with pictures,
// thoughts, calls side by side, results of every form, messages of the system in between, marks for caches that
// move on. It keeps the history as Claude Code does, and sends all of it each time.

import assert from 'node:assert/strict';

import { Stream, grammarProblems, post } from './http_client.mjs';
import { pdf, png } from './samples.mjs';

// https://en.wikipedia.org/wiki/Linear_congruential_generator is too regular for this; mulberry32 is not.
export class Chance {
    constructor(seed) {
        this.state = seed >>> 0;
    }

    fraction() {
        this.state = (this.state + 0x6d2b79f5) >>> 0;
        let t = this.state;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }

    below(n) {
        return Math.floor(this.fraction() * n);
    }

    often(p) {
        return this.fraction() < p;
    }

    one(list) {
        return list[this.below(list.length)];
    }
}

const words = [
    'build',
    'naïve',
    'Größe',
    '名前',
    '👋🏽',
    'a\tb',
    '"quoted"',
    '\\path',
    '</s>',
    '\u2028',
    'line\nline',
    '1.0',
];

export function sentence(chance, begin) {
    const parts = Array.from({ length: 3 + chance.below(12) }, () => chance.one(words));
    return `${begin}: ${parts.join(' ')}.`;
}

const schemaOf = (properties, extra = {}) => ({ type: 'object', properties, ...extra });
const closed = { additionalProperties: false, $schema: 'https://json-schema.org/draft/2020-12/schema' };

// Tools as Claude Code and its servers of tools declare them, with what one vendor or another refuses.
export const tools = [
    {
        name: 'Bash',
        description: 'Runs a command.',
        input_schema: schemaOf(
            {
                command: { type: 'string' },
                timeout: { type: 'number', exclusiveMinimum: 0, maximum: 9007199254740991 },
                run_in_background: { type: 'boolean', default: false },
            },
            { required: ['command'], ...closed },
        ),
    },
    {
        name: 'Read',
        description: 'Reads a file.',
        input_schema: schemaOf(
            { file_path: { type: 'string', format: 'uri' }, pages: { type: ['string', 'null'] } },
            { required: ['file_path'], ...closed },
        ),
    },
    {
        name: 'AskUserQuestion',
        description: 'Asks.',
        input_schema: schemaOf(
            {
                questions: {
                    type: 'array',
                    minItems: 1,
                    items: schemaOf(
                        {
                            question: { type: 'string', minLength: 1 },
                            options: {
                                type: 'array',
                                anyOf: [{ items: { type: 'string' } }, { items: { type: 'number' } }],
                            },
                        },
                        { required: ['question'] },
                    ),
                },
                answers: { type: 'object', propertyNames: { type: 'string' }, additionalProperties: {} },
            },
            { required: ['questions'], ...closed },
        ),
    },
    {
        name: 'mcp__plugin_a_company_with_a_long_name__list_everything_that_is_there_and_more',
        description: 'Lists.',
        input_schema: schemaOf(
            {
                kind: { const: 'all' },
                filter: { oneOf: [{ type: 'string' }, { type: 'null' }] },
                asset: { $ref: '#/$defs/asset' },
            },
            { $defs: { asset: schemaOf({ id: { type: 'integer' } }, { description: 'An asset.' }) } },
        ),
    },
    {
        name: '21st_magic',
        description: 'Begins with a digit.',
        input_schema: schemaOf({ a: { type: 'string' } }),
    },
    {
        name: 'mcp__finance__balance',
        description: 'One of two.',
        input_schema: schemaOf(
            { code: { type: 'string' }, year: { type: 'integer' } },
            { anyOf: [{ required: ['code'] }, { required: ['year'] }] },
        ),
    },
    { name: 'Nothing', input_schema: { type: 'object' } },
];

const deferred = [
    {
        name: 'WebFetch',
        description: 'Fetches.',
        input_schema: schemaOf({ url: { type: 'string' } }),
        defer_loading: true,
    },
    {
        name: 'NotebookEdit',
        description: 'Edits.',
        input_schema: schemaOf({ cell: { type: 'integer' } }),
        defer_loading: true,
    },
];

const finder = {
    name: 'ToolSearch',
    description: 'Finds tools.',
    input_schema: schemaOf({ query: { type: 'string' } }, { required: ['query'] }),
};

const argumentsFor = {
    Bash: (chance) => ({ command: sentence(chance, 'echo'), timeout: chance.one([1000, 1.5, 120000]) }),
    Read: (chance) => ({ file_path: `/tmp/${chance.below(100)}`, pages: null }),
    AskUserQuestion: (chance) => ({
        questions: [{ question: sentence(chance, 'Which'), options: ['a', 'b'] }],
    }),
    ToolSearch: () => ({ query: 'select:WebFetch' }),
};

export const inputFor = (name, chance) => (argumentsFor[name] ?? (() => ({})))(chance);

const mark = { cache_control: { type: 'ephemeral' } };
const image = (chance) => ({
    type: 'image',
    source: {
        type: 'base64',
        media_type: 'image/png',
        data: png(2 + chance.below(3), 2, [chance.below(256), 0, 0]).toString('base64'),
    },
});
const paper = {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: pdf('Paper').toString('base64') },
};

const session = '5f4dcc3b-5aa7-45d6-9d83-27deb882cf99';
export const device = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
export const headers = {
    authorization: 'Bearer a-token-of-the-client',
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27',
    'x-claude-code-session-id': session,
    'x-app': 'cli',
};

// What a result can be.
const resultForms = [
    (chance) => sentence(chance, 'Said'),
    () => '',
    (chance) => [
        { type: 'text', text: sentence(chance, 'One') },
        { type: 'text', text: sentence(chance, 'Two') },
    ],
    (chance) => [{ type: 'text', text: 'Seen' }, image(chance)],
    (chance) => [image(chance)],
    () => [paper],
];

export class Conversation {
    constructor(chance, { model, search = false, roots = true, ...settings }) {
        Object.assign(this, { chance, model, settings });
        const some = roots ? tools : tools.filter((tool) => !tool.input_schema.anyOf);
        this.tools = search ? [...some, finder, ...deferred] : some;
        this.sent = [];
        this.forms = [];
        this.history = [];
        this.thinking = chance.one([
            { type: 'adaptive' },
            { type: 'adaptive', display: 'summarized' },
            { type: 'adaptive', display: 'omitted' },
            { type: 'enabled', budget_tokens: 4000 },
        ]);
    }

    // The names that a model may call next.
    get callable() {
        const found = this.history.some((entry) => JSON.stringify(entry).includes('tool_reference'));
        return this.tools.filter((tool) => !tool.defer_loading || (found && tool.name === 'WebFetch'));
    }

    system(text) {
        this.history.push({ role: 'system', content: text });
    }

    // Each form comes up, and none twice before the others have.
    result(name) {
        if (name === 'ToolSearch') return [{ type: 'tool_reference', tool_name: 'WebFetch' }];
        if (this.forms.length === 0) this.forms = [...resultForms];
        const [form] = this.forms.splice(this.chance.below(this.forms.length), 1);
        return form(this.chance);
    }

    // The next message of the user: the results of what was called, or a question.
    ask(n) {
        const { chance } = this;
        const calls = (this.history.at(-1)?.content ?? []).filter((block) => block.type === 'tool_use');
        const content = calls.map(({ id, name }) => ({
            type: 'tool_result',
            tool_use_id: id,
            content: this.result(name),
            is_error: chance.often(0.15),
        }));
        if (content.length > 1 && chance.often(0.3)) content.reverse();
        if (calls.length === 0 || chance.often(0.2)) {
            content.push({ type: 'text', text: sentence(chance, `Question ${n}`) });
            if (calls.length === 0 && chance.often(0.2)) content.push(image(chance));
        }
        for (const block of content) {
            const inside = Array.isArray(block.content) ? block.content : [];
            if (block.is_error && inside.some((part) => part.type !== 'text')) block.is_error = false;
        }
        this.history.push({ role: 'user', content });
        if (chance.often(0.3)) this.system(sentence(chance, `Reminder ${n}`));
    }

    // The newest two messages carry marks, and what carries one is a list: as Claude Code writes them.
    messages() {
        return this.history.map(({ role, content }, i) => {
            const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
            const marked = role !== 'assistant' && i >= this.history.length - 2;
            if (!marked) return { role, content };
            return {
                role,
                content: blocks.map((block, k) => (k === blocks.length - 1 ? { ...block, ...mark } : block)),
            };
        });
    }

    body(n) {
        return {
            model: this.model,
            max_tokens: 32000,
            system: [
                { type: 'text', text: `x-anthropic-billing-header: cc_version=2.1.329; cch=${n}a1b2;` },
                { type: 'text', text: 'You are a coding agent.', ...mark },
                { type: 'text', text: 'Be brief.\nUse the tools.', ...mark },
            ],
            messages: this.messages(),
            tools: this.tools,
            metadata: {
                user_id: JSON.stringify({ device_id: device, account_uuid: '', session_id: session }),
            },
            thinking: this.thinking,
            context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
            ...(this.thinking.type === 'adaptive' ? { output_config: { effort: 'high' } } : {}),
            ...this.settings,
        };
    }

    // One turn; what was answered becomes part of the history.
    async turn(url, n) {
        this.ask(n);
        const body = this.body(n);
        this.sent.push(body);
        const content = this.chance.often(0.7) ? await streamed(url, body) : await whole(url, body);
        assert.ok(content.length > 0, 'an answer without content');
        this.history.push({ role: 'assistant', content });
        return content;
    }
}

async function whole(url, body) {
    const answer = await post(url, { ...body, stream: false }, { headers, path: '/v1/messages?beta=true' });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.content;
}

async function streamed(url, body) {
    const stream = await new Stream(url, body, { headers, path: '/v1/messages?beta=true' }).end();
    assert.equal(stream.status, 200, stream.text);
    assert.deepEqual(grammarProblems(stream.text), []);
    assert.equal(stream.events.at(-1).name, 'message_stop', stream.text.slice(-500));
    return contentOf(stream.events);
}

// What a client of the SDK holds after the last event.
export function contentOf(events) {
    const content = [];
    for (const { data } of events) {
        if (data.type === 'content_block_start') content.push({ block: { ...data.content_block }, json: '' });
        if (data.type !== 'content_block_delta') continue;
        const { delta } = data;
        const held = content[data.index];
        if (delta.type === 'text_delta') held.block.text += delta.text;
        else if (delta.type === 'thinking_delta') held.block.thinking += delta.thinking;
        else if (delta.type === 'signature_delta') held.block.signature = delta.signature;
        else held.json += delta.partial_json;
    }
    return content.map(({ block, json }) =>
        block.type === 'tool_use' ? { ...block, input: JSON.parse(json === '' ? '{}' : json) } : block,
    );
}
