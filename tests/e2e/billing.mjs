// What an upstream bills and what it refuses: prompts are counted with o200k as the models of that vocabulary
// do, and what does not fit into the window together with the answer is refused in OpenRouter's words.

import { createRequire } from 'node:module';

import { openRouterFailure } from './answers.mjs';

const require = createRequire(import.meta.url);
const frame = { message: 4, call: 8, tool: 12, answer: 3 }; // what a chat template adds, in tokens

const listOf = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

export class Billing {
    constructor() {
        const { Tiktoken } = require('js-tiktoken/lite');
        this.encoder = new Tiktoken(require('js-tiktoken/ranks/o200k_base'));
        this.known = new Map(); // a conversation repeats itself: each text is counted once
        this.refused = []; // requests that were too large
    }

    tokens(text) {
        if (!this.known.has(text)) this.known.set(text, this.encoder.encode(text, [], []).length);
        return this.known.get(text);
    }

    content(content) {
        if (typeof content === 'string') return this.tokens(content);
        return listOf(content ?? undefined).reduce((sum, part) => sum + this.tokens(part.text ?? ''), 0);
    }

    message(message) {
        const calls = (message.tool_calls ?? []).map(
            ({ function: { name, arguments: input } }) =>
                frame.call + this.tokens(name) + this.tokens(input),
        );
        return calls.reduce((sum, n) => sum + n, frame.message + this.content(message.content));
    }

    prompt(body) {
        const tools = (body.tools ?? []).map((t) => frame.tool + this.tokens(JSON.stringify(t.function)));
        const messages = body.messages.map((message) => this.message(message));
        return [...tools, ...messages].reduce((sum, n) => sum + n, frame.answer);
    }

    answer(turn) {
        const texts = [...listOf(turn.text), ...listOf(turn.reasoning)].map((text) => this.tokens(text));
        const calls = listOf(turn.tools).map((tool) => this.tokens(JSON.stringify(tool.input)));
        return [...texts, ...calls].reduce((sum, n) => sum + n, 0);
    }

    // The turn with its usage, or the refusal that takes its place.
    bill(request, turn, model) {
        const prompt = this.prompt(request.body);
        const asked = request.body.max_tokens ?? 0;
        request.promptTokens = prompt;
        if (prompt + asked > model.context_length) {
            this.refused.push({ prompt, asked, model: model.id });
            return openRouterFailure(
                400,
                `This endpoint's maximum context length is ${model.context_length} tokens. However, you ` +
                    `requested about ${prompt + asked} tokens (${prompt} of text input, ${asked} in the ` +
                    'output). Please reduce the length of either one, or use the context-compression ' +
                    'plugin to compress your prompt automatically.',
            );
        }
        const completion = this.answer(turn);
        const usage = {
            prompt_tokens: prompt,
            completion_tokens: completion,
            total_tokens: prompt + completion,
            prompt_tokens_details: { cached_tokens: 0 },
        };
        return { ...turn, usage: { ...usage, ...turn.usage } };
    }
}
