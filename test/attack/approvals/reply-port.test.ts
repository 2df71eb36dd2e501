import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LoopbackServer, serveLoopback } from '../../../src/adapters/host/index.ts';

const answers = { status: 200, body: '{}' };
async function opened(maxConnections = 4): Promise<LoopbackServer> {
  const server = await serveLoopback(0, { maxBodyBytes: 64, requestTimeoutMs: 300, maxConnections }, async () => answers);
  onTestFinished(() => server.close());
  return server;
}
/** A connection that says this much, and what it was told before it ended. */
function slow(port: number, text: string): { readonly socket: Socket; readonly ended: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let told = '';
  socket.on('data', (part) => {
    told += part.toString();
  });
  socket.on('error', () => undefined);
  socket.on('connect', () => socket.write(text));
  return { socket, ended: new Promise((resolve) => socket.on('close', () => resolve(told))) };
}
const post = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}', headers: { connection: 'close' } }).then(({ status }) => status);

describe('a port for replies', () => {
  // A runtime that looks at its connections twice a minute would let each stay for so long.
  it.each([
    ['says nothing', ''],
    ['says its headers slowly', 'POST / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\n'],
    ['says its body slowly', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\n{'],
  ])('is not held by whoever %s', { timeout: 15_000 }, async (_, text) => {
    const server = await opened();
    const holding = Array.from({ length: 4 }, () => slow(server.port, text));
    await Promise.all(holding.map(({ ended }) => ended));
    expect(await post(server.port)).toBe(200);
  });

  it('reads no body beyond its bound, however it is cut, and no request that two readers read in two ways', async () => {
    const server = await opened(16);
    const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n';
    const cases: readonly (readonly [string, number])[] = [
      [`${chunked}\r\n${'8\r\n01234567\r\n'.repeat(20)}0\r\n\r\n`, 413],
      [`${chunked}Content-Length: 5\r\n\r\n0\r\n\r\n`, 400],
      ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ', 400],
      ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', 400],
      ['POST / HTTP/1.1\r\nHost: a\r\nA: b\nc: d\r\nContent-Length: 0\r\n\r\n', 400],
      [`POST / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
      ['POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}', 200],
    ];
    for (const [text, status] of cases)
      expect((await slow(server.port, text).ended).split('\r\n')[0], text.slice(0, 80)).toContain(` ${status} `);
  });
});
