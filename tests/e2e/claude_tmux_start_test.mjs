// The first start of all, with nothing in the home folder: the questions of a new profile, the models that
// can be chosen, what the window is said to be, a tool in the mode that a new profile starts in, a clean end.

import assert from 'node:assert/strict';

import { bigModel, conversation, inBothTerminals, lastAsked, reachable } from './code_session.mjs';
import { call } from './claude_scenario.mjs';

const configuration = `
[models]
favourites = ["openai/gpt-5.5", "deepseek/deepseek-v3.2"]

[models.names]
coder = "qwen/qwen3-coder"
`;

// Something that no client runs unasked; and the upstream's key is not for tools.
const compute = `python3 -c 'import os; print("sum-" + str(40 + 2), os.environ.get("OPENROUTER_API_KEY"))'`;

function answerOf(request) {
    if (request.body.response_format) return { text: '{"title":"A first session"}' };
    if (!lastAsked(request).includes('compute')) return { text: `Answered by ${request.body.model}.` };
    return request.text.includes('sum-42')
        ? { text: 'The sum is known.' }
        : { text: 'Computing.', tools: [call('Bash', { command: compute, description: 'Add' })] };
}

const other = /\bgpt-5\.5 \(OpenRouter\)/;

// The first picker there is: readable names, nothing with a window that the model does not have.
async function lookAtModels(person) {
    await person.say('/model');
    await person.terminal.until(/Select model/);
    const picker = await person.pressable((screen) => other.test(screen) && screen, 'a discovered model');
    assert.match(picker, /❯ .*gpt-oss-120b \(OpenRouter\)/, 'the big model is the one in use');
    assert.match(picker, /gpt-5\.5-mini \(OpenRouter\)/);
    assert.match(picker, /qwen3-coder \(OpenRouter\)/);
    assert.doesNotMatch(picker, /\[1m\]/);
    await person.terminal.key('Escape');
    await person.prompted();
}

// "12.3k/131.1k tokens (9%)" and the like, as two numbers.
function contextShown(screen) {
    const found = /([\d.]+)(k?)\s*\/\s*([\d.]+)(k|m) tokens/.exec(screen);
    const scale = { '': 1, k: 1e3, m: 1e6 };
    return found && { used: found[1] * scale[found[2]], window: found[3] * scale[found[4]] };
}

async function lookAtContext(person, billed) {
    await person.say('/context');
    const context = await person.terminal.until(contextShown);
    assert.ok(Math.abs(context.window - 131072) < 1000, `a window of ${context.window}`);
    const off = context.used / billed - 1;
    assert.ok(Math.abs(off) < 0.15, `${context.used} tokens shown, ${billed} billed`);
}

const unjudged = /Auto mode can't check actions in this session\n|isn't compatible/;

// The newest client starts in auto mode: it says that nobody judges its tools here, and then asks the person.
async function allowTool(person, upstream) {
    await person.say('compute please');
    if (person.newest) {
        await person.pressable(unjudged, 'the notice about safeguards');
        await person.press('Enter', unjudged);
    }
    await person.terminal.until(/Do you want to proceed\?/);
    assert.equal(conversation(upstream).at(-1).toolResults.length, 0, 'nothing ran unasked');
    await person.choose(/Yes$/);
    await person.terminal.until(/The sum is known\./);
    assert.match(conversation(upstream).at(-1).toolResults[0].text, /sum-42 None/);
}

inBothTerminals('a first start, /model, /context, a tool, /exit', async (person, upstream) => {
    upstream.answer = answerOf;
    person.configure(configuration);
    const terminal = await person.code();
    await person.answerFirstQuestions();
    assert.doesNotMatch(terminal.history, /login|log in|sign in|api key/i);

    await lookAtModels(person);
    await person.ask('Who are you?', /Answered by openai\/gpt-oss-120b\./);
    const [first] = conversation(upstream);
    assert.equal(first.body.model, bigModel);
    await lookAtContext(person, first.promptTokens);

    await person.switchModel(other);
    await person.ask('And who now?', /Answered by openai\/gpt-5\.5\./);
    assert.equal(conversation(upstream).at(-1).body.model, 'openai/gpt-5.5');

    await allowTool(person, upstream);

    const { port } = new URL(person.instance.url);
    assert.ok(await reachable(port));
    await person.say('/exit');
    assert.deepEqual(await terminal.ended(), { code: 0, signal: null });
    assert.deepEqual(await person.alone(), [], 'nothing runs on');
    assert.equal(await reachable(port), false, 'the port is closed');
    assert.deepEqual(person.instances(), [], 'its file is gone');
});
