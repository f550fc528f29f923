// A long conversation with every preset in every dialect: the vendor's own rules accept each turn, and each
// request begins with the one before it.

import assert from 'node:assert/strict';

import { Chance, Conversation, headers } from './conversation.mjs';
import { post } from './http_client.mjs';
import { test } from './suite.mjs';
import { planned } from './vendor_answers.mjs';
import {
    assertGrows,
    assertNothingLeaks,
    modelOf,
    nameOf,
    seed,
    takeTurn,
    turns,
    vendorStage,
    wanted,
} from './vendor_stage.mjs';

const stage = vendorStage();
console.log(`# SEED=${seed}`);

// As it was sent, but for the name of the model.
function assertPassed(sent, received, vendor) {
    sent.forEach((body, n) => {
        const { stream, ...arrived } = received[n].body;
        assert.deepEqual(arrived, { ...body, model: vendor.model }, `request ${n}`);
        assert.equal(typeof stream, 'boolean');
        for (const name of ['anthropic-version', 'anthropic-beta'])
            assert.equal(received[n].headers[name], headers[name]);
    });
}

// A title: no tools, no thinking, an answer of a given form.
function sideRequest(model) {
    const schema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
    return {
        model,
        max_tokens: 64,
        temperature: 1,
        system: 'Give a title.',
        messages: [{ role: 'user', content: 'Fix the build.' }],
        tools: [],
        thinking: { type: 'disabled' },
        output_config: {
            format: { type: 'json_schema', schema: { ...schema, additionalProperties: false } },
        },
    };
}

wanted.forEach((vendor, i) => {
    test(`${nameOf(vendor)} takes ${turns} turns, each of which begins with the one before`, () =>
        stage.watched(async () => {
            const { upstream } = stage;
            upstream.begin(vendor);
            const chance = new Chance(seed + i);
            const conversation = new Conversation(chance, {
                model: modelOf(vendor),
                search: chance.often(0.5),
                roots: vendor.roots,
            });
            for (let n = 0; n < turns; n += 1) await takeTurn(stage, vendor, conversation, n);
            assert.equal(upstream.received.length, turns);
            if (vendor.passes) assertPassed(conversation.sent, upstream.received, vendor);
            else assertGrows(upstream.received, vendor);
            upstream.received.forEach((request) => assertNothingLeaks(request, vendor));
        }));
    test(`${nameOf(vendor)} takes a side request`, () =>
        stage.watched(async () => {
            const { upstream, dragoman } = stage;
            upstream.begin(vendor);
            const title = '{"title":"The build"}';
            upstream.plan(planned(vendor, new Chance(seed), { text: title, names: [], inputs: [] }, 0));
            const answer = await post(dragoman.url, sideRequest(modelOf(vendor)), { headers });
            assert.deepEqual(upstream.violations, []);
            assert.equal(answer.status, 200, answer.text);
            assert.equal(answer.json.content.at(-1).text, title);
        }));
});
