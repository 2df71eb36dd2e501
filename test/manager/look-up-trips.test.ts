import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock, systemNet } from '../../src/adapters/host/index.ts';
import { createDeadlines, type SimulationReport } from '../../src/core/index.ts';
import type { Net } from '../../src/core/net.ts';
import { createSimulator } from '../../src/manager/pipeline/simulator.ts';
import { seekFacts } from '../../src/manager/pipeline/sought-facts.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { policyOf } from '../authz/fixture.ts';
import { assetOf, calling, connect, signer } from '../evm/chain-fixture.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';

/** `symbol()`. */
const SYMBOL = '0x95d89b41';
/** Put before each answer, so that what is asked side by side is on its way together, ms. */
const DELAY_MS = 150;
/** Which block it is, what the bytes do in two steps, and whether it still is that block. */
const TRIPS_OF_DRY_RUN = 4;

let anvil: Anvil;
let usd: Deployed;
beforeAll(async () => {
  anvil = await startAnvil();
  usd = await deploy(anvil, 'PlainToken', ['USD', 6]);
});
afterAll(() => anvil?.stop());

/** The network, which notes for each request how many answers in a row had to come before it was asked. */
function watched() {
  const trips: { readonly method: string; readonly after: number }[] = [];
  let answered = 0;
  const net: Net = (url) => {
    const post = systemNet()(url);
    return async (question) => {
      const after = answered;
      const methods = question.body.matchAll(/"method":"(\w+)"/g);
      for (const [, method = ''] of methods) trips.push({ method: question.body.includes(SYMBOL) ? 'symbol' : method, after });
      await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
      const answer = await post(question);
      answered = Math.max(answered, after + 1);
      return answer;
    };
  };
  return { net, trips };
}

it('a decision that looks up an unknown spender and an unlisted token takes no more round trips than its dry run', async () => {
  const { net, trips } = watched();
  const { adapter, node, build } = connect(anvil, {}, { net });
  const [alice, stranger] = [signer(1), signer(7)];
  try {
    const approve = `0x095ea7b3${stranger.address.slice(2).padStart(64, '0')}${'05'.padStart(64, '0')}`;
    const tx = await build(alice, calling(usd.address, approve));
    const decoded = adapter.codec.decode(tx);
    const deadlines = createDeadlines(systemClock());
    const simulator = createSimulator({ providers: [], timeoutMs: 5_000, deadlines });
    const lookUps = { deadlines, nowMs: Date.now, timeoutMs: 5_000, runsEarly: true, depositTags: null };
    const prepared = { kind: 'transaction', tx, decoded, node } as unknown as Parameters<typeof seekFacts>[1];
    const began = trips.length;
    const before = Math.max(...trips.map(({ after }) => after)) + 1;
    const sought = seekFacts({ lookUps, simulator }, prepared, policyOf(), undefined);
    const lookedUp = await sought.lookedUp;
    const report = (await sought.simulate?.(new AbortController().signal)) as SimulationReport;
    expect(lookedUp).toEqual({ contracts: [[stranger.wallet, false, null]], symbols: [[assetOf(usd.address), 'USD']] });
    expect([report.success, report.errors]).toEqual([true, []]);
    const asked = trips.slice(began).map(({ method, after }) => ({ method, trip: after - before + 1 }));
    const first = asked.filter(({ trip }) => trip === 1).map(({ method }) => method);
    expect(first.sort()).toEqual(['eth_getBlockByNumber', 'eth_getCode', 'symbol']);
    expect(Math.max(...asked.map(({ trip }) => trip))).toBeLessThanOrEqual(TRIPS_OF_DRY_RUN);
    const raw = asked.filter(({ method }) => method === 'debug_traceCall' || method === 'eth_simulateV1').map(({ trip }) => trip);
    expect(new Set(raw).size).toBeLessThanOrEqual(2);
  } finally {
    await node.close();
  }
});
