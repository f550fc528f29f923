// The vendors of vendor_rules.mjs that are no plain Chat Completions: OpenRouter, the Responses API, the Messages
// API and its imitations.

import { chatRules } from './chat_rules.mjs';
import { messagesRequest, messagesRules } from './messages_schema.mjs';
import { modelById } from './models.mjs';
import { chatRequest } from './openrouter_schema.mjs';
import { responsesRequest, responsesRules } from './responses_schema.mjs';
import { any, literal, object } from './shapes.mjs';
import { detailsBack, sameThoughts } from './vendor_checks.mjs';
import { vendorMessages } from './vendor_shapes.mjs';

// https://openrouter.ai/docs: strict_upstream.mjs knows it.
const routerRules = (body, problems) => problems.push(...chatRules(body, modelById(body.model)));
const passedRules = (body, problems) => problems.push(...messagesRules(body, modelById(body.model)));
const router = (model, thinks, id = 'call_24') => ({
    upstream: 'router',
    preset: 'openrouter',
    dialect: 'chat',
    model,
    shape: chatRequest,
    back: thinks === 'details' ? 'details' : undefined,
    rules: [routerRules, ...(thinks === 'details' ? [detailsBack] : [])],
    thinks,
    id,
});
export const openrouter = [
    router('openai/gpt-5.5', 'details'),
    router('openai/gpt-oss-120b', 'details'),
    { ...router('google/gemini-3-pro', 'details', 'tool_32'), family: 'gemini' },
    { ...router('deepseek/deepseek-v3.2', 'details'), roots: false },
    { ...router('moonshotai/kimi-k2-thinking', 'details', 'kimi'), roots: false },
    { ...router('qwen/qwen3-coder', 'never'), roots: false },
    { ...router('anthropic/claude-sonnet-4.5', 'details', 'toolu'), family: 'claude' },
    {
        ...router('anthropic/claude-sonnet-4.5', 'signature', 'toolu'),
        family: 'claude',
        upstream: 'router_messages',
        dialect: 'messages',
        shape: messagesRequest,
        rules: [passedRules, sameThoughts({})],
    },
];

// https://platform.openai.com/docs/api-reference/responses, and who has the same endpoint. `open`: thoughts are to read.
const responses = (upstream, preset, model, known, { open = false, id = 'call_24', roots } = {}) => ({
    upstream,
    roots,
    preset,
    dialect: 'responses',
    model,
    shape: responsesRequest,
    rules: [
        (body, problems, memory) =>
            problems.push(...responsesRules(body, { id: model, output: 128000, ...known }, memory.issued)),
    ],
    thinks: open ? 'open' : 'encrypted',
    id,
});
const ofGpt = { efforts: ['none', 'low', 'medium', 'high'] };
const others = (...efforts) => ({ efforts, sampling: true });
const openly = { open: true, roots: false };
export const responding = [
    responses('openai', 'openai', 'gpt-5.1', ofGpt),
    responses('azure', 'azure', 'gpt-5.1', ofGpt),
    responses('groq_responses', 'groq', 'openai/gpt-oss-120b', others('low', 'medium', 'high'), openly),
    responses('xai_responses', 'xai', 'grok-4', others(), { id: 'xai', roots: false }),
    responses('vllm_responses', 'vllm', 'gpt-oss-120b', others('low', 'medium', 'high'), {
        ...openly,
        id: 'tool_32',
    }),
    responses(
        'lmstudio_responses',
        'lmstudio',
        'openai/gpt-oss-20b',
        others('low', 'medium', 'high'),
        openly,
    ),
    responses('deepseek_responses', 'deepseek', 'deepseek-flash', others('low', 'medium', 'high', 'xhigh', 'max'), {
        ...openly,
        id: 'call_00',
    }),
    responses('minimax_responses', 'minimax', 'MiniMax-M3', others('low', 'medium', 'high'), openly),
    responses('ollama_responses', 'ollama', 'gpt-oss:20b', others('low', 'medium', 'high'), openly),
    responses('litellm_responses', 'litellm', 'gpt-5.1', ofGpt, { roots: false }),
];

// Imitations of the Messages API. https://api-docs.deepseek.com/guides/anthropic_api: "The `content[].thinking` in the
// thinking mode must be passed back to the API."; Z.ai: 422 for a message of role system.
const roomy = modelById('openai/gpt-5.5'); // for limits that no imitation has
const imitatedRules = (body, problems) => problems.push(...messagesRules(body, roomy));
const imitation = (preset, model, thinks = 'signature', shape = {}) => ({
    upstream: `${preset}_messages`,
    preset,
    dialect: 'messages',
    model,
    shape: vendorMessages(shape),
    rules: [imitatedRules, sameThoughts({ words: true })],
    thinks,
    id: 'toolu',
});
export const imitations = [
    imitation('deepseek', 'deepseek-v4-pro', 'signature', {
        fields: { output_config: object({ effort: literal('low', 'medium', 'high', 'xhigh', 'max') }) },
    }),
    imitation('zai', 'glm-5'),
    imitation('moonshot', 'kimi-k2.5'),
    imitation('minimax', 'MiniMax-M3', 'signature', { thinking: ['adaptive', 'disabled'] }),
    imitation('fireworks', 'accounts/fireworks/models/kimi-k2p5', 'unsigned'),
    imitation('vllm', 'qwen3-32b', 'unsigned'),
    imitation('sglang', 'qwen3-32b', 'unsigned'),
    imitation('llamacpp', 'qwen3-32b', 'unsigned'),
    imitation('ollama', 'gpt-oss:20b', 'unsigned'),
    imitation('lmstudio', 'openai/gpt-oss-20b', 'unsigned'),
    imitation('litellm', 'my-model'),
];

// Everything but the model's name arrives as it was sent; the test compares.
export const anthropic = {
    upstream: 'anthropic',
    family: 'claude',
    preset: 'anthropic',
    dialect: 'messages',
    model: 'claude-sonnet-4-5',
    shape: any,
    rules: [sameThoughts({})],
    thinks: 'signature',
    id: 'toolu',
    passes: true,
};
