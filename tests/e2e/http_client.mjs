// A plain HTTP client for tests: every header field as written, the answer's bytes as they came, and the
// events of a stream one by one.

import { connect } from 'node:net';
import http from 'node:http';

// One request, one answer: { status, headers, text, json }.
export function ask(url, path, { method = 'GET', headers = {}, body, agent } = {}) {
    const bytes =
        body === undefined
            ? undefined
            : typeof body === 'string' || Buffer.isBuffer(body)
              ? body
              : JSON.stringify(body);
    const fields = {
        ...(bytes === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
        ...headers,
    };
    return new Promise((done, fail) => {
        const request = http.request(url, { method, path, headers: fields, agent }, (response) => {
            const parts = [];
            response.on('data', (part) => parts.push(part));
            response.on('error', fail);
            response.on('end', () => {
                const text = Buffer.concat(parts).toString('utf8');
                let json;
                try {
                    json = JSON.parse(text);
                } catch {
                    json = undefined;
                }
                done({ status: response.statusCode, headers: response.headers, text, json });
            });
        });
        request.on('error', fail);
        request.end(bytes);
    });
}

export const message = (content = 'Hello', extra = {}) => ({
    model: 'claude-opus-4-8',
    max_tokens: 100,
    messages: [{ role: 'user', content }],
    ...extra,
});

export const post = (url, body, options = {}) =>
    ask(url, options.path ?? '/v1/messages', { method: 'POST', body, ...options });

// A streamed answer while it is still coming.
export class Stream {
    constructor(url, body, { path = '/v1/messages', headers = {} } = {}) {
        this.text = '';
        this.waiters = [];
        const bytes = JSON.stringify({ ...body, stream: true });
        this.request = http.request(url, {
            method: 'POST',
            path,
            agent: false,
            headers: {
                'content-type': 'application/json',
                'content-length': Buffer.byteLength(bytes),
                ...headers,
            },
        });
        this.request.on('error', (error) => this.finish(error));
        this.request.on('response', (response) => {
            this.response = response;
            this.status = response.statusCode;
            response.on('data', (part) => {
                this.text += part.toString('utf8');
                this.wake();
            });
            response.on('end', () => this.finish());
            response.on('error', (error) => this.finish(error));
            this.wake();
        });
        this.request.end(bytes);
    }

    finish(error) {
        this.error = this.error ?? error;
        this.ended = true;
        this.wake();
    }

    wake() {
        this.waiters.splice(0).forEach((done) => done());
    }

    async until(found) {
        for (;;) {
            const what = found(this);
            if (what) return what;
            if (this.ended) throw new Error(`ended before: ${this.error ?? ''}\n${this.text}`);
            await new Promise((done) => this.waiters.push(done));
        }
    }

    async end() {
        while (!this.ended) await new Promise((done) => this.waiters.push(done));
        return this;
    }

    get events() {
        return eventsOf(this.text);
    }

    leave() {
        this.request.destroy();
    }
}

// The events of a stream of the Messages API: { name, data }.
export function eventsOf(text) {
    return text
        .split('\n\n')
        .slice(0, -1)
        .map((frame) => {
            const [first, second, ...rest] = frame.split('\n');
            if (!first?.startsWith('event: ') || !second?.startsWith('data: ') || rest.length > 0) {
                throw new Error(`not a frame of this API: ${JSON.stringify(frame)}`);
            }
            const data = JSON.parse(second.slice(6));
            if (data.type !== first.slice(7)) throw new Error(`event ${first} holds ${data.type}`);
            return { name: data.type, data };
        });
}

const deltaOf = {
    text: ['text_delta'],
    thinking: ['thinking_delta', 'signature_delta'],
    tool_use: ['input_json_delta'],
    server_tool_use: ['input_json_delta'],
    redacted_thinking: [],
    web_search_tool_result: [],
};

// What the grammar of https://docs.anthropic.com/en/api/messages-streaming says is wrong with a stream.
export function grammarProblems(text) {
    const problems = [];
    let open;
    let next = 0;
    const names = [];
    for (const { name, data } of eventsOf(text)) {
        if (names.length === 0 && name !== 'message_start') problems.push(`begins with ${name}`);
        if (['message_stop', 'error'].includes(names[names.length - 1]))
            problems.push(`${name} after the end`);
        names.push(name);
        if (name === 'content_block_start') {
            if (open) problems.push('two blocks open');
            if (data.index !== next) problems.push(`block ${data.index} instead of ${next}`);
            open = data.content_block;
            next += 1;
        } else if (name === 'content_block_delta') {
            if (!open || data.index !== next - 1) problems.push('a delta without its block');
            else if (!deltaOf[open.type]?.includes(data.delta.type))
                problems.push(`${data.delta.type} in ${open.type}`);
        } else if (name === 'content_block_stop') {
            if (!open || data.index !== next - 1) problems.push('a stop without its block');
            open = undefined;
        } else if (name === 'message_delta') {
            if (open) problems.push('message_delta while a block is open');
        } else if (!['message_start', 'message_stop', 'ping', 'error'].includes(name)) {
            problems.push(`unknown event ${name}`);
        }
    }
    const end = names[names.length - 1];
    if (end === 'message_stop' && names.filter((name) => name === 'message_delta').length !== 1) {
        problems.push('not exactly one message_delta');
    }
    if (!['message_stop', 'error'].includes(end)) problems.push(`ends with ${end}`);
    return problems;
}

// A request in the raw: bytes out, bytes in until the other side closes or `enough` says so.
export function raw(port, text, enough = () => false) {
    return new Promise((done, fail) => {
        const socket = connect(port, '127.0.0.1');
        let got = '';
        socket.on('data', (bytes) => {
            got += bytes.toString('latin1');
            if (enough(got)) socket.destroy();
        });
        socket.on('error', (error) => (got === '' ? fail(error) : done(got)));
        socket.on('close', () => done(got));
        socket.write(text);
    });
}
