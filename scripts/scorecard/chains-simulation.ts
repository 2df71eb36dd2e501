import { createEvmAdapter } from '../../src/adapters/evm/index.ts';
import { systemClock, systemNet } from '../../src/adapters/host/index.ts';
import type { ChainNode, UnsignedTransaction } from '../../src/core/index.ts';
import type { Net } from '../../src/core/net.ts';
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

/** Exchanges one raw call: sends its body, reads and parses the answer. */
type RawCall = (body: Body) => Promise<unknown>;

const HEADERS = { 'content-type': 'application/json' } as const;

/** Over the very network that the adapter goes over. */
function rawOverNet(url: string, net: Net): RawCall {
  const post = net(url);
  const { signal } = new AbortController();
  return async (body) => JSON.parse((await post({ headers: HEADERS, body, maxBytes: 1 << 23, signal })).body ?? '');
}

const rawByFetch =
  (url: string): RawCall =>
  async (body) =>
    (await fetch(url, { method: 'POST', headers: HEADERS, body })).json();

/** One dry run as the bar times it, ms. */
async function dryRun(node: ChainNode, tx: UnsignedTransaction): Promise<number> {
  const beganMs = performance.now();
  const report = await node.simulate(tx, {});
  if (!report.success) throw new Error(report.errors.join());
  return performance.now() - beganMs;
}

async function openScene(anvil: Anvil) {
  const token = await deploy(anvil, 'PlainToken', ['USD', 6]);
  const alice = signer(1);
  await token.send('mint', [alice.address, 1_000_000n]);
  const tokens = [{ symbol: 'USD', address: token.address, decimals: 6 }];
  const chains = [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, tokens }];
  const net = systemNet();
  // As it is shipped; what is counted and what is slowed goes another way.
  const adapter = createEvmAdapter({ chains, clock: systemClock(), net });
  const node = adapter.node(CHAIN);
  const seen: Body[] = [];
  let delayMs = 0;
  const watched: Net = (url) => {
    const post = net(url);
    return async (question) => {
      seen.push(question.body);
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      return post(question);
    };
  };
  const slowNode = createEvmAdapter({ chains, clock: systemClock(), net: watched }).node(CHAIN);
  const action = { kind: 'transfer', asset: assetOf(token.address), amount: 5n, to: signer(2).wallet } as const;
  const [{ next: slot }, fee] = await Promise.all([node.sequence(alice.wallet), node.quote(action, alice.wallet, {})]);
  const tx = adapter.codec.build(action, { chain: CHAIN, wallet: alice.wallet, slot, fee, validUntilMs: null });
  await slowNode.verifyChain();
  const slowed = async (delay: number): Promise<number> => {
    delayMs = delay;
    seen.length = 0;
    return dryRun(slowNode, tx);
  };
  return {
    ours: () => dryRun(node, tx),
    slowed,
    overNet: rawOverNet(anvil.rpcUrl, net),
    byFetch: rawByFetch(anvil.rpcUrl),
    bodies: () => seen.filter(isRaw),
    asked: () => seen.length,
    close: () => Promise.all([node.close(), slowNode.close()]),
  };
}

/** The same raw calls with the same bodies, in their two steps, between the two round trips that are counted by themselves; ms. */
async function timeRaw(call: RawCall, bodies: readonly Body[]): Promise<number> {
  const beganMs = performance.now();
  for (const step of [[HEAD], bodies.filter(isFirst), bodies.filter((body) => !isFirst(body)), [HEAD]]) await Promise.all(step.map(call));
  return performance.now() - beganMs;
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
      // What else the machine does makes a run longer, never shorter.
      const slowed: number[] = [];
      for (let run = 0; run < 3; run += 1) slowed.push(await scene.slowed(DELAY_MS));
      const trips = Math.floor(Math.min(...slowed) / DELAY_MS) - 2;
      const [bodies, asked] = [scene.bodies(), scene.asked()];
      const raw = (): Promise<number> => timeRaw(scene.overNet, bodies);
      const fetched = (): Promise<number> => timeRaw(scene.byFetch, bodies);
      for (let warm = 0; warm < (mode === 'full' ? 60 : 15); warm += 1) for (const run of [scene.ours, raw, fetched]) await run();
      const [own, whole, alone, byFetch]: [number[], number[], number[], number[]] = [[], [], [], []];
      for (let round = 0; round < rounds; round += 1) {
        // Each goes first in turn: whoever follows finds the connections and the node warm.
        const first = round % 2 === 0 ? await scene.ours() : await raw();
        const second = round % 2 === 0 ? await raw() : await scene.ours();
        const [a, b] = round % 2 === 0 ? [first, second] : [second, first];
        own.push(a - b);
        whole.push(a);
        alone.push(b);
        byFetch.push(await fetched());
      }
      const ownMs = median(own);
      return {
        figure: `${trips} round trips, ${ownMs.toFixed(2)} ms p50`,
        pass: trips <= MOST_TRIPS && ownMs <= MOST_OWN_MS,
        notes: [
          `${median(whole).toFixed(2)} ms beside ${median(alone).toFixed(2)} ms of the ${bodies.length} raw calls and ${MOST_TRIPS} round trips alone over the same network, pairs of ${rounds} rounds; ${asked} requests in all, own node on the loopback included in both`,
          `the same raw calls by the runtime’s fetch take ${median(byFetch).toFixed(2)} ms; what the network saves over it is not counted`,
        ],
      };
    } finally {
      await scene.close();
    }
  },
};

/** What the report costs beyond the calls that it is made of. */
export const bars: readonly Bar[] = [simulationBar];
