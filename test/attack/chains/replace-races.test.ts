import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../../src/adapters/store/memory/index.ts';
import { type LedgerRow, storeKey } from '../../../src/core/index.ts';
import { createSecurityManager } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { balanceOf, CHAIN, configOf, ETH, openBench, sentBy, stranger } from '../../e2e/bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil({ automine: false });
});
afterAll(async () => {
  await anvil.stop();
});
beforeEach(async () => {
  await anvil.rpc('anvil_dropAllTransactions', []);
  await mine();
});
const mine = (): Promise<unknown> => anvil.rpc('anvil_mine', ['0x1']);
const PAY = { amount: '0.05', asset: 'ETH' };
const PAID = ETH / 20n;
const QUICK = { settleTimeoutMs: 30 };

async function open() {
  const store = createMemoryStore({ clock: systemClock() });
  const given = { keys: { encryptionKey: '5e'.repeat(32) }, store: { open: () => ({ ...store, close: async () => undefined }) } };
  const bench = await openBench(anvil, given);
  await mine();
  const room = async () => {
    const [row] = await store.get([storeKey.ledger(`agent:a1|${CHAIN}/slip44:60`)]);
    const { inFlight, total } = row as unknown as LedgerRow;
    return { inFlight: BigInt(inFlight), total: BigInt(total) };
  };
  return {
    ...bench,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
    agent: bench.security.agent('a1'),
    room,
    again: () => createSecurityManager(configOf(anvil, given)),
  };
}

describe('a place that everybody wants at once', () => {
  it('is paid once at most, whatever lands, and no room is left behind', async () => {
    await using scene = await open();
    const { agent, wallet } = scene;
    const to = stranger();
    expect((await agent.execute({ id: 'p1', to, ...PAY }, QUICK)).pending).toBe(true);
    const other = scene.again();
    const second = other.agent('a1');
    const asked = await Promise.allSettled([
      agent.replace('p1', { id: 'r1', ...QUICK }),
      second.replace('p1', { id: 'r2', ...QUICK }),
      agent.cancel('p1', { id: 'c1', ...QUICK }),
      second.cancel('p1', { id: 'c2', ...QUICK }),
      mine(),
    ]);
    for (const { status } of asked) expect(status).toBe('fulfilled');
    await mine();
    for (const id of ['p1', 'r1', 'r2']) await agent.replace('p1', { id, ...QUICK }).catch(() => undefined);
    const end = await agent.execute({ id: 'p1', to, ...PAY });
    expect([PAID, 0n]).toContain(await balanceOf(anvil, to));
    expect(await sentBy(anvil, wallet)).toBe(1);
    expect(end.status === 'success').toBe((await balanceOf(anvil, to)) === PAID);
    const { inFlight } = await scene.room();
    expect(inFlight).toBe(0n);
    await other.shutdown(500);
    expect((await scene.security.getHealth()).killSwitch).toBe('inactive');
  });

  it('that was cancelled and is asked for again stays cancelled', async () => {
    await using scene = await open();
    const { agent, wallet } = scene;
    const to = stranger();
    await agent.execute({ id: 'p1', to, ...PAY }, QUICK);
    expect((await agent.cancel('p1', QUICK)).pending).toBe(true);
    await mine();
    expect((await agent.cancel('p1')).status).toBe('success');
    const again = await agent.replace('p1', { id: 'late', ...QUICK });
    expect(again.status).not.toBe('success');
    expect((await agent.execute({ id: 'p1', to, ...PAY }, QUICK)).status).not.toBe('success');
    await mine();
    expect([await balanceOf(anvil, to), await sentBy(anvil, wallet)]).toEqual([0n, 1]);
  });

  it('has sixteen replacements and no more; what then lands is one payment', async () => {
    await using scene = await open();
    const { agent } = scene;
    const to = stranger();
    await agent.execute({ id: 'p1', to, ...PAY }, QUICK);
    for (let round = 1; round <= 16; round += 1) {
      const next = await agent.replace('p1', { id: `r${round}`, settleTimeoutMs: 1 });
      expect(next.pending, `${round}: ${JSON.stringify(next.reasons)}`).toBe(true);
    }
    for (const more of [agent.replace('p1', { id: 'r17', ...QUICK }), agent.cancel('p1', { id: 'c17', ...QUICK })])
      expect((await more).reasons[0]?.code).toBe('fee_exceeds_ceiling');
    await mine();
    expect((await agent.execute({ id: 'p1', to, ...PAY })).status).toBe('success');
    expect(await balanceOf(anvil, to)).toBe(PAID);
    const { inFlight, total } = await scene.room();
    expect([inFlight, total < PAID + ETH / 1_000n]).toEqual([0n, true]);
  });
});
