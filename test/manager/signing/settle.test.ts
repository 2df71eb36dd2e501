import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { type RequestRow, type Store, storeKey } from '../../../src/core/store.ts';
import type { Clock, SecurityEvent } from '../../../src/index.ts';
import { hookedStore } from '../../e2e/bench.ts';
import { type Bench, newScript, openBench, order, outcome, permit, type Script, SHOP, USD, usd } from './fixture.ts';

const KEYS = { encryptionKey: '9a'.repeat(32) };
const HOUR = 3_600_000;

/** A clock that can be moved ahead, and a store that outlives its managers. */
interface Scene {
  readonly script: Script;
  readonly store: Store;
  offsetMs: number;
  open(): Promise<Bench>;
  /** Another process starts, and looks at everything that is open. */
  reconcile(): Promise<readonly SecurityEvent[]>;
  row(id: string): Promise<RequestRow>;
}

function newScene(): Scene {
  const real = systemClock();
  const clock: Clock = {
    ...real,
    nowMs: () => real.nowMs() + scene.offsetMs,
    monotonicMs: () => real.monotonicMs() + scene.offsetMs,
  };
  const { store, factory } = hookedStore({}, { clock });
  const script = newScript();
  script.finalMs = () => clock.nowMs();
  const scene: Scene = {
    script,
    store,
    offsetMs: 0,
    open: () => openBench({ store: factory, keys: KEYS, clock }, script),
    async reconcile() {
      await using bench = await scene.open();
      const events: SecurityEvent[] = [];
      bench.security.onEvent((event) => events.push(event));
      await bench.security.start();
      return events;
    },
    async row(id) {
      const [row] = await store.get([storeKey.request('a1', id)]);
      return row as unknown as RequestRow;
    },
  };
  return scene;
}

describe('a signature that is out', () => {
  it('keeps its room while it is open, and books it once it is used: the allowance then stands', async () => {
    const scene = newScene();
    await using bench = await scene.open();
    const { security, wallet, sign } = bench;
    const ends = Date.now() + HOUR;
    const { decisionId } = await sign(permit(wallet, SHOP, usd(100), { nonce: '0', expiresAtMs: ends }), 'one');
    await sign(permit(wallet, SHOP, usd(100), { nonce: '1' }), 'two');
    await scene.reconcile();
    expect([(await scene.row('one')).state, (await scene.row('two')).state]).toEqual(['broadcast', 'broadcast']);
    expect(await outcome(sign(permit(wallet, SHOP, usd(51))))).toBe('REQUEST_DENIED window_limit');
    scene.script.status = { 0: 'used' };
    const events = await scene.reconcile();
    expect(events.filter(({ type }) => type === 'execution_success')).toMatchObject([
      { details: { requestId: 'one', action: 'signature_used', signature: 'eip2612' } },
    ]);
    const row = await scene.row('one');
    expect([row.state, row.booked?.lines.map(({ amount }) => amount)]).toEqual(['final', [usd(100).toString()]]);
    const report = await security.exposure('a1');
    expect(report.assets).toEqual([{ asset: USD, pending: '0', signatures: usd(100).toString(), allowances: usd(100).toString() }]);
    expect(report.allowances).toMatchObject([
      { spender: expect.stringContaining(SHOP), amount: usd(100).toString(), requestId: 'one', decisionId },
    ]);
    expect(await outcome(sign(permit(wallet, SHOP, usd(51)))), 'used room is spent room').toBe('REQUEST_DENIED window_limit');
    expect((await scene.reconcile()).filter(({ type }) => type === 'execution_success')).toEqual([]);
    expect((await sign(permit(wallet, SHOP, usd(100), { nonce: '0', expiresAtMs: ends }), 'one')).decisionId).toBe(decisionId);
    expect((await scene.row('one')).state, 'handing it out again changes nothing').toBe('final');
    const live = await security.exposure('a1', { live: true });
    expect(live.allowances[0]?.live, 'a chain that does not answer is said').toBeNull();
  });

  it('gives its room back when it is revoked, and is not handed out again', async () => {
    const scene = newScene();
    await using bench = await scene.open();
    const asked = permit(bench.wallet, SHOP, usd(100), { nonce: '0' });
    await bench.sign(asked, 'one');
    scene.script.status = { 0: 'revoked' };
    const events = await scene.reconcile();
    expect(events.filter(({ type }) => type === 'wallet_event')).toMatchObject([
      { details: { requestId: 'one', action: 'signature_revoked' } },
    ]);
    expect((await scene.row('one')).state).toBe('released');
    expect((await bench.security.exposure('a1')).assets).toEqual([]);
    expect(await outcome(bench.sign(asked, 'one'))).toBe('PERMIT_REFUSED reservation_not_held');
    for (const id of ['a', 'b']) expect(await outcome(bench.sign(permit(bench.wallet, SHOP, usd(100)), id))).toBe('signed');
  });

  it('expires by the latest of three clocks, never by one alone', async () => {
    const scene = newScene();
    await using bench = await scene.open();
    const expiresAtMs = Date.now() + HOUR;
    await bench.sign(permit(bench.wallet, SHOP, usd(100), { nonce: '0', expiresAtMs }), 'one');
    const look = async (): Promise<string> => {
      await scene.reconcile();
      return (await scene.row('one')).state;
    };
    // The chain is ahead, the host is not.
    scene.script.finalMs = () => expiresAtMs + HOUR;
    expect(await look()).toBe('broadcast');
    // The host is ahead, the chain is not, or only just.
    scene.offsetMs = 2 * HOUR;
    for (const head of [expiresAtMs - 1, expiresAtMs, expiresAtMs + 59_000]) {
      scene.script.finalMs = () => head;
      expect(await look()).toBe('broadcast');
    }
    // A node that says so is not believed before the order's own end.
    scene.script.status = { 0: 'expired' };
    expect(await look()).toBe('broadcast');
    scene.script.status = { 0: 'nonsense' };
    scene.script.finalMs = () => expiresAtMs + 61_000;
    expect(await look(), 'an odd answer frees nothing').toBe('broadcast');
    scene.script.status = {};
    expect(await look()).toBe('released');
    expect((await bench.security.exposure('a1')).assets).toEqual([]);
  });

  it('used at the last moment is used, however late it is seen', async () => {
    const scene = newScene();
    await using bench = await scene.open();
    const expiresAtMs = Date.now() + HOUR;
    await bench.sign(permit(bench.wallet, SHOP, usd(100), { nonce: '0', expiresAtMs }), 'one');
    scene.offsetMs = 2 * HOUR;
    scene.script.status = { 0: 'used' };
    await scene.reconcile();
    expect((await scene.row('one')).state).toBe('final');
  });

  it('that no chain can tell of is never free: it is spent at its end, or stays for ever', async () => {
    const scene = newScene();
    await using bench = await scene.open();
    await bench.sign(permit(bench.wallet, SHOP, usd(100), { nonce: null, expiresAtMs: Date.now() + HOUR }), 'ends');
    await bench.sign(permit(bench.wallet, SHOP, usd(100), { nonce: null }), 'endless');
    scene.offsetMs = 1_000 * HOUR;
    await scene.reconcile();
    expect([(await scene.row('ends')).state, (await scene.row('endless')).state]).toEqual(['final', 'broadcast']);
    const { signatures, allowances } = await bench.security.exposure('a1');
    expect([signatures.map(({ requestId }) => requestId), allowances.map(({ requestId }) => requestId)]).toEqual([['endless'], ['ends']]);
  });

  it('a permit of zero takes the right back in our records, and takes no room', async () => {
    const scene = newScene();
    await using bench = await scene.open();
    await bench.sign(permit(bench.wallet, SHOP, usd(100), { nonce: '0' }), 'grant');
    scene.script.status = { 0: 'used' };
    await scene.reconcile();
    await bench.sign(permit(bench.wallet, SHOP, 0n, { nonce: '1' }), 'revoke');
    expect((await bench.security.exposure('a1')).allowances).toHaveLength(1);
    scene.script.status = { 0: 'used', 1: 'used' };
    await scene.reconcile();
    const { allowances, signatures, assets } = await bench.security.exposure('a1');
    expect([allowances, signatures, assets]).toEqual([[], [], []]);
  });

  it('a transfer that others may carry out counts as money that leaves', async () => {
    const scene = newScene();
    await using bench = await scene.open();
    const effect = {
      leaf: '0',
      source: 'bytes',
      kind: 'outflow',
      account: bench.wallet.account,
      counterparty: `${USD.split('/')[0]}:${SHOP}`,
      asset: USD,
    } as const;
    const transfer = (amount: bigint) => order({ standard: 'eip3009', effects: [{ ...effect, amount } as never], nonce: '7' });
    expect(await outcome(bench.sign(transfer(usd(101))))).toBe('REQUEST_DENIED per_transaction_limit');
    await bench.sign(transfer(usd(60)), 'one');
    scene.script.status = { 7: 'used' };
    await scene.reconcile();
    const { assets, signatures } = await bench.security.exposure('a1');
    expect([assets, signatures, (await scene.row('one')).state]).toEqual([[], [], 'final']);
  });
});
