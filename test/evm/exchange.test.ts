import { describe, expect, it } from 'vitest';
import { type Exchange, exchangeByFetch, exchangeOverNet, MAX_ANSWER_BYTES } from '../../src/adapters/evm/exchange.ts';
import { systemNet } from '../../src/adapters/host/index.ts';
import { loopback } from '../host/loopback.ts';

const QUESTION = { jsonrpc: '2.0', id: 7, method: 'eth_chainId', params: [] } as const;
const { signal } = new AbortController();
const refusal = { jsonrpc: '2.0', id: 7, error: { code: -32005, message: 'slow down' } };

const WAYS: readonly (readonly [string, (url: string) => Exchange])[] = [
  ['over the host’s network', (url) => exchangeOverNet(url, systemNet())],
  ['by the runtime’s fetch', (url) => exchangeByFetch(url)],
  ['by a fetch of the owner’s', (url) => exchangeByFetch(url, fetch)],
];

describe.each(WAYS)('an exchange %s', (_way, exchangeWith) => {
  /** What comes back for an answer of this status and body. */
  const exchanged = async (status: number, body: string, type = 'application/json'): Promise<unknown> => {
    const bodies: string[] = [];
    await using server = await loopback((request, response) => {
      request.on('data', (part: Buffer) => void bodies.push(part.toString()));
      request.on('end', () => response.writeHead(status, { 'content-type': type, connection: 'close' }).end(body));
    });
    const answer = await exchangeWith(server.url)(QUESTION, signal).catch((error: unknown) => error);
    expect(JSON.parse(bodies.join(''))).toEqual(QUESTION);
    return answer;
  };

  it('gives what came, whatever it is called', async () => {
    expect(await exchanged(200, '{"result":"0x1"}')).toEqual({ result: '0x1' });
    expect(await exchanged(200, '{"result":"0x1"}', 'text/plain')).toEqual({ result: '0x1' });
    expect(await exchanged(200, '\ufeff{"result":"é"}')).toEqual({ result: 'é' });
  });

  it.each([400, 429, 500])('gives the refusal of a node that comes with %i', async (status) => {
    expect(await exchanged(status, JSON.stringify(refusal))).toEqual(refusal);
  });

  it.each<readonly [number, string]>([
    [429, 'slow down'],
    [500, '{"error":"internal"}'],
    [502, '{"result":"0x1"}'],
    [403, '[]'],
  ])('refuses anything else with %i', async (status, body) => {
    expect(await exchanged(status, body, 'text/plain')).toMatchObject({ kind: 'status', status });
  });

  it('follows nobody elsewhere', async () => {
    let asked = 0;
    await using other = await loopback((_, response) => {
      asked += 1;
      response.end('{"result":"0x1"}');
    });
    await using server = await loopback((_, response) => void response.writeHead(307, { location: other.url }).end());
    await expect(exchangeWith(server.url)(QUESTION, signal)).rejects.toThrow();
    expect(asked).toBe(0);
  });

  it('takes in no more than an answer may hold', async () => {
    const most = JSON.stringify('x'.repeat(MAX_ANSWER_BYTES - 2));
    expect(await exchanged(200, most)).toHaveLength(MAX_ANSWER_BYTES - 2);
    expect(await exchanged(200, `${most} `)).toMatchObject({ kind: 'too_large' });
  });

  it.each(['<html>', '{"result":', ''])('knows “%s” for no JSON', async (body) => {
    expect(await exchanged(200, body)).toMatchObject({ kind: 'not_json' });
  });
});
