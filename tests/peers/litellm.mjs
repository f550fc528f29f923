// A real LiteLLM between the program under test and the scripted upstream: a foreign server, in each of its
// dialects, as a person would run it.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test as plainTest } from 'node:test';

import { Child, Dragoman, canaryKey, temporaryFolder } from '../e2e/harness.mjs';
import { StrictUpstream } from '../e2e/strict_upstream.mjs';

const program = process.env.LITELLM ?? 'litellm';
export const relayKey = 'sk-relay-5b8d4f60a1c37f3a9c2e';
const startLimit = 120000;

// What LiteLLM adds to a request of its own accord, and how it shows a key to a server of Anthropic's.
class RelayedUpstream extends StrictUpstream {
    static async start(options) {
        const upstream = new RelayedUpstream(options);
        await new Promise((done) => upstream.server.listen(0, '127.0.0.1', done));
        return upstream;
    }

    wrongKey(received) {
        const key = received.headers['x-api-key'];
        return key === undefined ? super.wrongKey(received) : key !== this.key;
    }

    fieldProblems() {
        return [];
    }

    problems(received) {
        const body = JSON.parse(received.text);
        delete body.usage;
        delete body.stream_options;
        // Other names of `reasoning`, which the schema does not know.
        for (const message of body.messages ?? []) {
            message.reasoning ??= message.reasoning_content;
            delete message.reasoning_content;
            delete message.thinking_blocks;
        }
        // The same summary, its members in another order.
        for (const item of Array.isArray(body.input) ? body.input : [])
            item.summary &&= item.summary.map(({ type, text }) => ({ type, text }));
        received.bytes = Buffer.from(JSON.stringify(body));
        return super.problems(received);
    }
}

// `name` is what clients of LiteLLM call the model.
const viaChat = (name, model, upstream) => ({
    model_name: name,
    litellm_params: { model: `openrouter/${model}`, api_base: upstream.baseUrl, api_key: upstream.key },
});
const viaMessages = (name, model, upstream) => ({
    model_name: name,
    litellm_params: {
        model: `anthropic/${model}`,
        api_base: upstream.baseUrl.replace(/\/v1$/, ''),
        api_key: upstream.key,
    },
});

const viaResponses = (name, model, upstream) => ({
    model_name: name,
    litellm_params: { model: `openai/${model}`, api_base: upstream.openaiUrl, api_key: upstream.key },
});

class LiteLLM {
    static async start(upstream) {
        assert.ok(existsSync(program), `no LiteLLM at ${program}: tests/peers/run.sh installs it`);
        const litellm = new LiteLLM();
        litellm.folder = temporaryFolder();
        const home = join(litellm.folder, 'home');
        mkdirSync(home);
        const file = join(litellm.folder, 'config.yaml');
        const configuration = {
            model_list: [
                viaChat('gpt', 'openai/gpt-5.5', upstream),
                viaChat('oss', 'openai/gpt-oss-120b', upstream),
                viaMessages('haiku', 'anthropic/claude-haiku-4.5', upstream),
                viaResponses('sol', 'gpt-5.1', upstream),
            ],
            general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY' },
            litellm_settings: { num_retries: 0, drop_params: true, telemetry: false },
            router_settings: { disable_cooldowns: true, num_retries: 0 },
        };
        writeFileSync(file, JSON.stringify(configuration)); // which YAML is, too
        litellm.child = new Child(
            program,
            ['--config', file, '--host', '127.0.0.1', '--port', '0', '--telemetry', 'False'],
            {
                cwd: litellm.folder,
                env: {
                    HOME: home,
                    LITELLM_MASTER_KEY: relayKey,
                    LITELLM_LOCAL_MODEL_COST_MAP: 'True', // instead of one from the network
                    NO_DOCS: 'True',
                    NO_REDOC: 'True',
                },
            },
        );
        const limit = setTimeout(() => litellm.child.signal('SIGKILL'), startLimit);
        const found = await litellm.child.says(/running on (http:\/\/127\.0\.0\.1:\d+)/);
        clearTimeout(limit);
        litellm.url = found[1];
        return litellm;
    }

    get log() {
        return this.child.out + this.child.err;
    }

    async stop() {
        await this.child.stop('SIGKILL');
        rmSync(this.folder, { recursive: true, force: true });
    }
}

const configurationOf = (dialect, model, litellm) =>
    `[upstreams.litellm]\nbase_url = "${litellm.url}/v1"\ndialect = "${dialect}"\n\n` +
    `[models]\nbig = "${model}"\nsmall = "${model}"\n`;

export async function startDragoman(dialect, model, litellm, key = relayKey) {
    const folder = temporaryFolder();
    const file = join(folder, 'config.toml');
    writeFileSync(file, configurationOf(dialect, model, litellm));
    const args = ['serve', '--config', file];
    return Dragoman.start({ LITELLM_API_KEY: key }, { folder, args });
}

// One LiteLLM for all tests of a file. `test` shows with what fails what everybody said.
export function sharedRelay() {
    const shared = {};
    before(
        async () => {
            shared.upstream = await RelayedUpstream.start({ key: canaryKey });
            shared.litellm = await LiteLLM.start(shared.upstream);
        },
        { timeout: startLimit },
    );
    after(async () => {
        await shared.litellm?.stop();
        await shared.upstream?.stop();
    });
    shared.test = (name, { dialect, model, key, clean = true, timeout = 90000 }, body) =>
        plainTest(`${dialect}, ${model}: ${name}`, { timeout }, async () => {
            const { upstream, litellm } = shared;
            upstream.received.length = 0;
            upstream.violations.length = 0;
            upstream.mustReturn.clear();
            upstream.wrongKeyExpected = !clean;
            upstream.key = canaryKey;
            const from = litellm.log.length;
            const dragoman = await startDragoman(dialect, model, litellm, key);
            try {
                await body({ upstream, litellm, dragoman, url: dragoman.url });
                if (clean) upstream.assertClean();
                assert.ok(!dragoman.log.includes(relayKey), 'the key is in the log');
            } catch (error) {
                error.message +=
                    `\n--- log of the program ---\n${dragoman.log.slice(-4000)}` +
                    `\n--- refused by the upstream ---\n${upstream.refusals.slice(0, 3000)}` +
                    `\n--- what the upstream got ---\n${upstream.received.at(-1)?.text.slice(0, 6000)}` +
                    `\n--- LiteLLM ---\n${litellm.log.slice(from).slice(-3000)}`;
                throw error;
            } finally {
                await dragoman.stop();
            }
        });
    return shared;
}
