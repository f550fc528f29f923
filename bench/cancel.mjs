// How long it takes from a client that leaves until its upstream is let go of. node bench/cancel.mjs [ROUNDS]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = Number(process.argv[2] ?? 300);
const home = mkdtempSync(join(tmpdir(), 'dragoman-bench-'));
let closed = () => {};
const upstream = createServer((request, response) => {
  request.resume();
  if (request.method === 'GET') return response.end('{"data":[]}');
  response.on('close', () => closed(process.hrtime.bigint()));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return response.write('data: {"id":"gen-1","choices":[{"index":0,"delta":{"content":"x"}}]}\n\n');
});
await new Promise((done) => { upstream.listen(0, '127.0.0.1', done); });

const program = spawn(process.env.DRAGOMAN_BIN ?? 'build/release/dragoman', ['serve'], {
  env: { PATH: process.env.PATH, HOME: home, PORT: '0', HOST: '127.0.0.1', OPENROUTER_API_KEY: 'sk-or-bench',
    OPENROUTER_BASE_URL: `http://127.0.0.1:${upstream.address().port}/api/v1` },
  stdio: ['ignore', 'ignore', 'pipe'],
});
let heard = '';
const port = await new Promise((done) => {
  program.stderr.on('data', (bytes) => {
    heard += bytes;
    const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(heard);
    if (found) done(Number(found[1]));
  });
});

const body = JSON.stringify({ model: 'a/b', max_tokens: 16, stream: true, messages: [{ role: 'user', content: 'x' }] });
const head = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
  + `Content-Length: ${body.length}\r\n\r\n`;

function leave(reset) {
  return new Promise((done) => {
    const client = connect(port, '127.0.0.1', () => client.write(head + body));
    client.once('data', () => {
      const left = process.hrtime.bigint();
      closed = (at) => done(Number(at - left) / 1e6);
      if (reset) client.resetAndDestroy();
      else client.destroy();
    });
  });
}

console.log('| a client leaves by | p50 ms | p99 ms | max ms |\n|---|---|---|---|');
for (const reset of [false, true]) {
  const times = [];
  for (let i = 0; i < rounds; ++i) times.push(await leave(reset));
  times.sort((a, b) => a - b);
  const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))].toFixed(2);
  console.log(`| ${reset ? 'reset' : 'close'} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |`);
}
program.kill('SIGKILL');
rmSync(home, { recursive: true, force: true });
process.exit(0);
