// Writes o200k_corpus.jsonl, the texts on which dragoman's token counts must equal js-tiktoken's:
//
//     node tests/tokens/make_corpus.mjs     (after npm ci in tests)
//
// One case a line: its name, its text (or `unit` and `times`, for a text that repeats itself), the number of
// tokens and, for shorter ones, the tokens. Mixtures come from a generator with a fixed seed, and use only
// characters that were in Unicode long before the oldest Node.js this has to run on.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../package.json", import.meta.url));
const { Tiktoken } = require("js-tiktoken/lite");
const encoder = new Tiktoken(require("js-tiktoken/ranks/o200k_base"));

const cases = [];
const add = (name, text) => cases.push({ name, text });
const repeat = (unit, times) => cases.push({ name: `${times} times ${JSON.stringify(unit)}`, unit, times });

let seed = 20250929;
const random = (bound) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * bound);
};
const pick = (list) => list[random(list.length)];
const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i));

add("empty", "");
add("english", `It was the 3rd of March, and the harbour-master's clock (never right, they'd say) struck thirteen.
"You're late," she said; "we've been waiting since 9:45." He'd have answered -- but what could he say?
  I'll tell you: NOTHING. It'S HE'LL and WE'VE, don't and DON'T, o'clock, rock'n'roll, 'tis, y'all'd've.\n`);
add("german", "Größe und Maßstab: Straßenbahnhaltestelle, ÜBERPRÜFUNG, daß/dass; 1.234,56 € für 7½ Stück – „ja“, sagte er.");
add("french", "L'été dernier, j'ai mangé une crêpe à l'œuf « là-bas » ; n'est-ce pas qu'ils l'ont vu ?");
add("russian", "Съешь же ещё этих мягких французских булок, да выпей чаю. ЁЛКА №5, 1 000 ₽.");
add("greek and turkish", "Ο ΚΌΣΜΟΣ είναι μεγάλος. İstanbul'da ışık, DİYARBAKIR, ığdır.");
add("arabic and hebrew", "السَّلَامُ عَلَيْكُمْ ١٢٣ \u200f(مرحبا) שָׁלוֹם עֲלֵיכֶם, תשפ״ה.");
add("hindi and thai", "नमस्ते दुनिया, क्षत्रिय १२३४। สวัสดีชาวโลก ๑๒๓ ภาษาไทยไม่มีช่องว่าง");
add("chinese", "今天天气很好,我们去公园散步吧。2024年12月31日,价格:¥1,234.50元。繁體中文也要測試。𠮷野家");
add("japanese", "こんにちは、世界!カタカナとひらがな、漢字。プログラミングは楽しい。ㇰ゙ハ゜ガ");
add("korean", "안녕하세요 세계! 한글과 조합형 각 힣. 오늘은 3월 5일입니다.");
add("vietnamese, composed and not", "Tiếng Việt rất đẹp. " + "Tiếng Việt rất đẹp.".normalize("NFD"));
add("combining marks", "e\u0301a\u0308 \u0301 \u0301abc A\u0301B \u0301ABC Z\u0351\u036b\u0343a\u0363\u0368lgo \u0301\u0302\u0303! A\u0301'S \u0301's x\u0301'RE");
add("emoji", "😀👍🏽👩‍👩‍👧‍👦🏳️‍🌈🇩🇪🇯🇵 ok👌 1️⃣ ❤️ ☃ 🧑🏿‍🚀text🦀🦀🦀");
add("c++", `template <class T>\n[[nodiscard]] constexpr auto operator<=>(const Vec<T>& a, const Vec<T>& b) noexcept\n{\n\tif (a.size() != b.size()) { // FIXME(me): why?\n\t\treturn a.size() <=> b.size();\n\t}\n    for (std::size_t i = 0u; i < 0xFF'FF; ++i) x->*y &&= ~z; #define A\\\n}\n`);
add("python", `def f(xs: list[int], *, k=1_000) -> dict[str, float]:\n    """Doc's string."""\n    return {f"{x!r:>10}": x**2 / 3.14e-10 for x in xs if not x % 2}\n\n\n@cache\nclass Foo(Bar):\n        pass\n`);
add("javascript", "export const fn = async ({a, ...rest}) => `${a ?? 'x'}` // eslint-disable-line\r\nlet re = /^\\s*(?:\\/\\*.*?\\*\\/)?$/gimu;\r\n");
add("json", JSON.stringify({ type: "object", properties: { file_path: { type: "string", description: "The absolute path" }, n: { type: ["integer", "null"], minimum: -1e10 } }, required: ["file_path"], additionalProperties: false }));
add("json, indented", JSON.stringify([{ a: [1, 2, { b: null }], "c d": "\u00e9\n\"quoted\"" }, [], {}], null, 4));
add("html", '<div class="a-b__c" data-x=\'1\'><!-- c --><p>T&amp;C&nbsp;&#8364;</p>\n\t<br/></div>\n');
add("diff", "--- a/src/x.c\n+++ b/src/x.c\n@@ -1,7 +1,8 @@ int main()\n-  return 0;\n+\treturn EXIT_SUCCESS;\n+\n }\n\\ No newline at end of file\n");
add("shell and paths", "$ ls -la /usr/local/lib/node_modules/@scope/pkg/dist/*.js | grep -v '^d' && echo \"$HOME/.config\" > ~/x.txt 2>&1\nC:\\Users\\me\\AppData\\Local\nhttps://example.com/a/b?c=d&e=%20f#g\n");
add("numbered lines", Array.from({ length: 60 }, (_, i) => `${String(i + 95).padStart(6)}→    const value${i} = compute(${i * 37});`).join("\n"));
add("markdown", "# Title\n\n* one\n  1. two\n\n```sh\nmake\n```\n\n| a | b |\n|---|:-:|\n| **x** | _y_ |\n\n> quote...\n\n---\n");
add("numbers", "1 12 123 1234 12345 1234567890123 3.14159 1,234,567.89 0x1F 1e-9 ٣٤٥ Ⅷ ² ½ ①②③④ 1a2b3c 2024-01-02T03:04:05.678Z +1 (555) 010-9999");
add("contractions", "I'm i'M I'd I'D we're WE'Re wE'rE they've THEY'VE he'll HE'Ll it's IT'S can't CAN'T x'q x're' 'll ''s 's't a's's A'sb 1's é's 中's ſ's aſ'ſ");
add("white space", " a  b   c\td\t\te \n f\n\n  g\r\n\r\nh \t \n\n \t i\u00a0j\u00a0\u00a0k\u2003l\u3000m\u2028n\u2029o\ufeffp\u0085q\vr\f\fs   ");
add("trailing blanks", "end   ");
add("trailing line ends", "end \n \r\n\n  ");
add("leading blanks", "      start\n        deeper\n\t\t\ttabs");
add("punctuation", "!!! ... ?!?! -- --- ==> <<= >>>= &&|| :: ;; {}[]() \"\"'' `` ~~ ^^ //// //\n\n /*\r\n*/ #!/bin ...//\n/x .\n\n\n, \n.");
add("special tokens are text", "<|endoftext|> <|endofprompt|> <|im_start|>user<|im_end|>");
add("case runs", "HTMLParser XMLHttpRequest iPhone McDonald ABCdefGHI aBcDeF ÀÉîÕü ǅungla ǅ ʰʱ ªº AªB ABª ªAB ABCªDEF aªB 中A A中 ABC中DEF 中中abcABC");
add("all ASCII", range(0, 127).join(""));
add("all ASCII, apart", range(0, 127).join(" "));
add("Latin-1", range(128, 255).join(""));
add("every two-byte letter", range(0x100, 0x52f).filter((c) => !/\p{Cn}/u.test(c)).join(""));
add("lone surrogates", "a\ud83d b\ude00 \ud800\ud800 \udfff\ud83d\ude00x\ud83d");
add("noncharacters", "\ufffd\ufffe\uffff\u{1fffe} \u{10ffff}\ue000\u{f0000}");
add("base64", Buffer.from(Array.from({ length: 1500 }, () => random(256))).toString("base64"));
add("base64 lines", Buffer.from(Array.from({ length: 600 }, () => random(256))).toString("base64").replace(/.{76}/g, "$&\r\n"));
add("hex", Array.from({ length: 80 }, () => random(2 ** 32).toString(16).padStart(8, "0")).join(""));
add("uuids", Array.from({ length: 12 }, () => [8, 4, 4, 4, 12].map((n) => Array.from({ length: n }, () => random(16).toString(16)).join("")).join("-")).join("\n"));
for (const unit of ["a", "A", " ", "\n", "\t", "\r\n", "0", ".", "-", "=", "/", "'", "é", "中", "😀", "\u0301", "aB", "ab ", " \n", "=-", "\\n"])
  repeat(unit, 700);
repeat("x", 97);
repeat("z", 2500);
repeat("The quick brown fox jumps over the lazy dog. ", 100);

const letters = "etaoinshrdlu".split("");
for (let i = 0; i < 12; i++)
  add(`lower-case noise ${i}`, Array.from({ length: 20 + 40 * i }, () => pick(letters)).join(""));

const alphabets = [
  range(0x20, 0x7e), ["\n", "\r\n", "\r", "\t", " ", "  ", "\u00a0", "\u2003", "\ufeff"], ["'s", "'T", "'re", "'Ll", "'", "'ve"],
  range(0xa0, 0x24f), range(0x250, 0x2af), range(0x2b0, 0x36f), range(0x391, 0x3a1), range(0x3b1, 0x3ce), range(0x400, 0x45f),
  range(0x5d0, 0x5ea), range(0x620, 0x669), range(0x905, 0x94d), range(0x966, 0x96f), range(0xe01, 0xe3a), range(0x10d0, 0x10f0),
  range(0x1100, 0x1112), range(0x1e00, 0x1eff), range(0x1f88, 0x1fab), range(0x2000, 0x206f), range(0x2070, 0x208e), range(0x2100, 0x218b),
  range(0x2190, 0x21ff), range(0x2460, 0x24ff), range(0x3001, 0x303f), range(0x3041, 0x3096), range(0x30a1, 0x30fe), range(0x4e00, 0x4eff),
  range(0xac00, 0xac7f), range(0xfb00, 0xfb06), range(0xfe00, 0xfe0f), range(0xff01, 0xff5e), range(0x10400, 0x1044f),
  range(0x1d400, 0x1d454), range(0x1d7ce, 0x1d7ff), range(0x1f300, 0x1f5ff), range(0x20000, 0x2007f), range(0xe0100, 0xe010f),
].map((list) => list.filter((c) => !/\p{Cn}/u.test(c)));
alphabets.forEach((alphabet, i) => add(`alphabet ${i}`, alphabet.join("") + Array.from({ length: 60 }, () => pick(alphabet) + pick(alphabets[0])).join("")));
for (let i = 0; i < 40; i++) {
  const some = Array.from({ length: 2 + random(5) }, () => pick(alphabets));
  add(`mixture ${i}`, Array.from({ length: 150 }, () => pick(pick(some))).join(""));
}
const kinds = ["a", "A", "中", "\u0301", "ʰ", "1", " ", "\n", "!", "/", "'s"];
for (let i = 0; i < 60; i++)
  add(`class walk ${i}`, Array.from({ length: 120 }, () => pick(kinds)).join(""));

const lines = cases.map((entry) => {
  const tokens = encoder.encode(entry.text ?? entry.unit.repeat(entry.times), [], []);
  const expected = { ...entry, count: tokens.length };
  if (tokens.length <= 250) expected.tokens = tokens;
  return JSON.stringify(expected);
});
writeFileSync(new URL("o200k_corpus.jsonl", import.meta.url), lines.join("\n") + "\n");
console.log(`${lines.length} cases`);
