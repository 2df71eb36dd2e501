import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import type { LedgerRow } from '../../src/core/ledger.ts';
import { type RequestRow, storeKey } from '../../src/core/store.ts';
import type { SecurityEvent } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { balanceOf, CHAIN, ETH, FREE, hookedStore, openBench, sentBy, stranger } from './bench.ts';

/** Runtime code that reverts whatever it is called with. */
const REVERTS = '0x60006000fd';
const EXECUTION = { settleTimeoutMs: 5_000, reconcileMs: 3_600_000, simulationStaleMs: 50 };
const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

async function open(payee: string) {
  const { store, factory } = hookedStore({}, { clock: systemClock() });
  const bench = await openBench(anvil, { store: factory, execution: EXECUTION, agents: { a1: { ...FREE, allowedDestinations: [payee] } } });
  const row = async (id: string) => (await store.get([storeKey.request('a1', id)]))[0] as unknown as RequestRow;
  const ledger = async () => (await store.get([storeKey.ledger(`agent:a1|${CHAIN}/slip44:60`)]))[0] as unknown as LedgerRow | undefined;
  return { ...bench, row, ledger };
}

describe('a permit that is some time old', () => {
  it('is void where the transaction no longer does what was decided about, and its room is free again', async () => {
    const payee = stranger();
    const { security, wallet, row, ledger } = await open(payee);
    const agent = security.agent('a1');
    const request = { id: 'later', to: payee, amount: '0.1', asset: 'ETH' };
    expect((await agent.authorize(request)).approved).toBe(true);
    await anvil.rpc('anvil_setCode', [payee, REVERTS]);
    await sleep(60);
    const stale = await agent.execute(request);
    expect([stale.status, stale.reasons[0]?.code]).toEqual(['simulation_stale', 'simulation_stale']);
    expect([(await row('later')).state, (await row('later')).sealed, await sentBy(anvil, wallet)]).toEqual(['released', null, 0]);
    expect((await ledger())?.held ?? []).toEqual([]);
    await anvil.rpc('anvil_setCode', [payee, '0x']);
    expect((await agent.execute(request)).status).toBe('success');
    expect(await balanceOf(anvil, payee)).toBe(ETH / 10n);
    await security.shutdown(2_000);
  });

  it('is signed where the transaction still does the same', async () => {
    const payee = stranger();
    const { security } = await open(payee);
    const agent = security.agent('a1');
    const request = { id: 'same', to: payee, amount: '0.1', asset: 'ETH' };
    const { decisionId } = await agent.authorize(request);
    await sleep(60);
    const result = await agent.execute(request);
    expect([result.status, result.decision.id]).toEqual(['success', decisionId]);
    await security.shutdown(2_000);
  });
});

describe('a payment that counted as final and was reorganised away', () => {
  it('is in flight again, is told of, and is booked once when it has landed anew', async () => {
    const payee = stranger();
    const { security, ledger } = await open(payee);
    const seen: SecurityEvent[] = [];
    security.onEvent((event) => void seen.push(event));
    const agent = security.agent('a1');
    const request = { id: 'gone', to: payee, amount: '0.1', asset: 'ETH' };
    const first = await agent.execute(request);
    expect(first.status).toBe('success');
    expect(BigInt((await ledger())?.total ?? '0')).toBe(ETH / 10n + (first.receipt?.feePaid ?? 0n));
    await anvil.rpc('anvil_rollback', [1]);
    expect(await balanceOf(anvil, payee)).toBe(0n);
    const again = await agent.execute(request);
    expect([again.status, again.txHash]).toEqual(['success', first.txHash]);
    expect(await balanceOf(anvil, payee)).toBe(ETH / 10n);
    expect(BigInt((await ledger())?.total ?? '0')).toBe(ETH / 10n + (again.receipt?.feePaid ?? 0n));
    expect((await ledger())?.inFlight).toBe('0');
    await sleep(20);
    expect(seen.filter(({ type }) => type === 'monitor_reorg').length).toBe(1);
    await security.shutdown(2_000);
  });
});
