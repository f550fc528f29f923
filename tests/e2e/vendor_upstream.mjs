// All vendors of vendor_rules.mjs in one server, each below a path of its own name: it checks every request as the
// vendor would, refuses what the vendor would refuse, and says the turn that the test has planned.

import http from 'node:http';

import { canaryKey } from './harness.mjs';
import { models } from './models.mjs';
import { readStrictJson } from './strict_json.mjs';
import { answerOf } from './vendor_answers.mjs';

const always = [
    'host',
    'content-type',
    'content-length',
    'accept',
    'accept-encoding',
    'connection',
    'user-agent',
];
const ofRouter = ['http-referer', 'x-title', 'x-openrouter-title', 'x-session-id', 'x-anthropic-beta'];
const keyFields = { azure: 'api-key', anthropic: 'x-api-key' };

function fieldProblems(vendor, headers) {
    const key = keyFields[vendor.preset] ?? 'authorization';
    const known = new Set([
        ...always,
        key,
        ...(vendor.preset === 'openrouter' ? ofRouter : []),
        ...(vendor.dialect === 'messages' ? ['anthropic-version', 'anthropic-beta'] : []),
        ...(vendor.passes ? ['x-app', 'x-claude-code-session-id'] : []),
    ]);
    const problems = Object.keys(headers)
        .filter((name) => !known.has(name))
        .map((name) => `header field ${name} does not belong here`);
    const value = key === 'authorization' ? `Bearer ${canaryKey}` : canaryKey;
    if (headers[key] !== value) problems.push(`${key}: ${headers[key]}`);
    if (headers['content-type']?.split(';')[0] !== 'application/json')
        problems.push(`content-type: ${headers['content-type']}`);
    return problems;
}

// Signatures of some models are good wherever the model is served.
export const areKin = (a, b) => a === b || (a.family !== undefined && a.family === b.family);

// A model knows a tool by the name that it was told, which is not always the client's.
function asTold(turn, body) {
    const told = (body.tools ?? []).map((tool) => tool.function?.name ?? tool.name).filter(Boolean);
    const nameOf = (name) =>
        told.includes(name) ? name : (told.find((one) => one.includes(name.slice(0, 40))) ?? name);
    const calls = turn.calls.map((call) => {
        const name = nameOf(call.name);
        return { ...call, name, id: call.id.replace(call.name, name) };
    });
    return { ...turn, calls };
}

export class VendorUpstream {
    constructor(vendors) {
        this.vendors = vendors;
        this.server = http.createServer({ keepAliveTimeout: 60000 }, (message, response) =>
            this.serve(message, response).catch((error) => {
                this.violations.push(`the upstream failed: ${error.stack}`);
                response.destroy();
            }),
        );
        this.begin(vendors[0]);
    }

    static async start(vendors) {
        const upstream = new VendorUpstream(vendors);
        await new Promise((done) => upstream.server.listen(0, '127.0.0.1', done));
        return upstream;
    }

    urlOf(name) {
        return `http://127.0.0.1:${this.server.address().port}/${name}/v1`;
    }

    // A new conversation, which begins with this vendor.
    begin(vendor) {
        this.memories = new Map(this.vendors.map((each) => [each, { turns: [], issued: new Map() }]));
        this.received = [];
        this.violations = [];
        this.goOnWith(vendor);
    }

    goOnWith(vendor) {
        this.vendor = vendor;
        this.next = undefined;
    }

    // Its own turns, and a place for each of another's.
    turnsOf(vendor) {
        return this.memories.get(vendor).turns;
    }

    answered(turn) {
        for (const [vendor, { turns }] of this.memories)
            turns.push(vendor === this.vendor ? turn : { foreign: true, kin: areKin(vendor, this.vendor) });
    }

    // What the vendor answers the next request with.
    plan(turn) {
        this.next = turn;
    }

    async serve(message, response) {
        const parts = [];
        for await (const part of message) parts.push(part);
        const [, name, , ...path] = message.url.split('?')[0].split('/');
        if (message.method === 'GET') this.json(response, 200, this.listOf(name));
        else await this.answer(name, path.join('/'), message, Buffer.concat(parts), response);
    }

    listOf(name) {
        const own = this.vendors.filter((vendor) => vendor.upstream === name);
        if (own[0]?.preset === 'openrouter') return { data: models };
        return {
            object: 'list',
            data: own.map(({ model }) => ({ id: model, object: 'model', owned_by: 'system' })),
        };
    }

    async answer(name, path, message, bytes, response) {
        const { vendor } = this;
        const memory = this.memories.get(vendor);
        const wanted = { chat: 'chat/completions', messages: 'messages', responses: 'responses' }[
            vendor.dialect
        ];
        const { value: body, problems } = readStrictJson(bytes);
        this.received.push({ vendor, text: bytes.toString('utf8'), body, headers: message.headers });
        problems.push(...fieldProblems(vendor, message.headers));
        if (name !== vendor.upstream || path !== wanted) problems.push(`asked at ${message.url}`);
        if (body?.model !== vendor.model) problems.push(`asked for ${body?.model}`);
        const before = problems.length;
        if (body !== undefined) vendor.shape(body, '$', problems);
        if (problems.length === before && body !== undefined)
            for (const rule of vendor.rules) rule(body, problems, memory);
        if (problems.length > 0) {
            this.violations.push(
                ...problems.map(
                    (problem) => `${vendor.upstream}, request ${this.received.length}: ${problem}`,
                ),
            );
            this.json(response, 400, {
                error: { message: problems[0], type: 'invalid_request_error', code: 400 },
            });
            return;
        }
        const turn = asTold(this.next, body);
        const form = answerOf(vendor, vendor.model, turn, memory);
        this.answered(turn);
        if (body.stream) this.stream(response, form.steps());
        else this.json(response, 200, form.whole());
    }

    stream(response, steps) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const step of steps)
            response.write(typeof step === 'string' ? step : `data: ${JSON.stringify(step)}\n\n`);
        response.end();
    }

    json(response, status, body) {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
    }

    async stop() {
        this.server.closeAllConnections();
        await new Promise((done) => this.server.close(done));
    }
}
