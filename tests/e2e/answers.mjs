// What the scripted upstream says: one description of a turn, written as the chunks of a Chat Completions
// stream, as one whole completion, or as the events of the Messages dialect.
//
// A turn: { reasoning, details, text, tools: [{ id, name, input }], finish, usage, annotations, provider }.
// `text` and `reasoning` may be lists of pieces. `interleave` sends the arguments of all tools in turns.
// `hold` is a promise that the answer waits for, after its first chunk of content if it has one.

const listOf = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const argumentsOf = (tool) =>
    typeof tool.input === 'string' ? tool.input : JSON.stringify(tool.input ?? {});

const usual = {
    prompt_tokens: 1200,
    completion_tokens: 34,
    total_tokens: 1234,
    cost: 0.00042,
    prompt_tokens_details: { cached_tokens: 200 },
    completion_tokens_details: { reasoning_tokens: 0 },
};

// Every message has an id of its own: clients put blocks with the same one together.
let answered = 0;
function nextId() {
    answered += 1;
    return `gen-1763000000-${String(answered).padStart(20, 'ZyXwVuTsRqPoNmLkJiHg')}`;
}

export const CUT = Symbol('the connection is reset here');
export const END = Symbol('the connection ends properly here');

export const chunk = (model, delta, finish = null, extra = {}) => ({
    id: 'gen-1763000000-AbCdEfGhIjKlMnOpQrSt',
    provider: 'Fireworks',
    model,
    object: 'chat.completion.chunk',
    created: 1763000000,
    choices: [
        {
            index: 0,
            delta: { role: 'assistant', ...delta },
            finish_reason: finish,
            native_finish_reason: finish,
            logprobs: null,
        },
    ],
    ...extra,
});

// Pieces of about `size` characters, never half of a surrogate pair.
export function pieces(text, size = 7) {
    const letters = [...text];
    const out = [];
    for (let i = 0; i < letters.length; i += size) out.push(letters.slice(i, i + size).join(''));
    return out;
}

function toolChunks(model, turn) {
    const out = [];
    const tools = listOf(turn.tools);
    const rest = tools.map((tool, index) => ({ index, pieces: pieces(argumentsOf(tool)) }));
    const head = (tool, index) =>
        chunk(model, {
            content: null,
            tool_calls: [
                { index, id: tool.id, type: 'function', function: { name: tool.name, arguments: '' } },
            ],
        });
    const next = (slot) =>
        chunk(model, {
            content: null,
            tool_calls: [
                { index: slot.index, type: 'function', function: { arguments: slot.pieces.shift() } },
            ],
        });
    if (turn.interleave) {
        tools.forEach((tool, index) => out.push(head(tool, index)));
        while (rest.some((slot) => slot.pieces.length > 0)) {
            for (const slot of rest) if (slot.pieces.length > 0) out.push(next(slot));
        }
        return out;
    }
    tools.forEach((tool, index) => {
        out.push(head(tool, index));
        while (rest[index].pieces.length > 0) out.push(next(rest[index]));
    });
    return out;
}

export const finishOf = (turn) => turn.finish ?? (listOf(turn.tools).length > 0 ? 'tool_calls' : 'stop');

// The steps of a stream; a step is a chunk, raw text, a promise to wait for, CUT or END.
export function chatSteps(model, turn) {
    const steps = [': OPENROUTER PROCESSING\n\n', chunk(model, { content: '' })];
    const details = listOf(turn.details);
    listOf(turn.reasoning).forEach((text) =>
        steps.push(
            chunk(model, {
                content: '',
                reasoning: text,
                reasoning_details: [
                    { type: 'reasoning.text', text, format: turn.format ?? 'unknown', index: 0 },
                ],
            }),
        ),
    );
    for (const detail of details) {
        steps.push(
            chunk(model, {
                content: '',
                reasoning: detail.text ?? detail.summary ?? null,
                reasoning_details: [detail],
            }),
        );
    }
    const texts = Array.isArray(turn.text) ? turn.text : pieces(turn.text ?? '');
    texts.forEach((text, i) => {
        steps.push(chunk(model, { content: text }));
        if (i === 0 && turn.hold) steps.push(turn.hold);
    });
    if (texts.length === 0 && turn.hold) steps.push(turn.hold);
    steps.push(...toolChunks(model, turn));
    if (turn.annotations) steps.push(chunk(model, { content: '', annotations: turn.annotations }));
    steps.push(chunk(model, { content: '' }, finishOf(turn)));
    steps.push({ ...chunk(model, { content: '' }), usage: { ...usual, ...turn.usage } });
    steps.push('data: [DONE]\n\n');
    return steps;
}

export function chatWhole(model, turn) {
    const reasoning = listOf(turn.reasoning).join('') || null;
    const details = listOf(turn.details);
    const tools = listOf(turn.tools);
    const message = {
        role: 'assistant',
        content: listOf(turn.text).join('') || null,
        refusal: null,
        reasoning,
        ...(details.length > 0 ? { reasoning_details: details } : {}),
        ...(turn.annotations ? { annotations: turn.annotations } : {}),
        ...(tools.length > 0
            ? {
                  tool_calls: tools.map((tool, index) => ({
                      index,
                      id: tool.id,
                      type: 'function',
                      function: { name: tool.name, arguments: argumentsOf(tool) },
                  })),
              }
            : {}),
    };
    return {
        id: 'gen-1763000000-AbCdEfGhIjKlMnOpQrSt',
        provider: 'Fireworks',
        model,
        object: 'chat.completion',
        created: 1763000000,
        system_fingerprint: null,
        choices: [
            {
                index: 0,
                logprobs: null,
                finish_reason: finishOf(turn),
                native_finish_reason: finishOf(turn),
                message,
            },
        ],
        usage: { ...usual, ...turn.usage },
    };
}

function messageContent(turn) {
    const out = [];
    if (turn.thinking !== undefined) {
        out.push({ type: 'thinking', thinking: turn.thinking, signature: turn.signature });
    }
    const text = listOf(turn.text).join('');
    if (text !== '') out.push({ type: 'text', text });
    for (const tool of listOf(turn.tools)) {
        out.push({ type: 'tool_use', id: tool.id, name: tool.name, input: tool.input ?? {} });
    }
    return out;
}

export function messageWhole(model, turn) {
    return {
        id: nextId(),
        type: 'message',
        role: 'assistant',
        model,
        provider: 'Anthropic',
        content: messageContent(turn),
        stop_reason: turn.stop ?? (listOf(turn.tools).length > 0 ? 'tool_use' : 'end_turn'),
        stop_sequence: null,
        usage: {
            input_tokens: 1000,
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: 200,
            output_tokens: 34,
            cost: 0.0042,
            ...turn.usage,
        },
        ...turn.extra,
    };
}

const event = (data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

function blockEvents(block, index) {
    const start = { type: block.type };
    const deltas = [];
    if (block.type === 'text') {
        start.text = '';
        pieces(block.text).forEach((text) => deltas.push({ type: 'text_delta', text }));
    } else if (block.type === 'thinking') {
        Object.assign(start, { thinking: '', signature: '' });
        pieces(block.thinking).forEach((thinking) => deltas.push({ type: 'thinking_delta', thinking }));
        deltas.push({ type: 'signature_delta', signature: block.signature });
    } else {
        Object.assign(start, { id: block.id, name: block.name, input: {} });
        pieces(JSON.stringify(block.input)).forEach((partial_json) =>
            deltas.push({ type: 'input_json_delta', partial_json }),
        );
    }
    return [
        event({ type: 'content_block_start', index, content_block: start }),
        ...deltas.map((delta) => event({ type: 'content_block_delta', index, delta })),
        event({ type: 'content_block_stop', index }),
    ];
}

export function messageSteps(model, turn) {
    const whole = messageWhole(model, turn);
    const { content, stop_reason, stop_sequence, usage, ...head } = whole;
    const steps = [
        ': OPENROUTER PROCESSING\n\n',
        event({
            type: 'message_start',
            message: {
                ...head,
                content: [],
                stop_reason: null,
                stop_sequence: null,
                usage: { ...usage, output_tokens: 1 },
            },
        }),
        event({ type: 'ping' }),
    ];
    if (turn.hold) steps.push(turn.hold);
    content.forEach((block, index) => steps.push(...blockEvents(block, index)));
    steps.push(event({ type: 'message_delta', delta: { stop_reason, stop_sequence }, usage }));
    steps.push(event({ type: 'message_stop' }), 'data: [DONE]\n\n');
    return steps;
}

// An answer that is no turn: a status with a body, or a stream whose steps are written out.
export const failure = (status, body, headers = {}) => ({ status, body, headers });
export const openRouterFailure = (status, message, metadata, headers = {}) =>
    failure(
        status,
        {
            error: { code: status, message, ...(metadata ? { metadata } : {}) },
            user_id: 'user_2abcdefghijklmnop',
        },
        headers,
    );
export const steps = (list, options = {}) => ({ steps: list, ...options });
