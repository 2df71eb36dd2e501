import { createEvmAdapter } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import type { ChainId } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { assetOf, CHAIN, signer } from '../../test/evm/chain-fixture.ts';
import { deploy } from '../../test/fixtures/evm-contracts.ts';
import type { Bar } from './bar.ts';
import { median } from './measure.ts';

/** What is put before each answer to tell sequential requests from those at the same time, ms. */
const DELAY_MS = 150;
const MOST_TRIPS = 2;
const MOST_OWN_MS = 3;

type Body = string;

/** Whether a request is one of the raw calls that the report cannot do without. */
const isRaw = (body: Body): boolean => body.includes('"eth_simulateV1"') || body.includes('"debug_traceCall"');
/** The calls of the first pass name one call; those of the second read. */
const isFirst = (body: Body): boolean => body.includes('"debug_traceCall"') || body.includes('"validation":true');

/** What is asked before and after: which block it is, and whether it still is. */
const HEAD: Body = '{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]}';

async function openScene(anvil: Anvil) {
  const token = await deploy(anvil, 'PlainToken', ['USD', 6]);
  const alice = signer(1);
  await token.send('mint', [alice.address, 1_000_000n]);
  const seen: Body[] = [];
  let delayMs = 0;
  const network: typeof fetch = async (input, init) => {
    seen.push(String(init?.body));
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    return fetch(input, init);
  };
  const tokens = [{ symbol: 'USD', address: token.address, decimals: 6 }];
  const chains = [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, tokens }];
  const adapter = createEvmAdapter({ chains, clock: systemClock(), fetch: network });
  const node = adapter.node(CHAIN as ChainId);
  const action = { kind: 'transfer', asset: assetOf(token.address), amount: 5n, to: signer(2).wallet } as const;
  const [{ next: slot }, fee] = await Promise.all([node.sequence(alice.wallet), node.quote(action, alice.wallet, {})]);
  const tx = adapter.codec.build(action, { chain: CHAIN as ChainId, wallet: alice.wallet, slot, fee, validUntilMs: null });
  const ours = async (delay = 0): Promise<number> => {
    delayMs = delay;
    seen.length = 0;
    const beganMs = performance.now();
    const report = await node.simulate(tx, {});
    if (!report.success) throw new Error(report.errors.join());
    return performance.now() - beganMs;
  };
  /** The same raw calls with the same bodies, in their two steps, between the two round trips that are counted by themselves. */
  const raw = async (bodies: readonly Body[]): Promise<number> => {
    const beganMs = performance.now();
    for (const step of [[HEAD], bodies.filter(isFirst), bodies.filter((body) => !isFirst(body)), [HEAD]])
      await Promise.all(
        step.map(async (body) => {
          const headers = { 'content-type': 'application/json' };
          return (await fetch(anvil.rpcUrl, { method: 'POST', headers, body })).json();
        }),
      );
    return performance.now() - beganMs;
  };
  return { ours, raw, bodies: () => seen.filter(isRaw), asked: () => seen.length, close: () => node.close() };
}

const simulationBar: Bar = {
  name: 'EVM simulation over its raw calls',
  isTiming: true,
  target: `at most ${MOST_TRIPS} round trips and ${MOST_OWN_MS} ms p50 more`,
  async run(mode) {
    const rounds = mode === 'full' ? 301 : 41;
    await using anvil = await startAnvil();
    const scene = await openScene(anvil);
    try {
      for (let warm = 0; warm < (mode === 'full' ? 60 : 15); warm += 1) await scene.ours();
      const bodies = scene.bodies();
      const asked = scene.asked();
      // What else the machine does makes a run longer, never shorter.
      const slowed: number[] = [];
      for (let run = 0; run < 3; run += 1) slowed.push(await scene.ours(DELAY_MS));
      const trips = Math.floor(Math.min(...slowed) / DELAY_MS) - 2;
      const [own, alone, whole]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < rounds; round += 1) {
        const [a, b] = [await scene.ours(), await scene.raw(bodies)];
        own.push(a - b);
        whole.push(a);
        alone.push(b);
      }
      const ownMs = median(own);
      return {
        figure: `${trips} round trips, ${ownMs.toFixed(2)} ms p50`,
        pass: trips <= MOST_TRIPS && ownMs <= MOST_OWN_MS,
        notes: [
          `${median(whole).toFixed(2)} ms beside ${median(alone).toFixed(2)} ms of the ${bodies.length} raw calls and ${MOST_TRIPS} round trips alone, pairs of ${rounds} rounds; ${asked} requests in all, own node on the loopback included in both`,
        ],
      };
    } finally {
      await scene.close();
    }
  },
};

/** What the report costs beyond the calls that it is made of. */
export const bars: readonly Bar[] = [simulationBar];
