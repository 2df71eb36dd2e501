import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AgentRequest, ofType, type SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { ASKS, BOB, FREE, openBench } from './bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

const REQUESTS: readonly (AgentRequest & { agentId: string })[] = [
  { id: 'yes', agentId: 'a1', to: BOB, amount: '0.001', asset: 'ETH' },
  { id: 'no', agentId: 'a1', to: BOB, amount: '4', asset: 'ETH' },
  { id: 'ask', agentId: 'a2', to: BOB, amount: '0.1', asset: 'ETH' },
  { id: 'nonsense', agentId: 'a1', to: BOB, amount: '1e3', asset: 'ETH' },
];

/** What the same requests come to, each with its outcome and reasons. */
async function outcomes(security: SecurityManager) {
  const found: unknown[] = [];
  for (const request of REQUESTS) {
    const { status, decision, reasons } = await security.execute(request);
    found.push([status, decision.verdict, decision.riskScore, reasons.map(({ code }) => code)]);
  }
  return found;
}

it('1,000 subscribers, a slow one and a throwing one among them, change no decision and lose nobody’s events', async () => {
  const agents = { a1: FREE, a2: ASKS };
  const both = async (prepare: (security: SecurityManager) => () => void, isTold: (decisions: number) => boolean) => {
    await using bench = await openBench(anvil, { agents });
    const { security } = bench;
    await security.custody
      .createWallet('owner', 'a2')
      .then(({ address }) => anvil.rpc('anvil_setBalance', [address, '0x56bc75e2d63100000']));
    const stop = prepare(security);
    const found = await outcomes(security);
    const { entries } = await security.audit.query({ types: 'decision_made' });
    await expect.poll(() => isTold(entries.length), { timeout: 30_000 }).toBe(true);
    stop();
    return { found, decisions: entries.length, events: (await security.getHealth()).events };
  };
  const counts = new Array<number>(1_000).fill(0);
  const alone = await both(
    () => () => undefined,
    () => true,
  );
  const crowded = await both(
    (security) => {
      const ends = counts.map((_, index) => {
        const count = () => void ((counts[index] as number) += 1);
        if (index % 2 === 0) return security.onEvent((event) => void (event.type === 'decision_made' && count()));
        const subscription = security.events$.pipe(ofType('decision_made')).subscribe(count);
        return () => subscription.unsubscribe();
      });
      security.onEvent(() => {
        throw new Error('boom');
      });
      security.onEvent(() => new Promise(() => undefined) as never);
      security.onEvent(() => {
        // Slow: holds the whole process for a while on each event.
        for (const until = performance.now() + 20; performance.now() < until; );
      });
      return () => {
        for (const end of ends) end();
      };
    },
    (decisions) => counts.every((count) => count >= decisions),
  );
  expect(alone.found.map((outcome) => (outcome as string[])[0])).toEqual([
    'success',
    'policy_rejected',
    'approval_pending',
    'policy_rejected',
  ]);
  expect(crowded.found).toEqual(alone.found);
  expect(crowded.decisions).toBe(alone.decisions);
  expect(new Set(counts)).toEqual(new Set([crowded.decisions]));
  expect(crowded.events.failed).toBeGreaterThan(0);
  expect(crowded.events.dropped).toBe(0);
}, 60_000);
