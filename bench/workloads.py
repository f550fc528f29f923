"""Bodies of Messages requests in the shape of Claude Code's traffic: system blocks, tools with schemas, and a history
of thoughts, tool calls, their results and pictures, to an exact size.

    python3 bench/workloads.py FOLDER [--model NAME] [--stream] [--sizes 1k 60k …]

The same arguments make the same bytes, on every machine."""
import argparse
import base64
import json
import random
import struct
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

KIB = 1024
MODEL = "openai/gpt-oss-120b"


@dataclass(frozen=True)
class Shape:
    """How large each part is; what is left of `size` is history."""
    size: int
    system_blocks: int
    system_bytes: int
    tools: int
    description_bytes: int
    picture_side: int = 0  # pixels; 0 is no pictures
    picture_every: int = 0  # one in so many turns


SHAPES = {
    "1k": Shape(KIB, 2, 120, 1, 30),
    "16k": Shape(16 * KIB, 3, 2500, 18, 90),
    "60k": Shape(60 * KIB, 3, 9000, 24, 500, 24, 8),
    "300k": Shape(300 * KIB, 4, 14000, 40, 900, 64, 12),
    "1m": Shape(KIB * KIB, 4, 14000, 40, 900, 128, 12),
    "32m": Shape(32 * KIB * KIB, 4, 14000, 40, 900, 256, 24),
}

TOOL_NAMES = ("Read Edit Bash Grep Glob Write Task TodoWrite WebFetch WebSearch NotebookEdit BashOutput KillShell "
              "ExitPlanMode Skill SlashCommand ListMcpResources ReadMcpResource").split()
WORDS = ("the file reads each line and returns what it finds so that a caller may decide whether an empty answer is an "
         "error or only the end of input before it writes anything to disk unless the path was given by its owner").split()
LINES = ('    if (value == "{0}") {{', "        return compute(value, {1});", "    }}", "",
         "\tconst auto& {0} = table.at({1});",
         '    log("{0}: \\n", {1});  // naïve, but enough', "def {0}(self, count={1}):",
         '    "{0}": [{1}, {1}.5, null],',
         "    for (const auto& [key, {0}] : entries) {{", r'    path = "C:\\{0}\\{1}"', "    // “{0}” → {1}")


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def prose(rng, length):
    """Words and sentences of plain ASCII, exactly so long, with nothing that JSON would escape."""
    parts, written = [], 0
    while written < length:
        sentence = " ".join(rng.choices(WORDS, k=rng.randint(6, 18))).capitalize() + ". "
        parts.append(sentence)
        written += len(sentence)
    return "".join(parts)[:length]


def numbered_code(rng, length):
    """What the Read tool shows: numbered lines of code, with quotes, tabs, backslashes and letters beyond ASCII."""
    parts, written, number = [], 0, 1
    while written < length:
        line = f"{number:6}\t" + rng.choice(LINES).format(rng.choice(WORDS), rng.randint(1, 9999)) + "\n"
        parts.append(line)
        written += len(line)
        number += 1
    return "".join(parts)


def png(rng, side):
    """A picture of random pixels, which no compression makes smaller."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    pixels = b"".join(b"\0" + rng.randbytes(3 * side) for _ in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b""))


def tool_name(number):
    return TOOL_NAMES[number] if number < len(TOOL_NAMES) else f"mcp__server{number % 3}__action_{number}"


def tool(rng, number, description_bytes):
    def described(schema):
        return {**schema, "description": prose(rng, description_bytes // 4)}
    if description_bytes < 100:
        properties = {"file_path": {"type": "string"}}
    else:
        edit = {"old": {"type": "string"}, "new": {"type": "string"}, "all": {"type": "boolean", "default": False}}
        properties = {"file_path": described({"type": "string"}),
                      "limit": described({"type": "integer", "exclusiveMinimum": 0}),
                      "mode": described({"type": "string", "enum": ["content", "files", "count"]}),
                      "edits": {"type": "array", "items": {"type": "object", "properties": edit,
                                                           "additionalProperties": False}}}
    return {"name": tool_name(number), "description": prose(rng, description_bytes),
            "input_schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
                             "properties": properties, "required": ["file_path"], "additionalProperties": False}}


def system(rng, shape):
    identity = {"type": "text", "text": "You are Claude Code, Anthropic's official CLI for Claude.",
                "cache_control": {"type": "ephemeral"}}
    rest = shape.system_blocks - 1
    blocks = [{"type": "text", "text": prose(rng, shape.system_bytes // rest)} for _ in range(rest)]
    if shape.system_bytes >= KIB:
        blocks[0]["cache_control"] = {"type": "ephemeral"}
    return [identity, *blocks]


class History:
    """Turns of a coding session: a thought, some words, one to three calls, and their results."""

    def __init__(self, rng, shape):
        self.rng, self.shape, self.turns = rng, shape, 0
        longest = 1200 if shape.size < 60 * KIB else 6000
        self.results = [numbered_code(rng, rng.randint(300, longest)) for _ in range(64)]
        pictures = 2 if shape.picture_side else 0
        self.pictures = [base64.b64encode(png(rng, shape.picture_side)).decode() for _ in range(pictures)]

    def turn(self):
        self.turns += 1
        calls = [self._call(i) for i in range(self.rng.choice((1, 1, 1, 2, 3)))]
        said = [{"type": "thinking", "thinking": prose(self.rng, self.rng.randint(100, 500)),
                 "signature": base64.b64encode(self.rng.randbytes(160)).decode()},
                {"type": "text", "text": prose(self.rng, self.rng.randint(40, 200))}]
        results = [{"type": "tool_result", "tool_use_id": call["id"], "content": self.rng.choice(self.results)}
                   for call in calls]
        if self.pictures and self.turns % self.shape.picture_every == 1:
            results[0]["content"] = [{"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                                                  "data": self.rng.choice(self.pictures)}}]
        return [{"role": "assistant", "content": said + calls}, {"role": "user", "content": results}]

    def _call(self, number):
        return {"type": "tool_use", "id": f"toolu_{self.turns:020}{number:02}",
                "name": tool_name(self.rng.randrange(self.shape.tools)),
                "input": {"file_path": f"/home/ann/work/src/{self.rng.choice(WORDS)}_{self.turns}.cpp", "limit": 100,
                          "edits": [{"old": 'x == "y"', "new": "x != 1.0e2", "all": True}]}}


def body(size, model, stream=False):
    """A request of exactly SHAPES[size].size bytes. Its model comes first, where a scripted upstream looks for it."""
    shape, rng = SHAPES[size], random.Random(f"dragoman {size}")
    top = {"model": model, "max_tokens": 32000, **({"stream": True} if stream else {})}
    if shape.size > KIB:
        top |= {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"},
                "metadata": {"user_id": "user_" + "0" * 64 + "_account__session_00000000-0000-4000-8000-000000000000"}}
    top["system"] = system(rng, shape)
    top["tools"] = [tool(rng, number, shape.description_bytes) for number in range(shape.tools)]
    return _fill(shape.size, compact(top)[:-1] + ',"messages":[', *_messages(rng, shape))


def conversation(turns, model):
    """The request that follows after so many turns of one conversation; each begins with the bytes of the ones before."""
    shape, rng = SHAPES["60k"], random.Random("dragoman conversation")
    top = {"model": model, "max_tokens": 32000, "thinking": {"type": "adaptive"}, "system": system(rng, shape),
           "tools": [tool(rng, number, shape.description_bytes) for number in range(shape.tools)]}
    first, _last, history, _rng = _messages(rng, shape)
    messages = first + [message for _ in range(turns) for message in history.turn()]
    return compact({**top, "messages": messages}).encode()


def _messages(rng, shape):
    """The first messages, the last ones, whose text is what fills the body, and where the ones in between come from."""
    ask = {"role": "user", "content": [{"type": "text", "text": "Find out why the test fails, and mend it."}]}
    if shape.size == KIB:
        return [], [ask], None, rng
    history = History(rng, shape)
    return [ask], history.turn(), history, rng


def _fill(size, head, first, last, history, rng):
    text = {"type": "text", "text": "", "cache_control": {"type": "ephemeral"}}
    last[-1]["content"].append(text)
    pieces = [compact(message) for message in first]
    space = size - sum(len(piece.encode()) + 1 for piece in [head, *pieces, *map(compact, last)])
    while history and space > 0:
        turn = ",".join(map(compact, history.turn()))
        if len(turn.encode()) + 1 > space:
            break
        pieces.append(turn)
        space -= len(turn.encode()) + 1
    if space < 0:
        raise ValueError(f"a body of {size} bytes has no room for its own shape: {-space} bytes too many")
    text["text"] = prose(rng, space)
    return (head + ",".join([*pieces, *map(compact, last)]) + "]}").encode()


def write(folder, size, model, stream=False):
    """Writes one body into the folder, and says where."""
    path = Path(folder) / f"{size}-{model.replace('/', '-')}{'-stream' if stream else ''}.json"
    path.write_bytes(body(size, model, stream))
    return path


def main():
    parser = argparse.ArgumentParser(description="Writes bodies in the shape of Claude Code's traffic.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--sizes", nargs="+", choices=SHAPES, default=list(SHAPES))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for size in options.sizes:
        print(write(options.folder, size, options.model, options.stream))


if __name__ == "__main__":
    sys.exit(main())
