// An upstream that says exactly what a test writes, in any dialect, right or wrong: for what a strict one would
// never do.

import http from 'node:http';

export const CUT = Symbol('the connection is reset here');
export const DONE = 'data: [DONE]\n\n';

export class PlainUpstream {
    static async start({ models, port = 0 } = {}) {
        const upstream = new PlainUpstream();
        upstream.models = models;
        upstream.lists = 0;
        upstream.steps = [];
        upstream.waiters = [];
        upstream.forget();
        upstream.server = http.createServer((request, response) => upstream.answer(request, response));
        await new Promise((done) => upstream.server.listen(port, '127.0.0.1', done));
        upstream.port = upstream.server.address().port;
        upstream.url = `http://127.0.0.1:${upstream.port}/v1`;
        return upstream;
    }

    forget() {
        this.seen = [];
    }

    // One after the other; the last one answers everything that follows.
    script(...steps) {
        this.steps = steps;
    }

    answer(request, response) {
        const parts = [];
        request.on('error', () => {});
        response.on('error', () => {});
        request.on('data', (part) => parts.push(part));
        request.on('end', () => {
            if (request.method === 'GET') return this.list(response);
            const one = { headers: request.headers, url: request.url, body: JSON.parse(Buffer.concat(parts)) };
            one.left = new Promise((done) => response.on('close', done));
            this.seen.push(one);
            this.wake();
            const step = this.steps.length > 1 ? this.steps.shift() : this.steps[0];
            return step(one, response);
        });
    }

    list(response) {
        this.lists += 1;
        this.wake();
        response.writeHead(this.models ? 200 : 404, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ data: this.models ?? [] }));
    }

    wake() {
        this.waiters.splice(0).forEach((done) => done());
    }

    async until(found) {
        for (;;) {
            const what = found();
            if (what) return what;
            await new Promise((done) => this.waiters.push(done));
        }
    }

    async stop() {
        const closed = new Promise((done) => this.server.close(done));
        this.server.closeAllConnections();
        await closed;
    }
}

// As an answer, or within one.
export const never = () => {};

export const json =
    (status, body, headers = {}) =>
    (request, response) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };

// Events: text as it is, objects (named by their type, if they have one), promises to wait for, CUT.
export const events =
    (...steps) =>
    async (request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        for (const step of steps) {
            if (step === CUT) return response.destroy();
            if (step === never) return undefined;
            if (step instanceof Promise) await step;
            else if (typeof step === 'string') response.write(step);
            else response.write(`${step.type ? `event: ${step.type}\n` : ''}data: ${JSON.stringify(step)}\n\n`);
        }
        return response.end();
    };

export const chunk = (delta, finish = null) => ({
    id: 'chatcmpl-1',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
});

const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

export const chatText = (text) => (request, response) =>
    request.body.stream
        ? events(
              chunk({ role: 'assistant', content: text }),
              chunk({}, 'stop'),
              { id: 'chatcmpl-1', choices: [], usage },
              DONE,
          )(request, response)
        : json(200, {
              id: 'chatcmpl-1',
              model: 'm',
              choices: [{ message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
              usage,
          })(request, response);

export const messageStart = {
    type: 'message_start',
    message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 5, output_tokens: 0 },
    },
};

export const responseCreated = {
    type: 'response.created',
    response: { id: 'resp_1', object: 'response', status: 'in_progress', output: [] },
};
