// A scripted upstream that looks like OpenRouter and is as strict as the strictest provider behind it; below
// /v1 it is OpenAI's own Responses API. It
// checks every request (header fields, JSON, schema, rules of the model), keeps each one with its raw bytes,
// and answers what the test's script says. What it refuses it also remembers in `violations`; a test ends
// with assertClean().

import assert from 'node:assert/strict';
import http from 'node:http';

import { CUT, END, chatSteps, chatWhole, messageSteps, messageWhole } from './answers.mjs';
import { chatRules } from './chat_rules.mjs';
import { messagesRequest, messagesRules } from './messages_schema.mjs';
import { modelById, models } from './models.mjs';
import { chatRequest } from './openrouter_schema.mjs';
import { responsesOutput, responsesSteps, responsesWhole } from './responses_answers.mjs';
import {
    openaiError,
    openaiModel,
    openaiModels,
    responsesRequest,
    responsesRules,
} from './responses_schema.mjs';
import { canonical, readStrictJson } from './strict_json.mjs';

const always = [
    'host',
    'authorization',
    'content-type',
    'content-length',
    'accept',
    'accept-encoding',
    'connection',
    'user-agent',
    'http-referer',
    'x-title',
    'x-openrouter-title',
    'x-openrouter-metadata',
    'x-session-id',
];
const allowedFields = {
    chat: new Set([...always, 'x-anthropic-beta']),
    messages: new Set([...always, 'x-anthropic-beta', 'anthropic-beta', 'anthropic-version']),
    responses: new Set(always),
    models: new Set(always),
    openaiModels: new Set(always),
    key: new Set(always),
};
const asked = new Set(['models', 'openaiModels', 'key']); // with GET, and free of charge

const textOf = (content) =>
    typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n');

// One request as it arrived. `left` resolves when the peer went away before the answer was whole.
export class Received {
    constructor(kind, message, bytes) {
        this.kind = kind;
        this.method = message.method;
        this.target = message.url;
        this.headers = message.headers;
        this.rawHeaders = message.rawHeaders;
        this.bytes = bytes;
        this.body = undefined;
        this.status = undefined;
        this.finished = false;
        this.gone = false;
        this.left = new Promise((resolve) => {
            this.markLeft = resolve;
        });
        this.done = new Promise((resolve) => {
            this.markDone = resolve;
        });
    }

    get text() {
        return this.bytes.toString('utf8');
    }

    // Messages, or the items of the Responses dialect.
    get messages() {
        return this.body?.messages ?? this.body?.input ?? [];
    }

    get last() {
        return this.messages[this.messages.length - 1];
    }

    get lastText() {
        return textOf(this.last?.content);
    }

    get systemText() {
        if (this.kind === 'messages') return textOf(this.body.system ?? '');
        if (this.kind === 'responses') return this.body.instructions ?? '';
        return this.messages
            .filter((m) => m.role === 'system' || m.role === 'developer')
            .map((m) => textOf(m.content))
            .join('\n');
    }

    get toolNames() {
        return (this.body?.tools ?? []).map((tool) => tool.function?.name ?? tool.name ?? tool.type);
    }

    get toolResults() {
        if (this.kind === 'messages') {
            return this.messages
                .flatMap((m) => (Array.isArray(m.content) ? m.content : []))
                .filter((block) => block.type === 'tool_result')
                .map((block) => ({ id: block.tool_use_id, text: textOf(block.content) }));
        }
        if (this.kind === 'responses') {
            return this.messages
                .filter((item) => item.type === 'function_call_output')
                .map((item) => ({ id: item.call_id, text: textOf(item.output) }));
        }
        return this.messages
            .filter((m) => m.role === 'tool')
            .map((m) => ({ id: m.tool_call_id, text: textOf(m.content) }));
    }

    // The text of a title, a summary or another request that is not the conversation itself.
    get isHelper() {
        return !this.body?.tools;
    }
}

// https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key
const account = () => ({
    label: 'sk-or-v1-can...0de',
    limit: 20,
    limit_remaining: 12.5,
    limit_reset: null,
    usage: 7.5,
    usage_daily: 0.25,
    usage_weekly: 1,
    usage_monthly: 7.5,
    byok_usage: 0,
    include_byok_in_limit: false,
    is_free_tier: false,
    is_management_key: false,
    is_provisioning_key: false,
    expires_at: null,
    rate_limit: { requests: -1, interval: '10s', note: 'This field is deprecated and safe to ignore.' },
});

function send(step, response) {
    if (typeof step === 'string' || Buffer.isBuffer(step)) response.write(step);
    else response.write(`data: ${JSON.stringify(step)}\n\n`);
}

export class StrictUpstream {
    constructor({ key = 'sk-or-v1-test' } = {}) {
        this.key = key;
        this.received = [];
        this.violations = [];
        this.issued = new Map(); // id of a reasoning item -> the item, what followed it, and whose it is
        this.mustReturn = new Map(); // tool call id -> reasoning_details that its message must carry
        this.answer = () => ({ text: 'Hello.' });
        this.wrongKeyExpected = false;
        this.billing = undefined; // a Billing: counts what is asked, and refuses what is too long
        this.catalogue = models;
        this.account = account();
        this.waiters = [];
        this.server = http.createServer({ keepAliveTimeout: 60000 }, (message, response) => {
            this.serve(message, response).catch((error) => {
                this.violations.push(`the script failed: ${error.stack}`);
                response.destroy();
            });
        });
    }

    static async start(options) {
        const upstream = new StrictUpstream(options);
        await new Promise((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
        return upstream;
    }

    get port() {
        return this.server.address().port;
    }

    get baseUrl() {
        return `http://127.0.0.1:${this.port}/api/v1`;
    }

    get openaiUrl() {
        return `http://127.0.0.1:${this.port}/v1`;
    }

    get responses() {
        return this.received.filter((r) => r.kind === 'responses');
    }

    get chats() {
        return this.received.filter((r) => r.kind === 'chat');
    }

    get passed() {
        return this.received.filter((r) => r.kind === 'messages');
    }

    get refusals() {
        return this.violations.join('\n');
    }

    get paid() {
        return this.received.filter((r) => !asked.has(r.kind));
    }

    // The n-th answer of a list; the last one again when more is asked.
    script(...answers) {
        let n = 0;
        this.answer = (request) => {
            const next = answers[Math.min(n, answers.length - 1)];
            n += 1;
            return typeof next === 'function' ? next(request) : next;
        };
    }

    // Resolves with the first request, past or future, for which `wanted` holds.
    async request(wanted = () => true) {
        for (;;) {
            const found = this.received.find((r) => !asked.has(r.kind) && wanted(r));
            if (found) return found;
            await new Promise((resolve) => this.waiters.push(resolve));
        }
    }

    assertClean() {
        assert.deepEqual(this.violations, [], 'the upstream refused something');
    }

    async stop() {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    async serve(message, response) {
        const parts = [];
        for await (const part of message) parts.push(part);
        const path = message.url.split('?')[0];
        const kind = {
            '/api/v1/chat/completions': 'chat',
            '/api/v1/messages': 'messages',
            '/api/v1/models': 'models',
            '/api/v1/models/user': 'models',
            '/api/v1/key': 'key',
            '/v1/responses': 'responses',
            '/v1/models': 'openaiModels',
        }[path];
        const received = new Received(kind, message, Buffer.concat(parts));
        response.on('close', () => {
            if (!received.finished) {
                received.gone = true;
                received.markLeft();
            }
            received.markDone();
        });
        response.on('error', () => {});
        if (kind === undefined || message.method !== (asked.has(kind) ? 'GET' : 'POST')) {
            this.violations.push(`${message.method} ${message.url} is not an endpoint`);
            this.json(received, response, 404, { error: { code: 404, message: 'Not Found' } });
            return;
        }
        this.received.push(received);
        const problems = asked.has(kind) ? this.fieldProblems(received) : this.problems(received);
        this.waiters.splice(0).forEach((resolve) => resolve());
        if (this.wrongKey(received)) {
            if (!this.wrongKeyExpected)
                this.violations.push(`authorization: ${message.headers.authorization}`);
            this.json(received, response, 401, {
                error: { message: 'No auth credentials found', code: 401 },
            });
        } else if (problems.length > 0 && kind === 'responses') {
            this.violations.push(...problems.map((problem) => `request ${this.received.length}: ${problem}`));
            this.json(received, response, 400, openaiError(problems[0]));
        } else if (kind === 'openaiModels') {
            this.json(received, response, 200, openaiModels);
        } else if (problems.length > 0) {
            this.violations.push(...problems.map((problem) => `request ${this.received.length}: ${problem}`));
            this.json(received, response, 400, {
                error: {
                    code: 400,
                    message: problems[0],
                    metadata: { raw: problems.join('; '), provider_name: 'Strict' },
                },
            });
        } else if (kind === 'models') {
            this.json(received, response, 200, { data: this.catalogue });
        } else if (kind === 'key') {
            this.json(received, response, 200, { data: this.account });
        } else {
            await this.reply(received, response);
        }
    }

    wrongKey(received) {
        return received.kind !== 'models' && received.headers.authorization !== `Bearer ${this.key}`;
    }

    fieldProblems(received) {
        const problems = [];
        for (const name of Object.keys(received.headers)) {
            if (!allowedFields[received.kind].has(name))
                problems.push(`header field ${name} does not belong here`);
        }
        if (
            !asked.has(received.kind) &&
            received.headers['content-type']?.split(';')[0] !== 'application/json'
        ) {
            problems.push(`content-type: ${received.headers['content-type']}`);
        }
        return problems;
    }

    problems(received) {
        const problems = this.fieldProblems(received);
        const { value, problems: badJson } = readStrictJson(received.bytes);
        received.body = value;
        if (value === undefined) return [...problems, ...badJson];
        problems.push(...badJson);
        if (received.kind === 'responses') return [...problems, ...this.responsesProblems(value)];
        const [schema, rules] =
            received.kind === 'chat' ? [chatRequest, chatRules] : [messagesRequest, messagesRules];
        const before = problems.length;
        schema(value, '$', problems);
        if (problems.length > before) return problems;
        const model = modelById(value.model) ?? this.catalogue.find((entry) => entry.id === value.model);
        if (!model) return [...problems, `${value.model} is not a valid model ID`];
        problems.push(...rules(value, model), ...this.missingReasoning(received));
        return problems;
    }

    responsesProblems(body) {
        const problems = [];
        responsesRequest(body, '$', problems);
        if (problems.length > 0) return problems;
        const model = openaiModel(body.model);
        return model
            ? responsesRules(body, model, this.issued)
            : [`The requested model '${body.model}' does not exist.`];
    }

    // The answer of the Responses dialect; what is encrypted in it has to come back as it is.
    responsesAnswer(model, turn) {
        const output = responsesOutput(model, turn);
        output.forEach((item, i) => {
            if (item.type === 'reasoning') this.issued.set(item.id, { item, model, next: output[i + 1] });
        });
        return {
            steps: () => responsesSteps(model, output, turn),
            whole: () => responsesWhole(model, output, turn),
        };
    }

    missingReasoning(received) {
        const problems = [];
        for (const entry of received.messages) {
            for (const call of entry.tool_calls ?? []) {
                const wanted = this.mustReturn.get(call.id);
                if (wanted && canonical(entry.reasoning_details) !== canonical(wanted)) {
                    problems.push(
                        `reasoning_details of ${call.id} must be passed back as they were: ` +
                            `${JSON.stringify(entry.reasoning_details)} instead of ${JSON.stringify(wanted)}`,
                    );
                }
            }
        }
        return problems;
    }

    json(received, response, status, body, headers = {}) {
        received.status = status;
        received.finished = true;
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        response.writeHead(status, {
            'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
            ...headers,
        });
        response.end(text);
    }

    async reply(received, response) {
        let answer = await this.answer(received, this.paid.indexOf(received));
        if (this.billing && answer && received.kind === 'chat')
            answer = this.billing.bill(received, answer, modelById(received.body.model));
        if (answer === undefined) {
            this.violations.push(`no answer for: ${received.lastText.slice(0, 300)}`);
            this.json(received, response, 500, { error: { code: 500, message: 'no script' } });
            return;
        }
        const model = answer.model ?? received.body.model;
        const form = this.formOf(received.kind, model, answer);
        for (const tool of answer.returns ? answer.tools : []) this.mustReturn.set(tool.id, answer.returns);
        if (answer.status !== undefined && answer.status !== 200) {
            this.json(received, response, answer.status, answer.body, answer.headers);
        } else if (answer.body !== undefined) {
            this.json(received, response, 200, answer.body, answer.headers);
        } else if (answer.steps || received.body.stream) {
            const list = answer.steps ?? form.steps();
            await this.play(received, response, list, answer);
        } else {
            if (answer.hold) await answer.hold;
            this.json(received, response, 200, form.whole(), answer.headers);
        }
    }

    formOf(kind, model, turn) {
        if (kind === 'responses') return this.responsesAnswer(model, turn);
        const [steps, whole] = kind === 'chat' ? [chatSteps, chatWhole] : [messageSteps, messageWhole];
        return { steps: () => steps(model, turn), whole: () => whole(model, turn) };
    }

    async play(received, response, list, { headers = {}, split } = {}) {
        received.status = 200;
        received.response = response;
        response.writeHead(200, {
            'content-type': 'text/event-stream',
            'cache-control': 'no-cache',
            'x-generation-id': 'gen-1763000000-AbCdEfGhIjKlMnOpQrSt',
            ...headers,
        });
        response.flushHeaders();
        response.socket?.setNoDelay(true);
        for (const step of list) {
            if (response.destroyed) return;
            if (step === CUT) {
                response.socket.resetAndDestroy();
                return;
            }
            if (step === END) break;
            if (step instanceof Promise) await Promise.race([step, received.left]);
            else if (typeof step === 'function') await step();
            else if (split) await this.bytewise(step, response, split);
            else send(step, response);
        }
        received.finished = true;
        response.end();
    }

    async bytewise(step, response, size) {
        const bytes = Buffer.isBuffer(step)
            ? step
            : Buffer.from(typeof step === 'string' ? step : `data: ${JSON.stringify(step)}\n\n`);
        for (let i = 0; i < bytes.length; i += size) {
            response.write(bytes.subarray(i, i + size));
            await new Promise((resolve) => setImmediate(resolve));
        }
    }
}
