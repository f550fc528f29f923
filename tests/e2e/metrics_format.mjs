// A strict reader of Prometheus's text format, version 0.0.4: throws at whatever Prometheus itself, or
// `promtool check metrics`, would complain about.
// https://prometheus.io/docs/instrumenting/exposition_formats/ https://prometheus.io/docs/practices/naming/

import assert from 'node:assert/strict';

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const number = /^(?:[+-]?Inf|NaN|[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)$/;
const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

const valueOf = (text) => (text.endsWith('Inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text));

function take(rest, pattern, what) {
    const found = pattern.exec(rest);
    assert.ok(found, `${what} expected at ${rest}`);
    return [found[0], rest.slice(found[0].length)];
}

function labelValue(rest) {
    assert.equal(rest[0], '"', rest);
    let value = '';
    for (let i = 1; ; i += 1) {
        assert.ok(i < rest.length, `a label without an end: ${rest}`);
        if (rest[i] === '"') return [value, rest.slice(i + 1)];
        if (rest[i] === '\\') {
            i += 1;
            const meant = { n: '\n', '"': '"', '\\': '\\' }[rest[i]];
            assert.ok(meant, `unknown escape \\${rest[i]}`);
            value += meant;
        } else {
            value += rest[i];
        }
    }
}

function labels(text) {
    const found = {};
    let rest = text;
    while (rest[0] !== '}') {
        let name;
        let value;
        [name, rest] = take(rest, labelName, 'a label');
        assert.ok(!name.startsWith('__'), `${name} is reserved`);
        assert.ok(!(name in found), `${name} twice in ${text}`);
        assert.equal(rest[0], '=', rest);
        [value, rest] = labelValue(rest.slice(1));
        found[name] = value;
        if (rest[0] === ',') rest = rest.slice(1);
        else assert.equal(rest[0], '}', rest);
    }
    return [found, rest.slice(1)];
}

function sample(line) {
    let [name, rest] = take(line, metricName, 'a name');
    let found = {};
    if (rest[0] === '{') [found, rest] = labels(rest.slice(1));
    const words = rest.split(' ');
    assert.equal(words.length, 2, `one blank, one value, no time stamp: ${line}`);
    assert.equal(words[0], '', line);
    assert.match(words[1], number, line);
    return { name, labels: found, value: valueOf(words[1]) };
}

function checkNames(family) {
    const { name, type } = family;
    if (type === 'counter') assert.match(name, /_total$/, `${name} is a counter`);
    else assert.doesNotMatch(name, /_(total|count|sum|bucket)$/, `${name} is a ${type}`);
    assert.match(name, /^[a-z][a-z0-9_]*$/, name);
    assert.doesNotMatch(
        name,
        /(_ms|milliseconds|microseconds|minutes|hours|kilobytes|megabytes|percent)(_|$)/,
        'base units',
    );
    assert.doesNotMatch(name, new RegExp(`_(${types.join('|')})(_|$)`), 'no type in the name');
    assert.match(family.help, /\.$/, `${name} has a sentence`);
    for (const one of family.samples) {
        assert.ok(type === 'histogram' || !('le' in one.labels), 'le belongs to histograms');
        if (type === 'counter') assert.ok(one.value >= 0 && Number.isFinite(one.value), `${name} ${one.value}`);
    }
}

function checkHistogram({ name, samples }) {
    const groups = new Map();
    for (const one of samples) {
        const { le, ...rest } = one.labels;
        const key = JSON.stringify(Object.entries(rest).sort());
        if (!groups.has(key)) groups.set(key, { buckets: [] });
        const group = groups.get(key);
        const suffix = one.name.slice(name.length);
        assert.ok(['_bucket', '_sum', '_count'].includes(suffix), one.name);
        if (suffix === '_bucket') {
            assert.match(le ?? '', number, 'the bound of a bucket');
            group.buckets.push([valueOf(le), one.value]);
        } else {
            assert.ok(le === undefined && group[suffix] === undefined, `${one.name} once`);
            group[suffix] = one.value;
        }
    }
    for (const { buckets, _sum, _count } of groups.values()) {
        assert.ok(buckets.length > 1 && _sum !== undefined && _count !== undefined, `${name} is not whole`);
        for (let i = 1; i < buckets.length; i += 1) {
            assert.ok(buckets[i][0] > buckets[i - 1][0], `${name}: bounds must grow`);
            assert.ok(buckets[i][1] >= buckets[i - 1][1], `${name}: buckets are cumulative`);
        }
        assert.deepEqual(buckets.at(-1), [Infinity, _count], `${name}: +Inf counts everything`);
    }
}

// The families by name: { name, type, help, samples: [{ name, labels, value }] }.
export function readMetrics(text) {
    assert.ok(text.endsWith('\n') && !text.includes('\r'), 'lines end in LF, the last one too');
    assert.doesNotMatch(text, /\n\n/);
    const families = new Map();
    const series = new Set();
    let current;
    for (const line of text.slice(0, -1).split('\n')) {
        const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
        if (comment?.[1] === 'HELP') {
            assert.ok(!families.has(comment[2]), `${comment[2]} twice`);
            current = { name: comment[2], help: comment[3], samples: [] };
            families.set(current.name, current);
        } else if (comment) {
            assert.equal(comment[2], current?.name, 'TYPE follows HELP');
            assert.ok(current.type === undefined && current.samples.length === 0, line);
            assert.ok(types.includes(comment[3]), line);
            current.type = comment[3];
        } else {
            assert.ok(!line.startsWith('#'), line);
            const one = sample(line);
            const id = `${one.name} ${JSON.stringify(Object.entries(one.labels).sort())}`;
            assert.ok(!series.has(id), `${id} twice`);
            series.add(id);
            const belongs =
                current.type === 'histogram' ? one.name.startsWith(`${current.name}_`) : one.name === current.name;
            assert.ok(belongs && current.type, `${one.name} stands below ${current.name}`);
            current.samples.push(one);
        }
    }
    for (const family of families.values()) {
        checkNames(family);
        if (family.type === 'histogram') checkHistogram(family);
    }
    return families;
}

// The value of one series; undefined when it is not there.
export function valueIn(families, name, wanted = {}) {
    for (const family of families.values())
        for (const one of family.samples)
            if (
                one.name === name &&
                Object.keys(one.labels).length === Object.keys(wanted).length &&
                Object.entries(wanted).every(([label, value]) => one.labels[label] === value)
            )
                return one.value;
    return undefined;
}
