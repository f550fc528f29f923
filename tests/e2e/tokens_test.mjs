// The committed expectations of tests/tokens are what js-tiktoken says today. The program's own counts are
// compared with them by tests/unit/tokens.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";

const require = createRequire(import.meta.url);
const { Tiktoken } = require("js-tiktoken/lite");

test("the corpus of token counts equals js-tiktoken's o200k_base", () => { // C3
  const encoder = new Tiktoken(require("js-tiktoken/ranks/o200k_base"));
  const corpus = readFileSync(new URL("../tokens/o200k_corpus.jsonl", import.meta.url), "utf8");
  const cases = corpus.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  assert.ok(cases.length > 200);
  for (const { name, text, unit, times, count, tokens } of cases) {
    const live = encoder.encode(text ?? unit.repeat(times), [], []);
    assert.equal(live.length, count, name);
    if (tokens) assert.deepEqual(live, tokens, name);
  }
});
