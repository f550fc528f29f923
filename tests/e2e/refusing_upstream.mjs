// A server of some vendor: what its `refuse` names it refuses in the vendor's own words, everything else it
// answers in the dialect that it was asked in. Keeps every request with its bytes.

import http from 'node:http';

import { chatSteps, chatWhole, messageSteps, messageWhole } from './answers.mjs';
import { responsesOutput, responsesSteps, responsesWhole } from './responses_answers.mjs';

const forms = {
    '/v1/chat/completions': [chatSteps, chatWhole],
    '/v1/messages': [messageSteps, messageWhole],
    '/v1/responses': [
        (model, turn) => responsesSteps(model, responsesOutput(model, turn), turn),
        (model, turn) => responsesWhole(model, responsesOutput(model, turn), turn),
    ],
};

export class RefusingUpstream {
    constructor() {
        this.asked = []; // { body, text, headers, refused }
        this.refuse = () => undefined; // or { status, body }, or { first }: the first event of a stream
        this.turn = () => ({ text: 'Done.' });
        this.problems = [];
        this.server = http.createServer((message, response) => {
            this.serve(message, response).catch((error) => {
                this.problems.push(error.stack);
                response.destroy();
            });
        });
    }

    static async start() {
        const upstream = new RefusingUpstream();
        await new Promise((done) => upstream.server.listen(0, '127.0.0.1', done));
        return upstream;
    }

    get origin() {
        return `http://127.0.0.1:${this.server.address().port}`;
    }

    get refused() {
        return this.asked.filter((one) => one.refused);
    }

    get bodies() {
        return this.asked.map((one) => one.body);
    }

    get last() {
        return this.asked.at(-1);
    }

    async serve(message, response) {
        const parts = [];
        for await (const part of message) parts.push(part);
        const form = forms[message.url.split('?')[0]];
        if (message.method === 'GET') {
            const data = [{ id: 'some-model', object: 'model' }];
            response.writeHead(200, { 'content-type': 'application/json' });
            response.end(JSON.stringify({ object: 'list', data }));
            return;
        }
        if (!form) throw new Error(`${message.method} ${message.url}`);
        const text = Buffer.concat(parts).toString('utf8');
        const one = { body: JSON.parse(text), text, headers: message.headers, refused: false };
        this.asked.push(one);
        const refusal = this.refuse(one.body, one);
        if (refusal?.status) {
            one.refused = true;
            response.writeHead(refusal.status, { 'content-type': 'application/json' });
            response.end(typeof refusal.body === 'string' ? refusal.body : JSON.stringify(refusal.body));
            return;
        }
        const [steps, whole] = form;
        const turn = this.turn(one.body, this.asked.length);
        if (!one.body.stream) {
            response.writeHead(200, { 'content-type': 'application/json' });
            response.end(JSON.stringify(whole(one.body.model, turn)));
            return;
        }
        one.refused = refusal !== undefined;
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const step of refusal ? [refusal.first] : steps(one.body.model, turn))
            response.write(typeof step === 'string' ? step : `data: ${JSON.stringify(step)}\n\n`);
        response.end();
    }

    async stop() {
        this.server.closeAllConnections();
        await new Promise((done) => this.server.close(done));
    }
}

// In the shapes that vendors have for it.
export const openai = (message, more = {}) => ({
    status: 400,
    body: { error: { message, type: 'invalid_request_error', param: null, code: null, ...more } },
});
export const anthropic = (message) => ({
    status: 400,
    body: { type: 'error', error: { type: 'invalid_request_error', message } },
});
export const extraForbidden = (path, status = 422) => ({
    status,
    body: { detail: [{ type: 'extra_forbidden', loc: path, msg: 'Extra inputs are not permitted', input: 'x' }] },
});
