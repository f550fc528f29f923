// Claude Code on a model that refuses some part of what it sends, in the words of real vendors: the same place is
// asked once more for what it can do, the session goes on there, and the person sees nothing of it.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { call, withBothClientsOn } from './claude_scenario.mjs';
import { Dragoman, canaryKey, explain, temporaryFolder } from './harness.mjs';
import { cases as known } from './rectify_cases.mjs';
import { RefusingUpstream, anthropic, openai } from './refusing_upstream.mjs';

const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const holds = (value, found) =>
    found(value) ||
    (value !== null && typeof value === 'object' && Object.values(value).some((one) => holds(one, found)));
const has = (body, key) =>
    holds(body, (value) => value !== null && typeof value === 'object' && key in value);
const ofType = (body, type) => holds(body, (value) => value?.type === type);
const historyOf = (body) => body.messages ?? body.input;
const mustCall = (body) => ![undefined, 'auto'].includes(body.tool_choice?.type ?? body.tool_choice);

const undecipherable = openai(
    'The encrypted content for item rs_0a1b2c3d4e5f0a1b00000001 could not be verified. Reason: Encrypted content organization_id did not match the target organization.',
    { code: 'invalid_encrypted_content' },
);
const asEvent = ({ body: { error } }) => {
    const failed = { code: error.code, message: error.message };
    const response = { id: 'resp_1', object: 'response', status: 'failed', error: failed };
    const data = JSON.stringify({ type: 'response.failed', sequence_number: 1, response });
    return { first: `event: response.failed\ndata: ${data}\n\n` };
};

const anyTool = { tool_choice: { type: 'any' } };
const picture = {
    at: 2,
    calls: {
        tool: 'Read',
        input: (claude) => ({ file_path: claude.file('dot.png', Buffer.from(png, 'base64')) }),
    },
};
const strictBash = {
    name: 'Bash',
    description: 'Runs a command.',
    strict: true,
    input_schema: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
};

// One of the cases that plain clients are tried with, and how the real client comes to it.
function like(name, more = {}) {
    const found = known.find((one) => one.name === name);
    const { dialect, preset, quirks, refuse, repaired } = found;
    return { name, dialect, preset, quirks, refuse, repaired: [repaired], ...more };
}

// `extra`: what a person adds to the client's requests; `refuse`: sees what comes; `repaired`: in the words of the
// log, for the request that was refused; `at`: the number of that request, if it is not the first; `each`: it is
// about a request, and nothing of the model is learned from it; `silent`: the model does not show what it thinks.
const cases = [
    like("a parameter, in OpenAI's words", { extra: { temperature: 0.5 } }),
    like("a parameter that nobody asked for, in vLLM's words"),
    like('a parameter, as the first event of a stream', { extra: { temperature: 0.5 } }),
    like('two parameters, one after the other', {
        extra: { temperature: 0.5, top_p: 0.9 },
        repaired: ['drop_parameter temperature', 'drop_parameter top_p'],
    }),
    like("an effort beside tools, where even the model's own is one"),
    like('the name of max_tokens'),
    like('the newer name of max_tokens'),
    like('more output than the model gives'),
    like('a tool that must be called, by a model that thinks', {
        extra: { tool_choice: { type: 'tool', name: 'Bash' } },
    }),
    like('a tool that must be called, by a router that finds nobody', { extra: anyTool }),
    like('a picture', picture),
    like('a system message in mid-conversation'),
    like('any system message'),
    like('strict tools', { extra: { tools: [strictBash] } }),
    like('a keyword of a schema'),
    like('marks for caches'),
    like('calls without the thought that led there', { silent: true, at: 2 }),
    {
        name: 'an effort',
        quirks: ['reasoning_effort'],
        refuse: (body) =>
            body.reasoning_effort !== undefined &&
            openai("Unsupported parameter: 'reasoning_effort' is not supported with this model."),
        repaired: ['drop_parameter reasoning_effort'],
    },
    {
        name: 'thoughts that come back',
        at: 2,
        refuse: (body) =>
            has(body.messages, 'reasoning_content') &&
            openai(
                "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]",
            ),
        repaired: ['drop_thinking'],
    },
    {
        name: 'an answer that is too long beside its prompt',
        refuse: (body) =>
            body.max_tokens > 20000 &&
            openai(
                "This model's maximum context length is 128000 tokens. However, you requested 140000 tokens (108000 in the messages, 32000 in the completion). Please reduce the length of the messages or completion.",
                { param: 'messages', code: 'context_length_exceeded' },
            ),
        each: true,
        repaired: [`lower_max_tokens ${128000 - 108000 - 64}`],
    },

    like('a summary of thoughts that the organisation may not see'),
    like('a parameter of the Responses API', { extra: { temperature: 0.5 } }),
    {
        name: 'more output than the model gives',
        dialect: 'responses',
        refuse: (body) =>
            body.max_output_tokens > 8192 &&
            openai(
                `Invalid 'max_output_tokens': integer above maximum value. Expected a value <= 8192, but got ${body.max_output_tokens} instead.`,
                { param: 'max_output_tokens', code: 'integer_above_max_value' },
            ),
        repaired: ['lower_max_tokens 8192'],
    },
    {
        name: 'a tool that must be called',
        dialect: 'responses',
        extra: anyTool,
        refuse: (body) =>
            mustCall(body) &&
            openai('Thinking mode does not support this tool_choice', { param: 'tool_choice' }),
        repaired: ['weaken_tool_choice'],
    },
    {
        name: 'a picture',
        dialect: 'responses',
        ...picture,
        refuse: (body) =>
            ofType(body, 'input_image') &&
            openai('Invalid content type. image_url is only supported by certain models.', {
                param: 'input',
            }),
        repaired: ['drop_images'],
    },
    {
        name: 'strict tools, whatever is said of them',
        dialect: 'responses',
        refuse: (body) =>
            has(body.tools, 'strict') &&
            openai("Unknown parameter: 'tools[0].strict'.", {
                param: 'tools[0].strict',
                code: 'unknown_parameter',
            }),
        repaired: ['drop_strict'],
    },
    {
        name: 'a keyword of a schema',
        dialect: 'responses',
        refuse: (body) =>
            has(body.tools, 'additionalProperties') &&
            openai(
                "Invalid schema for function 'Agent': In context=(), 'additionalProperties' is not permitted.",
                { param: 'tools[0].parameters', code: 'invalid_function_parameters' },
            ),
        repaired: ['simplify_schemas'],
    },
    ...[
        ['a status', undecipherable],
        ['an event', asEvent(undecipherable)],
    ].map(([how, answer]) => ({
        name: `encrypted thoughts of somebody else, by ${how}`,
        dialect: 'responses',
        at: 2,
        refuse: (body) => has(body.input, 'encrypted_content') && answer,
        repaired: ['drop_thinking'],
    })),

    like('marks for caches, in the Messages dialect'),
    like('a system message in mid-conversation, in the Messages dialect'),
    like('a picture, in the Messages dialect', picture),
    like('a field of a beta, in the Messages dialect', {
        extra: { context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] } },
    }),
    like("more output than Anthropic's own model gives"),
    {
        name: 'a signature',
        dialect: 'messages',
        at: 2,
        refuse: (body) =>
            has(body.messages, 'signature') &&
            anthropic('messages.1.content.0: Invalid `signature` in `thinking` block'),
        repaired: ['drop_thinking'],
    },
    {
        name: 'a tool that must be called, by a model that thinks',
        dialect: 'messages',
        extra: anyTool,
        refuse: (body) =>
            mustCall(body) && anthropic('Thinking may not be enabled when tool_choice forces tool use.'),
        repaired: ['weaken_tool_choice'],
    },
    {
        name: 'a keyword of a schema',
        dialect: 'messages',
        refuse: (body) =>
            has(body.tools, 'additionalProperties') &&
            anthropic(
                'tools.0.custom.input_schema: JSON schema is invalid. additionalProperties is not supported',
            ),
        repaired: ['simplify_schemas'],
    },
];

const dialectOf = (one) => one.dialect ?? 'chat';

class RectifyStage {
    // A vendor that refuses something, and another one that could do all of it and is never asked.
    static async start(one) {
        const stage = new RectifyStage();
        stage.vendor = await RefusingUpstream.start();
        stage.spare = await RefusingUpstream.start();
        stage.folder = temporaryFolder();
        mkdirSync(stage.folder, { recursive: true });
        const file = join(stage.folder, 'config.toml');
        writeFileSync(file, stage.configuration(one), { mode: 0o600 });
        stage.dragoman = await Dragoman.start({}, { folder: stage.folder, args: ['serve', '--config', file] });
        return stage;
    }

    configuration({ preset, quirks, dialect = 'chat' }) {
        const { origin } = this.vendor;
        const where = preset
            ? `preset = "${preset}"\nbase_url = "${origin}"\n`
            : `base_url = "${origin}/v1"\ndialect = "${dialect}"\n`;
        return (
            `[upstreams.vendor]\n${where}key = "${canaryKey}"\n` +
            `${quirks ? `quirks = ${JSON.stringify(quirks)}\n` : ''}` +
            `[upstreams.spare]\nbase_url = "${this.spare.origin}/v1"\nkey = "${canaryKey}"\n` +
            '[[routes]]\ntargets = ["vendor/some-model", "spare/some-model"]\n'
        );
    }

    // What the log says of the requests so far.
    async records(count) {
        const lines = () =>
            this.dragoman.log.split('\n').filter((line) => line.includes('"path":"/v1/messages"'));
        await this.dragoman.child.until(() => lines().length >= count);
        return lines().map((line) => JSON.parse(line));
    }

    async stop() {
        await this.dragoman.stop();
        await this.vendor.stop();
        await this.spare.stop();
        rmSync(this.folder, { recursive: true, force: true });
    }
}

async function onRectifyStage(one, body) {
    const stage = await RectifyStage.start(one);
    try {
        await body(stage);
        assert.deepEqual(stage.vendor.problems, []);
        assert.ok(!stage.dragoman.log.includes(canaryKey), 'the key is in the log');
    } catch (error) {
        explain(
            error,
            `\n--- log of the program ---\n${stage.dragoman.log.slice(-5000)}` +
                `\n--- what the vendor was asked ---\n${JSON.stringify(stage.vendor.bodies).slice(0, 6000)}`,
        );
        throw error;
    } finally {
        await stage.stop();
    }
}

// A thought, if it thinks aloud, and a call.
function calling(one, claude) {
    const says = () => ({ command: 'echo step-$((6*7))', description: 'Say' });
    const { tool = 'Bash', input = says } = one.calls ?? {};
    const thought =
        dialectOf(one) === 'messages'
            ? { thinking: 'I must look.', signature: 'c2lnbmVkIGJ5IHRoZSB2ZW5kb3I=' }
            : { reasoning: ['I must look.'] };
    const made = call(tool, input(claude));
    if (dialectOf(one) === 'messages') made.id = 'toolu_01AbCdEfGhIjKlMnOpQrStUv';
    return { ...(one.silent ? {} : thought), text: 'I look.', tools: [made] };
}

const hasResult = (body) =>
    historyOf(body).some((message) => message.role === 'tool' || message.type === 'function_call_output') ||
    ofType(historyOf(body), 'tool_result');

// Marks move, and a text that carries one is a list.
const compared = (body) =>
    JSON.parse(
        JSON.stringify(historyOf(body), (key, value) => {
            if (key === 'cache_control') return undefined;
            return key === 'content' && typeof value === 'string' ? [{ type: 'text', text: value }] : value;
        }),
    );

function assertGrows(taken) {
    for (let i = 1; i < taken.length; i += 1) {
        const [before, now] = [compared(taken[i - 1]), compared(taken[i])];
        assert.ok(now.length > before.length, 'the history has grown');
        assert.deepEqual(now.slice(0, before.length), before, 'a turn stays what it was');
        assert.equal(JSON.stringify(taken[i].instructions), JSON.stringify(taken[i - 1].instructions));
    }
}

for (const one of cases)
    withBothClientsOn(onRectifyStage, `${dialectOf(one)}: refused, ${one.name}`, one, async (claude, stage) => {
        const { vendor, spare } = stage;
        vendor.refuse = (body) => one.refuse(body) || undefined;
        vendor.turn = (body) => {
            if (JSON.stringify(body).includes('Second question')) return { text: 'Second answer.' };
            return hasResult(body) ? { text: 'I have seen it.' } : calling(one, claude);
        };
        const extra = one.extra ? { CLAUDE_CODE_EXTRA_BODY: JSON.stringify(one.extra) } : {};
        const printed = await claude.converse(['First question', 'Second question'], {
            env: { ENABLE_TOOL_SEARCH: 'false', ...extra },
        });
        assert.equal(printed.code, 0);
        assert.equal(printed.result.is_error, false);
        assert.equal(printed.text, 'Second answer.');
        assert.ok(printed.said.includes('I have seen it.'));
        assert.equal(printed.results.length, 1);
        assert.ok(!printed.results[0].is_error, JSON.stringify(printed.results));
        assert.doesNotMatch(JSON.stringify(printed.events), /API Error/, 'the person sees no error');

        const records = await stage.records(3);
        const happens = (n) => one.each || n === (one.at ?? 1);
        records.forEach((record, i) => {
            assert.equal(record.status, 200);
            const found = [...(record.tried ?? '').matchAll(/ mended \(([^)]*)\)/g)].map((match) => match[1]);
            assert.deepEqual(found, happens(i + 1) ? one.repaired : [], `request ${i + 1}`);
        });
        const refusals = [1, 2, 3].filter(happens).length * one.repaired.length;
        assert.equal(vendor.refused.length, refusals);
        assert.equal(vendor.asked.length, 3 + refusals);
        assert.equal(spare.asked.length, 0, 'nobody else is asked for what it can do');
        const taken = vendor.asked.filter((each) => !each.refused).map((each) => each.body);
        if (one.at === undefined) assertGrows(taken);
        else assertGrows(taken.slice(1)); // what was refused had been taken once
    });
