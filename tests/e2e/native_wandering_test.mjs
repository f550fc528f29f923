// One conversation that goes from vendor to vendor, as fallbacks and /model make it go. Every vendor's rules
// accept what the others left in the history, its requests begin with those it had before, and what one of them
// signed or encrypted goes to nobody else.

import assert from 'node:assert/strict';

import { Chance, Conversation } from './conversation.mjs';
import { test } from './suite.mjs';
import { areKin } from './vendor_upstream.mjs';
import {
    assertGrows,
    assertNothingLeaks,
    modelOf,
    nameOf,
    seed,
    takeTurn,
    vendorStage,
    wanted,
} from './vendor_stage.mjs';

const stage = vendorStage();
console.log(`# SEED=${seed}`);

// Signatures of the Messages API carry no name: of the servers that speak it only one takes part.
const translated = wanted.filter((vendor) => vendor.dialect !== 'messages');
const passed = wanted.filter((vendor) => vendor.dialect === 'messages');

function placesFor(chance) {
    if (passed.length === 0) return translated;
    const one = chance.one(passed);
    const others = translated.filter((vendor) => vendor.family !== 'claude' || areKin(vendor, one));
    return [...others, one];
}

const secretsOf = (turn) =>
    [turn.signature, ...(turn.details ?? []).map((detail) => detail.data)].filter(Boolean);

function assertSecretsStay(received, secrets) {
    for (const { text, vendor } of received)
        for (const [secret, owner] of secrets)
            assert.ok(
                areKin(owner, vendor) || !text.includes(secret),
                `${nameOf(vendor)} got what ${nameOf(owner)} signed or encrypted: ${secret}`,
            );
}

// Encrypted reasoning of the Responses API has ids, and a model's name in front.
function encryptedBy(upstream) {
    return [...upstream.memories].flatMap(([vendor, { issued }]) =>
        [...issued.values()]
            .filter(({ item }) => item.encrypted_content)
            .map(({ item }) => [item.encrypted_content, vendor]),
    );
}

for (let walk = 0; walk < 8; walk += 1)
    test(`walk ${walk}: from vendor to vendor, 40 turns`, () =>
        stage.watched(async () => {
            const { upstream } = stage;
            const chance = new Chance(seed + 7919 * walk);
            const places = placesFor(chance);
            const conversation = new Conversation(chance, { search: chance.often(0.5), roots: false });
            const secrets = [];
            upstream.begin(places[0]);
            let vendor = chance.one(places);
            for (let n = 0; n < 40; n += 1) {
                if (chance.often(0.7)) vendor = chance.one(places); // else it stays where it is
                conversation.model = modelOf(vendor);
                upstream.goOnWith(vendor);
                const turn = await takeTurn(stage, vendor, conversation, n);
                secrets.push(...secretsOf(turn).map((secret) => [secret, vendor]));
            }
            secrets.push(...encryptedBy(upstream));
            assert.ok(secrets.length > 0);
            assertSecretsStay(upstream.received, secrets);
            upstream.received.forEach((request) => assertNothingLeaks(request, request.vendor));
            for (const place of places)
                assertGrows(
                    upstream.received.filter((request) => request.vendor === place),
                    place,
                );
        }));
