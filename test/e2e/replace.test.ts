import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { LedgerRow } from '../../src/core/index.ts';
import { storeKey } from '../../src/core/index.ts';
import { createSecurityManager, type ReplaceOptions, type SecurityEvent, type SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { balanceOf, CHAIN, configOf, ETH, FREE, type Given, openBench, sentBy, stranger } from './bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil({ automine: false });
});
afterAll(async () => {
  await anvil.stop();
});
const mine = (blocks = 1): Promise<unknown> => anvil.rpc('anvil_mine', [`0x${blocks.toString(16)}`]);
const PAY = { amount: '0.05', asset: 'ETH' };
const PAID = ETH / 20n;
const PATIENCE = { settleTimeoutMs: 30 };
const QUICK: ReplaceOptions = PATIENCE;

interface Pooled {
  readonly maxFeePerGas: string;
  readonly maxPriorityFeePerGas: string;
  readonly value: string;
  readonly to: string;
  readonly nonce: string;
}
const pooled = async (hash: string | undefined): Promise<Pooled | null> =>
  (await anvil.rpc('eth_getTransactionByHash', [hash])) as Pooled | null;
/** Room of the agent that is in flight, and booked, in wei. */
async function room(store: ReturnType<typeof createMemoryStore>): Promise<{ readonly inFlight: bigint; readonly total: bigint }> {
  const [row] = await store.get([storeKey.ledger(`agent:a1|${CHAIN}/slip44:60`)]);
  const { inFlight, total } = row as unknown as LedgerRow;
  return { inFlight: BigInt(inFlight), total: BigInt(total) };
}

let store: ReturnType<typeof createMemoryStore>;
let events: SecurityEvent[];
async function open(given: Given = {}) {
  store = createMemoryStore({ clock: systemClock() });
  const kept = { open: () => ({ ...store, close: async () => undefined }) };
  const bench = await openBench(anvil, { keys: { encryptionKey: '5e'.repeat(32) }, store: kept, ...given });
  await mine();
  events = [];
  bench.security.onEvent((event) => void events.push(event));
  return {
    ...bench,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
    agent: bench.security.agent('a1'),
    again: () => createSecurityManager(configOf(anvil, { keys: { encryptionKey: '5e'.repeat(32) }, store: kept, ...given })),
  };
}
const isKilled = async (security: SecurityManager): Promise<boolean> => (await security.getHealth()).killSwitch !== 'inactive';

beforeEach(async () => {
  await anvil.rpc('anvil_dropAllTransactions', []);
  await mine();
});

describe('a transaction that the network does not include', () => {
  it('is replaced by the same effects at a fee an eighth higher; one payment lands, and the room is that of one', async () => {
    await using scene = await open();
    const { agent, wallet, security } = scene;
    const to = stranger();
    const stuck = await agent.execute({ id: 'p1', to, ...PAY }, PATIENCE);
    expect([stuck.status, stuck.pending]).toEqual(['execution_failed', true]);
    const alone = await room(store);
    const dearer = await agent.replace('p1', QUICK);
    expect(dearer.pending, JSON.stringify(dearer.reasons)).toBe(true);
    const [old, fresh] = [await pooled(stuck.txHash), await pooled(dearer.txHash)];
    expect(old).toBeNull();
    expect(fresh).toMatchObject({ value: '0xb1a2bc2ec50000', nonce: '0x0' });
    expect(fresh?.to.toLowerCase()).toBe(to);
    const both = await room(store);
    // Beyond what the first holds only the dearer fee is taken.
    expect(both.inFlight - alone.inFlight).toBeGreaterThan(0n);
    expect(both.inFlight - alone.inFlight).toBeLessThan(alone.inFlight - PAID);
    expect(dearer.decision.effects.filter(({ kind }) => kind === 'outflow')).toEqual(
      stuck.decision.effects.filter(({ kind }) => kind === 'outflow'),
    );
    await mine();
    const paid = await agent.execute({ id: 'p1', to, ...PAY });
    expect([paid.status, paid.txHash]).toEqual(['success', dearer.txHash]);
    expect((await agent.replace('p1')).txHash).toBe(dearer.txHash);
    expect([await balanceOf(anvil, to), await sentBy(anvil, wallet)]).toEqual([PAID, 1]);
    const settled = await room(store);
    const cost = 20n * ETH - (await balanceOf(anvil, wallet.address));
    expect([settled.inFlight, settled.total]).toEqual([0n, cost]);
    expect(await isKilled(security)).toBe(false);
    expect(events.filter(({ type }) => type === 'execution_success').length).toBe(1);
  });

  it('raises both fields by an eighth at least each time, and asks for the same replacement only once', async () => {
    await using scene = await open();
    const { agent } = scene;
    const hashes = [(await agent.execute({ id: 'p1', to: stranger(), ...PAY }, PATIENCE)).txHash];
    let before = await pooled(hashes[0]);
    for (const maxFee of ['0.01', '0.02', '0.03']) {
      const next = await agent.replace('p1', { maxFee, ...QUICK });
      expect((await agent.replace('p1', { maxFee, ...QUICK })).txHash).toBe(next.txHash);
      const now = await pooled(next.txHash);
      for (const field of ['maxFeePerGas', 'maxPriorityFeePerGas'] as const)
        expect(BigInt(now?.[field] ?? 0) * 8n).toBeGreaterThanOrEqual(BigInt(before?.[field] ?? 0) * 9n);
      hashes.push(next.txHash);
      before = now;
    }
    expect(new Set(hashes).size).toBe(4);
    await mine();
    expect((await agent.replace('p1')).txHash).toBe(hashes[3]);
    expect((await room(store)).inFlight).toBe(0n);
  });

  it('is cancelled by nothing sent to oneself: success means that it never lands, and only the fee was spent', async () => {
    await using scene = await open();
    const { agent, wallet, security } = scene;
    const to = stranger();
    await agent.execute({ id: 'p1', to, ...PAY }, PATIENCE);
    expect((await agent.cancel('p1', QUICK)).pending).toBe(true);
    await mine();
    const done = await agent.cancel('p1');
    expect(done.status, JSON.stringify(done.reasons)).toBe('success');
    expect(await pooled(done.txHash)).toMatchObject({ value: '0x0', to: wallet.address.toLowerCase() });
    const cost = 20n * ETH - (await balanceOf(anvil, wallet.address));
    expect([await balanceOf(anvil, to), await room(store)]).toEqual([0n, { inFlight: 0n, total: cost }]);
    const after = await agent.execute({ id: 'p1', to, ...PAY });
    expect([after.status, after.reasons[0]?.code]).toEqual(['execution_failed', 'transaction_cancelled']);
    expect(await isKilled(security)).toBe(false);
    // The place is used; the next payment takes the next one.
    expect((await agent.execute({ id: 'p2', to, ...PAY }, PATIENCE)).pending).toBe(true);
    await mine();
    expect((await agent.execute({ id: 'p2', to, ...PAY })).status).toBe('success');
  });

  it('may land all the same: then what was to replace it is given up, and what was to cancel it says so', async () => {
    await using scene = await open();
    const { agent, security } = scene;
    const to = stranger();
    const first = await agent.execute({ id: 'p1', to, ...PAY }, PATIENCE);
    const cancelled = await agent.cancel('p1', QUICK);
    // A miner who never saw the other one.
    await anvil.rpc('anvil_dropTransaction', [cancelled.txHash]);
    await agent.execute({ id: 'p1', to, ...PAY }, PATIENCE);
    await mine();
    expect((await agent.execute({ id: 'p1', to, ...PAY })).status).toBe('success');
    const lost = await agent.cancel('p1');
    expect([lost.status, lost.reasons[0]?.code]).toEqual(['execution_failed', 'slot_taken']);
    expect((await agent.cancel('p1', { id: 'too-late' })).txHash).toBe(first.txHash);
    expect((await room(store)).inFlight).toBe(0n);
    expect(await isKilled(security)).toBe(false);
  });

  it('is settled by another process, whichever of the two landed', async () => {
    await using scene = await open();
    const { agent } = scene;
    const to = stranger();
    await agent.execute({ id: 'p1', to, ...PAY }, PATIENCE);
    await agent.replace('p1', QUICK);
    await mine();
    const other = scene.again();
    await other.start();
    expect([
      await room(store).then(({ inFlight }) => inFlight),
      (await other.agent('a1').execute({ id: 'p1', to, ...PAY })).status,
    ]).toEqual([0n, 'success']);
    expect(await isKilled(other)).toBe(false);
    await other.shutdown(1_000);
  });

  it('comes back from a reorganisation to the one that lands then', async () => {
    await using scene = await open();
    const { agent, security } = scene;
    const to = stranger();
    const first = await agent.execute({ id: 'p1', to, ...PAY }, PATIENCE);
    const second = await agent.replace('p1', QUICK);
    await mine();
    expect((await agent.execute({ id: 'p1', to, ...PAY })).txHash).toBe(second.txHash);
    await anvil.rpc('anvil_reorg', [1, []]);
    await anvil.rpc('anvil_dropAllTransactions', []);
    const back = await agent.replace('p1', QUICK);
    expect(back.status).not.toBe('success');
    expect((await room(store)).total).toBe(0n);
    expect((await room(store)).inFlight).toBeGreaterThan(PAID);
    await mine();
    const again = await agent.replace('p1', {});
    expect([again.status, [first.txHash, second.txHash].includes(again.txHash)]).toEqual(['success', true]);
    expect([(await room(store)).inFlight, await balanceOf(anvil, to), await isKilled(security)]).toEqual([0n, PAID, false]);
  });
});

describe('a replacement passes the gate', () => {
  it('and is denied above a fee ceiling of its own, of the policy, and under a stop', async () => {
    await using scene = await open({ agents: { a1: { ...FREE, maxFee: '0.0001' } } });
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', ['0x3b9aca00']);
    await mine();
    const { agent, security } = scene;
    const stuck = await agent.execute({ id: 'p1', to: stranger(), ...PAY }, PATIENCE);
    expect(stuck.pending, JSON.stringify(stuck.reasons)).toBe(true);
    const tight = await agent.replace('p1', { maxFee: '0.000000000001', ...QUICK });
    expect([tight.status, tight.reasons[0]?.code]).toEqual(['policy_rejected', 'fee_exceeds_ceiling']);
    let last = tight;
    for (let round = 0; round < 12 && last.reasons[0]?.rule !== 'maxFee'; round += 1)
      last = await agent.replace('p1', { id: `r${round}`, ...QUICK });
    expect([last.status, last.reasons[0]?.code, last.reasons[0]?.rule]).toEqual(['policy_rejected', 'fee_exceeds_ceiling', 'maxFee']);
    await security.emergency.pauseAgent('a1', { reason: 'drill' });
    const paused = await agent.cancel('p1', { id: 'c1', ...QUICK });
    expect([paused.status, paused.reasons[0]?.code]).toEqual(['policy_rejected', 'agent_paused']);
  });

  it('fits where the limit has room for one payment only', async () => {
    await using scene = await open({
      agents: { a1: { ...FREE, limits: { unit: 'ETH', perTransaction: 1, daily: '0.06', weekly: 10, monthly: 10 } } },
    });
    const { agent } = scene;
    const to = stranger();
    await agent.execute({ id: 'p1', to, ...PAY }, PATIENCE);
    expect((await agent.execute({ id: 'p2', to, ...PAY }, PATIENCE)).reasons[0]?.code).toBe('window_limit');
    expect((await agent.replace('p1', QUICK)).pending).toBe(true);
    await mine();
    expect((await agent.replace('p1')).status).toBe('success');
    expect(await balanceOf(anvil, to)).toBe(PAID);
  });

  it('is nobody else’s to ask for, and needs a request that was made', async () => {
    await using scene = await open({ agents: { a1: FREE, a2: FREE } });
    const { agent, security } = scene;
    await agent.execute({ id: 'p1', to: stranger(), ...PAY }, PATIENCE);
    for (const run of [
      () => security.agent('a2').replace('p1'),
      () => agent.cancel('nothing'),
      () => agent.replace('p1', { fee: '1' } as never),
    ])
      await expect(run()).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
