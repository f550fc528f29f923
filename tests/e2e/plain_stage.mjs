// The program in front of upstreams that say exactly what a test writes.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Dragoman, temporaryFolder } from './harness.mjs';
import { PlainUpstream, chatText } from './plain_upstream.mjs';

export const table = (name, { url }, settings = '') => `[upstreams.${name}]\nbase_url = "${url}"\n${settings}`;
export const noLists = '[catalogue]\nenabled = false\n';

// One upstream, `a`, with `settings`; `top` stands before it in the file.
export const one =
    (settings = '', top = '') =>
    ({ a }) =>
        `${top}${noLists}[models]\nbig = "ma"\n${table('a', a, settings)}`;

export function recordsOf(dragoman) {
    const lines = dragoman.log.split('\n').filter((line) => line.includes('"path":"/v1/messages"'));
    return lines.map((line) => JSON.parse(line));
}

export async function withPlain(write, body, { env = {}, args = [] } = {}) {
    const [a, b] = await Promise.all([PlainUpstream.start(), PlainUpstream.start()]);
    a.script(chatText('a'));
    b.script(chatText('b'));
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'config.toml');
    writeFileSync(file, write({ a, b, folder }), { mode: 0o600 });
    let dragoman;
    try {
        dragoman = await Dragoman.start(env, { folder, args: ['serve', '--config', file, ...args] });
        await body({ a, b, dragoman, folder, url: dragoman.url });
    } catch (error) {
        error.message += `\n--- log ---\n${dragoman?.log.slice(-4000)}`;
        throw error;
    } finally {
        await dragoman?.stop();
        await a.stop();
        await b.stop();
        rmSync(folder, { recursive: true, force: true });
    }
}
