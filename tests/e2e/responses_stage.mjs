// The program in front of an upstream that speaks OpenAI's Responses API, as a person configures it.

import { canaryKey } from './harness.mjs';

export const responsesStage = ({ big = 'gpt-5.1', small = 'gpt-5-mini' } = {}) => ({
    env: { OPENAI_API_KEY: canaryKey },
    configuration: (upstream) => `[models]
big = "${big}"
small = "${small}"

[upstreams.openai]
base_url = "${upstream.openaiUrl}"
dialect = "responses"
key_env = "OPENAI_API_KEY"
`,
});
