import { createRpcClient } from '../../src/adapters/evm/client.ts';
import { readOptions } from '../../src/adapters/evm/config.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import type { Measurement } from './bar.ts';
import { nanosecondsPer } from './measure.ts';

const ROUNDS = 5;
/** Of our own and of the HTTP client per read, ns: little beside any round trip. */
const MOST_NS = 500_000;

/** Reads of a balance over a network that answers at once, so that what is left is our own time. */
async function readNs(endpoints: number, reads: number): Promise<{ readonly ns: number; readonly asked: number }> {
  const clock = systemClock();
  let asked = 0;
  const network = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    asked += 1;
    const { id, method } = JSON.parse(String(init?.body)) as { readonly id: number; readonly method: string };
    const result = method === 'eth_chainId' ? '0x1' : '0xde0b6b3a7640000';
    return new Response(JSON.stringify({ jsonrpc: '2.0', id, result }), { headers: { 'content-type': 'application/json' } });
  };
  const rpcUrl = Array.from({ length: endpoints }, (_, index) => `https://rpc-${index}.example/`);
  const [config] = readOptions({ chains: [{ chain: 'eip155:1', rpcUrl, confirmations: 1 }], clock }).chains;
  if (config === undefined) throw new Error('the configuration has no chain');
  const client = createRpcClient(config, clock, network as typeof fetch);
  const account = `0x${'11'.repeat(20)}`;
  const read = (): Promise<unknown> => client.request('eth_getBalance', [account, '0x1']);
  await nanosecondsPer(Math.ceil(reads / 10), read);
  asked = 0;
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await nanosecondsPer(reads, read));
  client.close();
  return { ns: Math.min(...times), asked: asked / (ROUNDS * reads) };
}

/** The same exchange without the client: request, response and JSON of the runtime alone. */
async function bareNs(reads: number): Promise<number> {
  const exchange = async (turn: number): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: turn, method: 'eth_getBalance', params: ['0x', '0x1'] });
    const response = new Response(JSON.stringify({ ...(JSON.parse(body) as object), result: '0x1' }));
    return JSON.parse(await response.text());
  };
  await nanosecondsPer(Math.ceil(reads / 10), exchange);
  return nanosecondsPer(reads, exchange);
}

/** Own time of one read, with one endpoint and with three that must agree. */
export async function measureReads(reads: number): Promise<Measurement> {
  const bare = await bareNs(reads);
  const one = await readNs(1, reads);
  const three = await readNs(3, reads);
  const us = (ns: number): string => `${(ns / 1_000).toFixed(1)} µs`;
  const [ownOfOne, ownOfThree] = [one.ns - bare, three.ns - 3 * bare];
  return {
    figure: `${us(ownOfOne)} with one, ${us(ownOfThree)} with three`,
    pass: one.asked === 1 && three.asked === 3 && Math.max(ownOfOne, ownOfThree) < MOST_NS,
    notes: [
      `${reads} reads a round, the best of ${ROUNDS} rounds; without the ${us(bare)} that the runtime takes for each response and its JSON`,
    ],
  };
}
