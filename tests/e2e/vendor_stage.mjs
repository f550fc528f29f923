// The program in front of all vendors of vendor_rules.mjs, one table of its configuration for each, and what a
// model does in a conversation with one of them.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';

import { device, inputFor, sentence } from './conversation.mjs';
import { Dragoman, canaryKey, explain, temporaryFolder } from './harness.mjs';
import { elementTexts, topLevelText } from './strict_json.mjs';
import { planned } from './vendor_answers.mjs';
import { vendors } from './vendor_rules.mjs';
import { VendorUpstream } from './vendor_upstream.mjs';

// SEED=n repeats a run, TURNS=n makes it longer, VENDOR=pattern looks at some.
export const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
export const turns = Number(process.env.TURNS ?? 30);
export const nameOf = (vendor) => `${vendor.upstream}: ${vendor.model}`;
export const modelOf = (vendor) => `${vendor.upstream}/${vendor.model}`;
export const wanted = vendors.filter((vendor) => new RegExp(process.env.VENDOR ?? '').test(nameOf(vendor)));

// What a list of models does not tell has to be said.
const blindModels = (name) =>
    vendors
        .filter((vendor) => vendor.upstream === name && vendor.blind === true)
        .map((vendor) => `[upstreams.${name}.models."${vendor.model}"]\nimages = false\nfiles = false\n`)
        .join('');

function configuration(upstream) {
    const tables = new Map(vendors.map((vendor) => [vendor.upstream, vendor]));
    return [...tables.values()]
        .map(
            ({ upstream: name, preset, dialect }) =>
                `[upstreams.${name}]\npreset = "${preset}"\ndialect = "${dialect}"\n` +
                `base_url = "${upstream.urlOf(name)}"\nkey = "${canaryKey}"\n${blindModels(name)}`,
        )
        .join('\n');
}

export function vendorStage() {
    const stage = {};
    before(async () => {
        stage.upstream = await VendorUpstream.start(vendors);
        stage.folder = temporaryFolder();
        const file = join(stage.folder, 'config.toml');
        writeFileSync(file, configuration(stage.upstream), { mode: 0o600 });
        stage.dragoman = await Dragoman.start(
            { LOG_LEVEL: 'debug' },
            { folder: stage.folder, args: ['serve', '--config', file] },
        );
        const lists = new Set(vendors.map((vendor) => vendor.upstream)).size;
        await stage.dragoman.child.until(() => stage.dragoman.log.split('model list fetched').length > lists);
    });
    after(async () => {
        await stage.dragoman?.stop();
        await stage.upstream?.stop();
        rmSync(stage.folder, { recursive: true, force: true });
    });
    // What has to be known of a failure, the seed above all.
    stage.watched = async (body) => {
        const from = stage.dragoman.log.length;
        try {
            await body();
            for (const secret of [canaryKey, 'Question ', 'Thought ', 'Reminder '])
                assert.ok(!stage.dragoman.log.includes(secret), `${secret} is in the log`);
        } catch (error) {
            explain(
                error,
                `\nSEED=${seed} repeats it.` +
                    `\n--- refused by the vendor ---\n${stage.upstream.violations.join('\n').slice(0, 4000)}` +
                    `\n--- log of the program ---\n${stage.dragoman.log.slice(from).slice(-3000)}`,
            );
            throw error;
        }
    };
    return stage;
}

// What the model does next: it thinks, says something, calls one tool or several.
function nextTurn(chance, conversation, n) {
    const calls = chance.often(0.65) ? 1 + chance.below(4) : 0;
    const names = Array.from({ length: calls }, () => chance.one(conversation.callable).name);
    return {
        thought: chance.often(0.8) ? sentence(chance, `Thought ${n}`) : undefined,
        text: calls === 0 || chance.often(0.5) ? sentence(chance, `Answer ${n}`) : undefined,
        names,
        inputs: names.map((name) => inputFor(name, chance)),
    };
}

// One turn of a conversation, and what the client has of it in the end.
export async function takeTurn({ upstream, dragoman }, vendor, conversation, n) {
    const { chance } = conversation;
    const before = upstream.turnsOf(vendor).reduce((sum, turn) => sum + (turn.calls?.length ?? 0), 0);
    const turn = planned(vendor, chance, nextTurn(chance, conversation, n), before);
    upstream.plan(turn);
    const content = await conversation.turn(dragoman.url, n);
    const called = content.filter((block) => block.type === 'tool_use');
    assert.deepEqual(
        called.map(({ name, input }) => ({ name, input })),
        turn.calls.map(({ name, input }) => ({ name, input })),
    );
    const all = (type, field) =>
        content
            .filter((block) => block.type === type)
            .map((block) => block[field])
            .join('');
    assert.equal(all('text', 'text'), turn.text ?? '');
    if (conversation.thinking.display !== 'omitted')
        assert.equal(all('thinking', 'thinking'), turn.thought ?? '');
    assert.deepEqual(upstream.violations, []);
    return turn;
}

const mark = /,"cache_control":\{[^{}]*\}/g;

// Where a client's mark is, and whether a text that carries one became a list, is the client's affair.
function plainMessage(text) {
    const { role, content } = JSON.parse(text.replaceAll(mark, ''));
    return JSON.stringify({
        role,
        content: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
    });
}

// What a cache of prompts sees of a request, as it was written.
function seen({ text }, vendor) {
    const { messages, input, system, instructions, tools } = topLevelText(text);
    const written = elementTexts(messages ?? input);
    return {
        head: (system ?? instructions ?? '').replaceAll(mark, ''),
        tools: elementTexts(tools ?? '[]').map((tool) => tool.replaceAll(mark, '')),
        messages:
            vendor.dialect === 'messages'
                ? written.map(plainMessage)
                : written.map((each) => each.replaceAll(mark, '')),
    };
}

function assertBegins(now, before, what) {
    before.forEach((each, i) => {
        if (now[i] === each) return;
        let at = 0;
        while (at < each.length && each[at] === now[i]?.[at]) at += 1;
        const cut = (value) => JSON.stringify(value?.slice(Math.max(0, at - 100), at + 100));
        assert.fail(`${what} ${i} was ${cut(each)} and became ${cut(now[i])}`);
    });
}

// Of the requests of one conversation to one vendor.
export function assertGrows(requests, vendor) {
    const all = requests.map((request) => seen(request, vendor));
    for (let n = 1; n < all.length; n += 1) {
        if (!vendor.passes) assert.equal(all[n].head, all[n - 1].head, `the system prompt of request ${n}`);
        assertBegins(all[n].tools, all[n - 1].tools, `request ${n}: tool`);
        assertBegins(all[n].messages, all[n - 1].messages, `request ${n}: message`);
    }
}

export function assertNothingLeaks({ text, headers }, vendor) {
    assert.ok(!text.includes('dgm1.'), 'an envelope went upstream');
    assert.ok(!JSON.stringify(headers).includes('a-token-of-the-client'), "the client's token went upstream");
    if (vendor.passes) return;
    assert.ok(!text.includes(device), "the client's device went upstream");
    assert.ok(!text.includes('x-anthropic-billing-header'), 'the billing line went upstream');
}
