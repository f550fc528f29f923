// A client that does not read: what the upstream sends stays with the upstream, not in memory.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

import { chunk } from './answers.mjs';
import { message, post } from './http_client.mjs';
import { sharedStage } from './suite.mjs';

const stage = sharedStage();
const { test } = stage;

const piece = `data: ${JSON.stringify(chunk('openai/gpt-oss-120b', { content: 'x'.repeat(64 * 1024) }))}\n\n`;
const whole = 256 * 1024 * 1024;

// Peak of the memory that the program itself used, in bytes;
// https://man7.org/linux/man-pages/man5/proc.5.html
function peakMemory(process) {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'))[1]) * 1024;
}

// Writes until the connection takes no more for a while or everything is out; says how much that was.
function pour(response, sent) {
    return new Promise((done) => {
        let stalled;
        const more = () => {
            clearTimeout(stalled);
            while (sent.bytes < whole && !response.destroyed) {
                sent.bytes += piece.length;
                if (!response.write(piece)) {
                    stalled = setTimeout(done, 1500);
                    response.once('drain', more);
                    return;
                }
            }
            done();
        };
        response.once('close', done);
        more();
    });
}

test('a client that stops reading stops the upstream too, and leaving it cancels', async () => {
    const sent = { bytes: 0 };
    let poured;
    const stalled = new Promise((resolve) => {
        poured = resolve;
    });
    const before = peakMemory(stage.dragoman.child.process);
    stage.upstream.answer = (request) => ({
        steps: [
            async () => {
                await pour(request.response, sent);
                poured();
            },
            new Promise(() => {}),
        ],
    });
    const body = JSON.stringify(message('flood', { stream: true }));
    const socket = connect(stage.dragoman.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write(
        'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
            `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    await stalled;
    assert.ok(sent.bytes < whole / 4, `${sent.bytes} bytes were taken from the upstream`);
    const grown = peakMemory(stage.dragoman.child.process) - before;
    assert.ok(grown < 64 * 1024 * 1024, `memory grew by ${grown}`);
    const [request] = stage.upstream.chats;
    socket.destroy();
    await request.left;
    assert.ok(request.gone);
});

// What the program uses at the moment, in bytes.
function memory(process) {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'))[1]) * 1024;
}

test('a burst of large requests leaves no memory behind', async () => {
    const dragoman = stage.dragoman;
    const sanitized = memory(dragoman.child.process) > 80e6; // ASan keeps what was freed
    stage.upstream.script({ text: 'Read.' });
    const body = message('x'.repeat(24 * 1024 * 1024));
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(dragoman.url, body)));
    for (const answer of answers) assert.equal(answer.status, 200, answer.text.slice(0, 200));
    const left = memory(dragoman.child.process);
    if (!sanitized) assert.ok(left < 150e6, `${left} bytes`);
});
