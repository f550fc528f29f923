// The catalogue of the scripted upstream: a few models with the limits that matter, in the shape of
// https://openrouter.ai/docs/api-reference/list-available-models.

const sampling = ['temperature', 'top_p', 'top_k', 'stop', 'seed', 'max_tokens', 'frequency_penalty'];
const toolset = ['tools', 'tool_choice', 'structured_outputs', 'response_format'];

function model(id, { context, output, input = ['text'], parameters = [], reasoning, tokenizer = 'Other' }) {
    return {
        id,
        canonical_slug: id,
        hugging_face_id: null,
        name: `${id.split('/')[0]}: ${id.split('/')[1]}`,
        created: 1754414231,
        description: `Plays ${id}.`,
        context_length: context,
        architecture: {
            modality: `${input.join('+')}->text`,
            input_modalities: input,
            output_modalities: ['text'],
            tokenizer,
            instruct_type: null,
        },
        pricing: {
            prompt: '0.0000002',
            completion: '0.0000006',
            request: '0',
            image: '0',
            web_search: '0',
            internal_reasoning: '0',
            input_cache_read: '0.00000002',
        },
        top_provider: { context_length: context, max_completion_tokens: output, is_moderated: false },
        per_request_limits: null,
        supported_parameters: [...sampling, ...toolset, ...parameters],
        ...(reasoning ? { reasoning } : {}),
        default_parameters: {},
    };
}

const thinks = ['reasoning', 'include_reasoning'];

export const models = [
    model('openai/gpt-oss-120b', {
        context: 131072,
        output: 32768,
        parameters: [...thinks, 'reasoning_effort'],
        tokenizer: 'GPT',
        reasoning: { mandatory: true, default_enabled: true, supported_efforts: ['high', 'medium', 'low'] },
    }),
    model('openai/gpt-5.5', {
        context: 400000,
        output: 128000,
        input: ['text', 'image', 'file'],
        tokenizer: 'GPT',
        parameters: [...thinks, 'reasoning_effort', 'parallel_tool_calls'],
        reasoning: {
            supported_efforts: ['xhigh', 'high', 'medium', 'low', 'none'],
            default_effort: 'medium',
        },
    }),
    model('openai/gpt-5.5-mini', {
        context: 400000,
        output: 64000,
        input: ['text', 'image', 'file'],
        tokenizer: 'GPT',
        parameters: [...thinks, 'reasoning_effort'],
        reasoning: { supported_efforts: ['high', 'medium', 'low', 'none'], default_effort: 'medium' },
    }),
    model('google/gemini-3-pro', {
        context: 1048576,
        output: 65536,
        input: ['text', 'image', 'file', 'audio', 'video'],
        tokenizer: 'Gemini',
        parameters: thinks,
        reasoning: { mandatory: true, supported_efforts: ['high', 'low'] },
    }),
    model('deepseek/deepseek-v3.2', {
        context: 163840,
        output: 65536,
        parameters: thinks,
        tokenizer: 'DeepSeek',
        reasoning: { default_enabled: false },
    }),
    model('moonshotai/kimi-k2-thinking', {
        context: 262144,
        output: 262144,
        parameters: thinks,
        reasoning: { mandatory: true },
    }),
    model('qwen/qwen3-coder', { context: 262144, output: 65536, tokenizer: 'Qwen3' }),
    model('anthropic/claude-sonnet-4.5', {
        context: 1000000,
        output: 64000,
        input: ['text', 'image', 'file'],
        tokenizer: 'Claude',
        parameters: thinks,
        reasoning: { supports_max_tokens: true },
    }),
    model('anthropic/claude-haiku-4.5', {
        context: 200000,
        output: 64000,
        input: ['text', 'image', 'file'],
        tokenizer: 'Claude',
        parameters: thinks,
        reasoning: { supports_max_tokens: true },
    }),
];

export const modelById = (id) =>
    models.find((entry) => entry.id === id.replace(/^~/, '').replace(/:.*$/, ''));
