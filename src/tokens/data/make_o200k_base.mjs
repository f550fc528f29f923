// Writes o200k_base.bin: the vocabulary, and the Unicode classes its pattern speaks of, packed with zlib.
//
//     node src/tokens/data/make_o200k_base.mjs   (after npm ci in tests)
//
// Little-endian. Header, not packed: "DTV1", bytes of the rest when unpacked (u32). Packed: number of tokens
// (u32), number of ranges (u32); the length of each token by rank (u8 each); the tokens' bytes; then for each
// range of code points its length (u24) and its class (u8), from U+0000 without gaps.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { deflateSync } from "node:zlib";

const require = createRequire(new URL("../../../tests/package.json", import.meta.url));
const data = require("js-tiktoken/ranks/o200k_base");

const tokens = [];
for (const line of data.bpe_ranks.split("\n").filter(Boolean)) {
  const [, offset, ...words] = line.split(" ");
  words.forEach((word, i) => { tokens[Number(offset) + i] = Buffer.from(word, "base64"); });
}
if (tokens.some((t) => !t || t.length === 0 || t.length > 255) || Object.keys(tokens).length !== tokens.length)
  throw new Error("ranks have gaps");

// Keep in step with CharacterClass in src/tokens/vocabulary.h.
const classes = [/^[\r\n]$/u, /^\s$/u, /^[\p{Lu}\p{Lt}]$/u, /^\p{Ll}$/u, /^[\p{Lm}\p{Lo}]$/u, /^\p{M}$/u, /^\p{N}$/u];
const ranges = [];
for (let point = 0; point <= 0x10ffff; point++) {
  const kind = classes.findIndex((pattern) => pattern.test(String.fromCodePoint(point))) + 1;
  const last = ranges.at(-1);
  if (last && last.kind === kind) last.length++;
  else ranges.push({ length: 1, kind });
}

const count = Buffer.alloc(8);
count.writeUInt32LE(tokens.length, 0);
count.writeUInt32LE(ranges.length, 4);
const packed_ranges = Buffer.alloc(4 * ranges.length);
ranges.forEach((range, i) => {
  packed_ranges.writeUIntLE(range.length, 4 * i, 3);
  packed_ranges[4 * i + 3] = range.kind;
});
const body = Buffer.concat([count, Buffer.from(tokens.map((t) => t.length)), ...tokens, packed_ranges]);
const head = Buffer.from("DTV1\0\0\0\0");
head.writeUInt32LE(body.length, 4);
const out = Buffer.concat([head, deflateSync(body, { level: 9, memLevel: 9 })]);
writeFileSync(new URL("o200k_base.bin", import.meta.url), out);
console.log(`${tokens.length} tokens, ${ranges.length} ranges, Unicode ${process.versions.unicode}: ${body.length} -> ${out.length} bytes`);
