import { createSocket } from 'node:dgram';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isLoopbackAddress } from '../../src/adapters/notify/ip-address.ts';
import { systemLookup } from '../../src/adapters/notify/resolve.ts';

/** A real DNS server on this machine (RFC 1035): knows `a.example.com`, `four.example.com`, and is silent about `mute.…`. */
async function startNameServer(): Promise<string> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  socket.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('ascii', at + 1, at + 1 + length));
      at += length + 1;
    }
    const isV6 = query.readUInt16BE(at + 1) === 28;
    if (labels[0] === 'mute') return;
    const known = labels[0] === 'a' || (labels[0] === 'four' && !isV6);
    const data = isV6 ? Buffer.from('26064700470000000000000000001111', 'hex') : Buffer.from([93, 184, 216, 34]);
    const head = Buffer.from([0, 0, 0x81, known || labels[0] === 'four' ? 0x80 : 0x83, 0, 1, 0, known ? 1 : 0, 0, 0, 0, 0]);
    query.copy(head, 0, 0, 2);
    const record = Buffer.from([0xc0, 12, 0, isV6 ? 28 : 1, 0, 1, 0, 0, 0, 60, 0, data.length]);
    socket.send(Buffer.concat([head, query.subarray(12, at + 5), ...(known ? [record, data] : [])]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return `127.0.0.1:${socket.address().port}`;
}

describe('the lookup of names', () => {
  it('gives every address of both kinds, or of the one there is', async () => {
    const server = await startNameServer();
    expect(await systemLookup('a.example.com', [server])).toEqual(['93.184.216.34', '2606:4700:4700::1111']);
    expect(await systemLookup('four.example.com', [server])).toEqual(['93.184.216.34']);
    await expect(systemLookup('none.example.com', [server])).rejects.toThrow(/ENOTFOUND/);
  });

  it('ends where nobody answers', async () => {
    const startMs = performance.now();
    await expect(systemLookup('mute.example.com', [await startNameServer()])).rejects.toBeDefined();
    expect(performance.now() - startMs).toBeLessThan(8_000);
  });

  it('knows this machine', async () => {
    const found = await systemLookup('localhost');
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(isLoopbackAddress)).toBe(true);
  });
});
