// A JSON reader that is as strict as the strictest server: RFC 8259 to the letter, the bytes valid UTF-8, no
// key twice in one object, no half of a surrogate pair. Returns the value and everything that is wrong.

class Reader {
    constructor(text) {
        this.text = text;
        this.at = 0;
        this.problems = [];
    }

    fail(what) {
        throw new SyntaxError(`${what} at character ${this.at}`);
    }

    blank() {
        while (this.at < this.text.length && ' \t\n\r'.includes(this.text[this.at])) this.at += 1;
    }

    document() {
        this.blank();
        const value = this.value('$');
        this.blank();
        if (this.at !== this.text.length) this.fail('bytes after the document');
        return value;
    }

    value(path) {
        const c = this.text[this.at];
        if (c === '{') return this.object(path);
        if (c === '[') return this.array(path);
        if (c === '"') return this.string(path);
        for (const [word, value] of [
            ['true', true],
            ['false', false],
            ['null', null],
        ]) {
            if (this.text.startsWith(word, this.at)) {
                this.at += word.length;
                return value;
            }
        }
        const number = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
        number.lastIndex = this.at;
        const found = number.exec(this.text);
        if (!found) this.fail('not a value');
        this.at += found[0].length;
        return Number(found[0]);
    }

    object(path) {
        const out = {};
        this.at += 1;
        this.blank();
        if (this.text[this.at] === '}') {
            this.at += 1;
            return out;
        }
        for (;;) {
            this.blank();
            if (this.text[this.at] !== '"') this.fail('a key must be a string');
            const key = this.string(path);
            if (Object.hasOwn(out, key)) this.problems.push(`${path}: key "${key}" twice`);
            this.blank();
            if (this.text[this.at] !== ':') this.fail('":" expected');
            this.at += 1;
            this.blank();
            const value = this.value(`${path}.${key}`);
            Object.defineProperty(out, key, { value, enumerable: true, writable: true, configurable: true });
            this.blank();
            const c = this.text[this.at];
            this.at += 1;
            if (c === '}') return out;
            if (c !== ',') this.fail('"," or "}" expected');
        }
    }

    array(path) {
        const out = [];
        this.at += 1;
        this.blank();
        if (this.text[this.at] === ']') {
            this.at += 1;
            return out;
        }
        for (;;) {
            this.blank();
            out.push(this.value(`${path}[${out.length}]`));
            this.blank();
            const c = this.text[this.at];
            this.at += 1;
            if (c === ']') return out;
            if (c !== ',') this.fail('"," or "]" expected');
        }
    }

    string(path) {
        const start = this.at;
        this.at += 1;
        for (;;) {
            const c = this.text.charCodeAt(this.at);
            if (Number.isNaN(c)) this.fail('string without an end');
            if (c < 0x20) this.fail('control character in a string');
            this.at += 1;
            if (c === 0x22) break;
            if (c === 0x5c) this.at += 1;
        }
        let value;
        try {
            value = JSON.parse(this.text.slice(start, this.at));
        } catch {
            this.fail('bad escape in a string');
        }
        if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) {
            this.problems.push(`${path}: half of a surrogate pair`);
        }
        return value;
    }
}

export function readStrictJson(bytes) {
    let text;
    try {
        text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        return { value: undefined, problems: ['body: not valid UTF-8'] };
    }
    const reader = new Reader(text);
    try {
        return { value: reader.document(), problems: reader.problems };
    } catch (error) {
        return { value: undefined, problems: [`body: ${error.message}`] };
    }
}

// The raw text of each value of the top-level object, by key: what has to stay the same is compared as it
// was written, not as it was meant.
export function topLevelText(text) {
    const reader = new Reader(text);
    const out = {};
    reader.blank();
    if (text[reader.at] !== '{') reader.fail('no object');
    reader.at += 1;
    for (;;) {
        reader.blank();
        const key = reader.string('$');
        reader.blank();
        reader.at += 1;
        reader.blank();
        const start = reader.at;
        reader.value('$');
        out[key] = text.slice(start, reader.at);
        reader.blank();
        if (text[reader.at] !== ',') return out;
        reader.at += 1;
    }
}

// The raw text of each element of an array.
export function elementTexts(text) {
    const reader = new Reader(text);
    const out = [];
    reader.blank();
    if (text[reader.at] !== '[') reader.fail('no array');
    do {
        reader.at += 1;
        reader.blank();
        const start = reader.at;
        if (text[start] === ']') break;
        reader.value('$');
        out.push(text.slice(start, reader.at));
        reader.blank();
    } while (text[reader.at] === ',');
    return out;
}

// One spelling of a value, whatever the order of its keys; strings and numbers stay exact.
export function canonical(value) {
    return JSON.stringify(value, (_, inner) =>
        inner && typeof inner === 'object' && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
            : inner,
    );
}
